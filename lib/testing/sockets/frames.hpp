// SPDX-License-Identifier: MIT
// WebSocket frames on the server's side. Source: RFC 6455, 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace uvnostr::testing::detail {

enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

std::string make_frame(opcode, std::string_view payload, bool final = true);
/// A message, cut into frames of at most this many payload bytes.
std::string make_message(opcode, std::string_view payload, std::size_t max_fragment_bytes);
/// Code 0: a frame without code and reason.
std::string make_close_frame(std::uint16_t code, std::string_view reason);

/// Reads a client's bytes. Invariant: bytes that were fed but not yet returned are in `buffer_` from `used_` on.
class frame_reader {
 public:
  enum class found { nothing, text, binary, close, ping, pong, violation, too_big };

  explicit frame_reader(std::size_t max_message_bytes) noexcept : max_message_bytes_(max_message_bytes) {}

  void feed(std::string_view bytes);
  /// The next complete message or control frame. Nothing follows `violation` and `too_big`.
  found next();
  /// The payload that next() found last.
  const std::string& payload() const noexcept { return payload_; }
  const char* violation() const noexcept { return violation_; }

 private:
  struct head;
  bool read_head(head&) noexcept;
  const char* check(const head&) const noexcept;
  found fail(const char* violation) noexcept;

  std::size_t max_message_bytes_;
  std::string buffer_;
  std::size_t used_ = 0;
  std::string message_;                 // fragments so far
  opcode kind_ = opcode::continuation;  // of that message; continuation: none has begun
  std::string payload_;
  const char* violation_ = "";
  bool ended_ = false;
};

}  // namespace uvnostr::testing::detail
