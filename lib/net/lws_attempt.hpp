// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include <libwebsockets.h>
#include <uv.h>

#include "net/dial_target.hpp"
#include "net/shared_context.hpp"
#include "net/uv_resolver.hpp"
#include "port/transport.hpp"

namespace uvnostr::net {

class lws_connection;

/// One try at one address, and, if it succeeds, the socket of a connection: our side of one libwebsockets "wsi".
/// Freed when libwebsockets says that it is done with the wsi.
class lws_attempt {
 public:
  /// Null if it failed at once; `why` is set then.
  static lws_attempt* start(shared_context&, const dial_target&, const ip_address&, lws_connection& owner,
                            port::disconnect& why) noexcept;

  /// The owner hears nothing any more, and the socket is closed soon. Allowed everywhere.
  void abandon() noexcept;
  /// Sends a close frame soon, and then no more than control frames; libwebsockets gives the answer five seconds.
  void begin_close(std::uint16_t code, std::string& reason) noexcept;
  /// The owner hears nothing any more, but the close that was begun goes on.
  void let_it_close() noexcept;
  bool is_abandoned() const noexcept { return owner_ == nullptr; }

  lws* wsi() const noexcept { return wsi_; }

  static int on_event(lws*, lws_callback_reasons, void* user, void* in, std::size_t size) noexcept;

 private:
  friend class shared_context;

  lws_attempt(shared_context& context, lws_connection& owner, bool secure) noexcept
      : context_(context), owner_(&owner), secure_(secure) {}
  int handle(lws*, lws_callback_reasons, void* in, std::size_t size) noexcept;
  int add_headers(lws*, unsigned char** position, unsigned char* end) noexcept;
  int fail(const char* text, std::size_t size) noexcept;
  int end() noexcept;
  void watch_connecting(std::size_t known_handles) noexcept;
  static void on_connecting(uv_poll_t*, int status, int events) noexcept;

  shared_context& context_;
  lws_connection* owner_;
  bool secure_;
  lws* wsi_ = nullptr;
  bool starting_ = true;       // inside of lws_client_connect_via_info()
  bool connected_ = false;     // TCP
  bool requested_ = false;     // TLS as well, and the upgrade request is being sent
  bool established_ = false;   // WebSocket
  bool ended_ = false;         // libwebsockets has said so
  bool destroyed_ = false;     // and is done with the wsi
  bool letting_close_ = false;
  int socket_error_ = 0;       // of connect()
  uv_poll_t* poll_ = nullptr;  // libwebsockets' handle, if connect() took its time
  uv_poll_cb lws_callback_ = nullptr;
  lws_attempt* next_ = nullptr;
  lws_attempt* previous_ = nullptr;
};

}  // namespace uvnostr::net
