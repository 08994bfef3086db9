// SPDX-License-Identifier: MIT
// Happy path: a text that arrives in one piece is passed on where it was read, without a copy. Other texts are joined
// in a buffer borrowed for one message. What can go wrong: a message may be larger than allowed; the header of its
// frame says so, and nothing of that frame is stored.
#pragma once

#include <cstddef>
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
  enum class outcome { incomplete, text, binary, too_big };

  incoming_message(spare_texts& spares, std::size_t max_bytes) noexcept : spares_(spares), max_bytes_(max_bytes) {}

  outcome add(const message_piece& piece) noexcept {
    if (!begun_) size_ = 0;
    const std::size_t room = max_bytes_ - size_;
    if (piece.bytes.size() > room || piece.rest_of_frame > room - piece.bytes.size()) return outcome::too_big;
    const bool is_first = !std::exchange(begun_, true);
    const bool is_whole = piece.is_last_frame && piece.rest_of_frame == 0;
    size_ += piece.bytes.size();
    if (is_whole) begun_ = false;
    if (piece.is_binary) return is_whole ? outcome::binary : outcome::incomplete;
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

  /// The last message, valid until the next add() or done_with_text(). A piece must live as long.
  std::string_view text() const noexcept { return text_; }
  std::size_t size() const noexcept { return size_; }

  void done_with_text() noexcept {
    if (text_.data() == joined_.data()) spares_.give_back(std::exchange(joined_, {}));
  }

 private:
  spare_texts& spares_;
  std::size_t max_bytes_;
  std::string joined_;
  std::string_view text_;
  std::size_t size_ = 0;  // bytes so far; a binary message is counted but not kept
  bool begun_ = false;
};

}  // namespace uvnostr::net
