// SPDX-License-Identifier: MIT
// Happy path: a text that arrives in one piece is passed on from where it was read, without a copy. Other texts are
// joined in a buffer that is borrowed for one message. What can go wrong: a message is larger than allowed. Then it is
// skipped, and only its beginning and end are kept, which tell what it was. A much larger one ends the connection.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "net/spare_texts.hpp"

namespace uvnostr::net {

/// The part of a message that libwebsockets read at once.
struct message_piece {
  std::string_view bytes;
  std::size_t rest_of_frame;
  bool is_last_frame;
  bool is_binary;
};

/// Joins the pieces of one connection's messages.
class incoming_message {
 public:
  enum class outcome {
    incomplete,
    text,
    binary,
    passed,  // a text that is too big was skipped
    too_big,
  };
  /// A message of at most this many times the allowed size is skipped; a larger one is `too_big`.
  static constexpr std::size_t most_passed = 16;
  /// How much of the beginning and of the end of a skipped message is kept.
  static constexpr std::size_t kept_bytes = 1024;

  incoming_message(spare_texts& spares, std::size_t max_bytes) noexcept
      : spares_(spares),
        max_bytes_(max_bytes),
        most_bytes_(most_passed > largest / max_bytes ? largest : most_passed * max_bytes) {}

  outcome add(const message_piece& piece) noexcept {
    if (!begun_) {
      size_ = 0;
      is_passed_ = false;
    }
    const std::size_t room = most_bytes_ - size_;
    if (piece.bytes.size() > room || piece.rest_of_frame > room - piece.bytes.size()) return outcome::too_big;
    const bool is_first = !std::exchange(begun_, true);
    const bool is_whole = piece.is_last_frame && piece.rest_of_frame == 0;
    size_ += piece.bytes.size();
    if (is_whole) begun_ = false;
    if (piece.is_binary) return is_whole ? outcome::binary : outcome::incomplete;
    if (size_ + piece.rest_of_frame > max_bytes_) return pass(piece.bytes, is_first, is_whole);
    if (is_whole && is_first) {
      text_ = piece.bytes;
      return outcome::text;
    }
    if (is_first) joined_ = spares_.take();
    joined_.reserve(size_ + piece.rest_of_frame);
    joined_.append(piece.bytes);
    text_ = joined_;
    return is_whole ? outcome::text : outcome::incomplete;
  }

  /// The last message, valid until the next add() or done_with_text(). Its piece must live as long.
  std::string_view text() const noexcept { return text_; }
  std::size_t size() const noexcept { return size_; }
  /// Two parts of the last skipped message.
  std::string_view beginning() const noexcept { return std::string_view(joined_).substr(0, kept_bytes); }
  std::string_view end() const noexcept { return end_; }

  void done_with_text() noexcept {
    if (text_.data() == joined_.data()) spares_.give_back(std::exchange(joined_, {}));
  }

 private:
  static constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();

  outcome pass(std::string_view bytes, bool is_first, bool is_whole) noexcept {
    if (!std::exchange(is_passed_, true)) {
      if (is_first) joined_ = {};
      end_ = std::string_view(joined_).substr(joined_.size() - std::min(joined_.size(), kept_bytes));
      joined_.resize(std::min(joined_.size(), kept_bytes));
      joined_.shrink_to_fit();
    }
    joined_.append(bytes.substr(0, kept_bytes - std::min(joined_.size(), kept_bytes)));
    end_.append(bytes.substr(bytes.size() - std::min(bytes.size(), kept_bytes)));
    end_.erase(0, end_.size() - std::min(end_.size(), kept_bytes));
    text_ = joined_;
    return is_whole ? outcome::passed : outcome::incomplete;
  }

  spare_texts& spares_;
  std::size_t max_bytes_;
  std::size_t most_bytes_;  // of a message that is skipped
  std::string joined_;
  std::string_view text_;
  std::size_t size_ = 0;  // bytes so far; a binary message is counted but not kept
  bool begun_ = false;
  bool is_passed_ = false;
  std::string end_;  // the end of a message that is being skipped
};

}  // namespace uvnostr::net
