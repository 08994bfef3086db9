// SPDX-License-Identifier: MIT
// One client of a test_relay: what it sent, and ways to send it arbitrary bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/export.hpp>
#include <uvnostr/testing/behaviour.hpp>

namespace uvnostr::testing {

namespace detail {
class link;
struct link_record;
struct connection_access;
}  // namespace detail

/// A handle of a connection; copies refer to the same one. For the thread of the relay's loop only.
/// Lifetime: received messages stay readable after the connection has ended and the relay is gone; sending then does
/// nothing. Views and references are valid as long as any handle of the connection exists.
class UVNOSTR_API connection {
 public:
  /// 1, 2, ... in the order in which TCP connections were accepted.
  std::uint64_t number() const noexcept;
  /// Whether it is upgraded to WebSocket, and neither side has begun to close it.
  bool is_open() const noexcept;
  /// The HTTP upgrade request as the client sent it; empty until it is complete.
  std::string_view request() const noexcept;
  /// The text messages received, oldest first, up to test_relay_options::max_log_bytes of all connections together.
  const std::vector<std::string>& received() const noexcept;
  /// A description of the client's first violation of RFC 6455; empty if there was none.
  std::string_view violation() const noexcept;
  /// Code and reason of the client's close frame. Code 0: no close frame came; 1005: it had no code.
  std::uint16_t close_code() const noexcept;
  std::string_view close_reason() const noexcept;

  /// Send WebSocket messages, subject to behaviour::delay, max_write_bytes and max_fragment_bytes.
  void send_text(std::string_view text) const;
  void send_binary(std::string_view bytes) const;
  void send_ping(std::string_view payload = {}) const;
  /// Sends these bytes unchanged, below WebSocket and inside TLS: masked frames, absurd lengths, partial frames.
  void send_raw(std::string_view bytes) const;
  /// Sends a close frame with any code; code 0: without code and reason. TCP ends once the client has answered.
  void close(std::uint16_t code = 1000, std::string_view reason = {}) const;
  /// Ends the connection once everything sent before has gone out.
  void drop(ending how = ending::abrupt) const;
  void reset() const { drop(ending::reset); }
  /// Reads nothing until resume_reading().
  void pause_reading() const;
  void resume_reading() const;

 private:
  friend struct detail::connection_access;
  connection(std::shared_ptr<const detail::link_record> record, std::weak_ptr<detail::link> link) noexcept;
  std::shared_ptr<const detail::link_record> record_;
  std::weak_ptr<detail::link> link_;
};

}  // namespace uvnostr::testing
