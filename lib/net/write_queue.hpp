// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string_view>

struct lws;

namespace uvnostr::net {

/// Text messages that wait for the socket, each in one piece with the room before it that libwebsockets
/// writes the frame header into.
class write_queue {
 public:
  /// More than this is taken only into an empty queue.
  static constexpr std::size_t high_water_bytes = std::size_t{256} * 1024;

  bool empty() const noexcept { return messages_.empty(); }
  bool has_room() const noexcept { return queued_bytes_ < high_water_bytes / 2; }

  /// False if it is full; nothing was queued then.
  bool push(std::string_view message) noexcept;

  enum class outcome { emptied, blocked, failed };
  /// Writes until the queue is empty or the socket takes no more.
  outcome write_to(lws*) noexcept;

 private:
  struct message {
    std::unique_ptr<unsigned char[]> bytes;
    std::size_t size = 0;
  };

  std::deque<message> messages_;
  std::size_t queued_bytes_ = 0;
};

}  // namespace uvnostr::net
