// SPDX-License-Identifier: MIT
// The network as the core needs it: WebSocket connections that carry text. lib/net/lws_transport implements it on
// libwebsockets, lib/testing/simulation/ without sockets.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include <uvnostr/relay_options.hpp>

#include "base/url.hpp"

namespace uvnostr::port {

/// Where and how to connect. Borrowed only for the call.
struct dial_request {
  const base::url& url;
  const relay_options& options;  // ca_file, user_agent, headers, max_message_bytes
  /// Requests the relay's information document over HTTP instead of upgrading. on_open() is not called; on_text() gets
  /// the document, and on_disconnect() follows, without a cause on success. Source: NIP-11.
  bool for_document = false;
};

/// Why a connection could not be made, or why it ended.
struct disconnect {
  std::error_code cause;
  std::string detail;                               // further words on the cause, without the URL; may be empty
  std::uint16_t close_code = 0;                     // of the peer's close frame
  int http_status = 0;                              // of an answer other than 101
  std::optional<std::chrono::seconds> retry_after;  // of such an answer
};

/// A connection's callbacks, on the loop's thread, never from inside a call on the connection.
class connection_listener {
 public:
  /// The upgrade is done: messages can be sent.
  virtual void on_open() noexcept = 0;
  /// A complete text message of at most max_message_bytes, however it was fragmented. Valid until this returns.
  virtual void on_text(std::string_view) noexcept = 0;
  /// A text message above max_message_bytes was skipped: its size, its beginning and its end (at most a KiB of each).
  /// The texts are valid until this returns.
  virtual void on_too_big(std::size_t bytes, std::string_view beginning, std::string_view end) noexcept {
    (void)bytes, (void)beginning, (void)end;
  }
  /// A whole binary message of that size.
  virtual void on_binary(std::size_t bytes) noexcept = 0;
  /// A part of a message arrived, as a sign of life. Not called for the part that completes a message.
  virtual void on_activity() noexcept {}
  /// For a log: something that did not end the connection. `what` is a literal; `about` is an address or a name.
  virtual void on_remark(std::string_view what, std::string_view about, std::string_view detail,
                         std::error_code cause) noexcept {
    (void)what, (void)about, (void)detail, (void)cause;
  }
  virtual void on_pong() noexcept = 0;
  /// There is room again after send_text() returned false.
  virtual void on_writable() noexcept = 0;
  /// The connection has ended, or could not be made. Called exactly once, last: the connection is then gone.
  virtual void on_disconnect(const disconnect&) noexcept = 0;

 protected:
  ~connection_listener() = default;
};

/// One WebSocket connection, from its DNS query on. Owned by the transport.
class connection {
 public:
  /// Queues a text message; the bytes are copied. Returns false if the write queue is full (it takes at least one
  /// message of any size): then nothing was queued, and on_writable() will follow.
  virtual bool send_text(std::string_view) noexcept = 0;
  /// How many queued bytes have not reached the peer, as far as is known: those in our queue and in the system's
  /// buffer.
  virtual std::size_t unsent_bytes() noexcept = 0;
  /// Queues a ping, unless one is already waiting to be written.
  virtual void send_ping() noexcept = 0;
  /// Stops reading from the socket. A message that is being delivered is not affected.
  virtual void pause_reading() noexcept = 0;
  virtual void resume_reading() noexcept = 0;
  /// Sends what is queued, then a close frame; on_disconnect() comes when the peer has answered. The caller sets the
  /// time limit. Before on_open() the connection ends at once. No on_text() follows.
  virtual void close(std::uint16_t code, std::string_view reason) noexcept = 0;
  /// The Date header of the answer to the upgrade, if there was one: the peer's clock when the connection was made.
  /// Source: RFC 9110, 6.6.1.
  virtual std::optional<unix_seconds> peer_date() const noexcept { return std::nullopt; }
  /// The URL to which redirects led; empty if there were none.
  virtual std::string_view reached_url() const noexcept { return {}; }
  /// Ends the connection now, without further callbacks; the pointer is then invalid. Allowed inside its callbacks.
  /// Queued messages are dropped. The peer gets a close frame if the socket takes it at once.
  virtual void abort() noexcept = 0;

 protected:
  ~connection() = default;
};

class transport {
 public:
  /// Begins to connect. The caller sets time limits. The pointer is valid until on_disconnect() or abort().
  virtual result<connection*> dial(const dial_request&, connection_listener&) noexcept = 0;
  /// Whether these options can be used, before anything is dialled. The subject names the option. Errors: option_range,
  /// option_certificate.
  virtual error check(const relay_options&) noexcept = 0;

 protected:
  ~transport() = default;
};

}  // namespace uvnostr::port
