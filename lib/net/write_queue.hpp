// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "net/mask_source.hpp"

struct lws;

namespace uvnostr::net {

/// Text messages that wait for the socket, as one run of masked frames. Frames that are ready together go out in one
/// system call. Source: RFC 6455, 5.2 and 5.3.
class write_queue {
 public:
  /// Only an empty queue accepts more than this.
  static constexpr std::size_t high_water_bytes = std::size_t{256} * 1024;

  explicit write_queue(mask_source& masks) noexcept : masks_(masks) {}

  bool empty() const noexcept { return begin_ == end_; }
  std::size_t queued_bytes() const noexcept { return end_ - begin_; }

  /// Returns false if the queue is full; then nothing was queued, and room is owed.
  bool push(std::string_view message) noexcept;
  /// Whether room is owed and available; if so, it is no longer owed.
  bool take_room_owed() noexcept {
    const bool pays = owes_room_ && queued_bytes() < high_water_bytes / 2;
    if (pays) owes_room_ = false;
    return pays;
  }

  enum class outcome { emptied, blocked, failed };
  /// Writes until the queue is empty or the socket accepts no more. Call it only while the socket is writable.
  outcome write_to(lws*) noexcept;
  /// Writes if a burst has filled enough of the queue and the socket is writable, so that the rest of the burst uses
  /// the same memory again. Between two calls of write_to(), it writes a bounded amount, so that the loop goes on.
  void write_early_to(lws*) noexcept;

  /// Sends a close frame instead of the queued messages, if the socket accepts it at once.
  void write_close(lws*, std::uint16_t code) noexcept;

 private:
  void make_room(std::size_t bytes) noexcept;
  bool write_pieces(lws*) noexcept;
  void restart() noexcept;
  void free_buffer() noexcept;
  std::size_t whole_frames(std::size_t limit) const noexcept;

  mask_source& masks_;
  std::unique_ptr<unsigned char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t early_bytes_ = 0;  // written early since the last write_to()
  std::size_t peak_ = 0;         // the most that this buffer has held
  std::size_t last_peak_ = 0;    // the same of the buffer before
  bool owes_room_ = false;
  bool failed_ = false;  // no random bytes for a mask, or a write failed
};

}  // namespace uvnostr::net
