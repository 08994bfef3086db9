// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <libwebsockets.h>
#include <uv.h>

#include "base/intrusive_list.hpp"
#include "net/attempt_phase.hpp"
#include "net/dial_target.hpp"
#include "net/ip_address.hpp"
#include "net/loop_handles.hpp"
#include "net/upgrade_reader.hpp"
#include "port/transport.hpp"

namespace uvnostr::net {

class lws_connection;
class shared_context;

/// One try at one address and, if it succeeds, the socket of a connection: our side of one libwebsockets "wsi". Freed
/// when libwebsockets reports that it is done with the wsi.
class lws_attempt {
 public:
  /// Reports nothing to the owner before it returns. Null if it failed at once; `why` is then set.
  static lws_attempt* start(shared_context&, const dial_target&, const ip_address&, lws_connection& owner,
                            port::disconnect& why) noexcept;

  /// The owner gets no further reports, and the socket is closed soon. Allowed at any time. Does not stop a close
  /// handshake that continues without the owner.
  void abandon() noexcept;
  /// Sends a close frame soon, and then only control frames. libwebsockets allows five seconds for the answer.
  void begin_close(std::uint16_t code, std::string& reason) noexcept;
  /// The owner gets no further reports, but the close handshake continues.
  void let_it_close() noexcept;

  lws* wsi() const noexcept { return wsi_; }
  const ip_address& address() const noexcept { return address_; }
  /// After a refusal: where its redirect leads.
  const std::string& location() const noexcept { return location_; }
  /// When it has been established: the date in the answer to the upgrade.
  std::optional<unix_seconds> peer_date() const noexcept { return peer_date_; }

  static int on_event(lws*, lws_callback_reasons, void* user, void* in, std::size_t size) noexcept;

 private:
  friend class attempt_list;

  lws_attempt(shared_context& context, const dial_target& target, const ip_address& address) noexcept
      : context_(context), target_(target), address_(address) {}
  ~lws_attempt() = default;
  void enter(attempt_phase) noexcept;
  bool was_open() const noexcept { return phase_ == attempt_phase::open || phase_ == attempt_phase::closing; }
  int receive(lws*, std::string_view bytes) noexcept;
  int handle(lws*, lws_callback_reasons, void* in, std::size_t size) noexcept;
  bool tell(lws_callback_reasons, std::string_view bytes) noexcept;
  bool has_the_right_key(lws*) noexcept;
  bool add_headers(unsigned char** position, unsigned char* end) noexcept;
#if UVNOSTR_BUNDLED_LWS
  int read_answer(lws_ws_reply&) noexcept;
#endif
  void note_date() noexcept;
  port::disconnect cause_of_failure(attempt_phase, std::string_view text) noexcept;
  void failed(std::string_view text) noexcept;
  port::disconnect cause_of_end(lws*) noexcept;
  void closed(port::disconnect) noexcept;
  void destroyed() noexcept;
  void watch_connecting(const newer_handles&) noexcept;
  static void on_connecting(uv_poll_t*, int status, int events) noexcept;
  proxy_dialogue::outcome talk_to_proxy() noexcept;
  void give_up_connecting() noexcept;

  shared_context& context_;
  const dial_target& target_;  // the owner's; used before the socket is open, while there is an owner
  const ip_address address_;
  lws_connection* owner_ = nullptr;
  attempt_phase phase_ = attempt_phase::connecting;
  lws* wsi_ = nullptr;
  int socket_error_ = 0;       // the error of connect()
  uv_poll_t* poll_ = nullptr;  // libwebsockets' handle, until the result of connect() is known
  uv_poll_cb lws_callback_ = nullptr;
  std::unique_ptr<proxy_dialogue> dialogue_;  // with the proxy, until it has done its part
  std::unique_ptr<upgrade_reader> answer_;    // until the upgrade is done
  std::string head_;                          // what libwebsockets reads of that answer
  std::string location_;
  std::string wrong_key_;  // what was wrong with the pinned key
  std::optional<unix_seconds> peer_date_;
  base::list_hook<lws_attempt> in_list_{*this};
};

}  // namespace uvnostr::net
