// SPDX-License-Identifier: MIT
// One client of a test_relay: what came from it, and any bytes to it.
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

/// A handle; copies mean the same connection. What was received stays readable after the connection has
/// ended; verbs do nothing then. For the loop's thread only.
class UVNOSTR_API connection {
 public:
  /// 1, 2, ... in the order in which TCP connections were accepted.
  std::uint64_t number() const noexcept;
  /// Upgraded to WebSocket, and no end has begun.
  bool is_open() const noexcept;
  /// The HTTP request that the client sent, as it came; empty before.
  std::string_view request() const noexcept;
  /// Every text message that came, in order, up to test_relay_options::max_log_bytes.
  const std::vector<std::string>& received() const noexcept;
  /// The first thing that the client did against RFC 6455, in words; empty if it behaved.
  std::string_view violation() const noexcept;
  /// Of the client's close frame: 0 if none came, 1005 if it had no code.
  std::uint16_t close_code() const noexcept;
  std::string_view close_reason() const noexcept;

  /// Frames, with the behaviour's delay, split_bytes and fragment_bytes.
  void send_text(std::string_view text) const;
  void send_binary(std::string_view bytes) const;
  void send_ping(std::string_view payload = {}) const;
  /// These bytes as they are, below WebSocket but inside TLS: masked frames, absurd lengths, half frames.
  void send_raw(std::string_view bytes) const;
  /// A close frame, with any code; code 0: without a body. TCP ends when the client has answered.
  void close(std::uint16_t code = 1000, std::string_view reason = {}) const;
  /// The end, after what was sent before.
  void drop(ending how = ending::cut) const;
  void reset() const { drop(ending::reset); }
  /// Nothing is read from the socket until resume_reading().
  void pause_reading() const;
  void resume_reading() const;

 private:
  friend struct detail::connection_access;
  connection(std::shared_ptr<const detail::link_record> record, std::weak_ptr<detail::link> link) noexcept;
  std::shared_ptr<const detail::link_record> record_;
  std::weak_ptr<detail::link> link_;
};

}  // namespace uvnostr::testing
