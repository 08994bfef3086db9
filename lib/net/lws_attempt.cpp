// SPDX-License-Identifier: MIT
// Happy path: start() gives libwebsockets an address; it connects, greets (TLS) and upgrades; on_event() reports to the
// owner; WSI_DESTROY frees us. What can go wrong:
// - If start() fails, WSI_DESTROY may come before it returns, later, or never: we stay listed until the context ends.
// - libwebsockets loses the errno of connect(). So our own callback on its poll handle asks the socket first. If
//   libwebsockets sets its own callback again, only the cause is less precise.
// - The owner may leave in any call that we make to it. So after each call our phase decides how to answer the event;
//   -1 makes libwebsockets close.
#include "net/lws_attempt.hpp"

#include <cassert>
#include <string>
#include <utility>

#include "net/context_registry.hpp"
#include "net/disconnect_cause.hpp"
#include "net/lws_connection.hpp"
#include "net/lws_flaws.hpp"
#include "net/shared_context.hpp"
#include "net/socket_calls.hpp"

namespace uvnostr::net {
namespace {

// libwebsockets never pings or hangs up by itself: the core does both.
const lws_retry_bo_t no_idle_policy = {};
// The poll events that libwebsockets waits for while connect() is in progress.
constexpr int connecting_events = UV_READABLE | UV_WRITABLE;

}  // namespace

lws_attempt* lws_attempt::start(shared_context& context, const dial_target& target, const ip_address& address,
                                lws_connection& owner, port::disconnect& why) noexcept {
  auto* self = new lws_attempt(context, target, address);
  if (target.proxy) self->dialogue_ = std::make_unique<proxy_dialogue>(*target.proxy, target.url.host, target.url.port);
  context.attempts().add(*self);
  const newer_handles handles(context.loop());

  lws_client_connect_info info{};
  info.context = context.handle();
  info.vhost = target.vhost;
  info.address = address.text.c_str();
  info.port = target.port();
  info.path = target.url.target.c_str();
  info.host = target.authority.c_str();
  info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (target.url.secure ? LCCSCF_USE_SSL : 0);
  info.local_protocol_name = "uvnostr";
  if (target.for_document) info.method = "GET";
  info.alpn = "http/1.1";
  info.ietf_version_or_minus_one = -1;
  info.opaque_user_data = self;
  info.retry_and_idle_policy = &no_idle_policy;
  lws* const wsi = lws_client_connect_via_info(&info);

  if (wsi == nullptr) {
    why = cause_of_errno(route_error(address));
    close_forgotten(handles);
    if (context.attempts().holds(self) && self->phase_ != attempt_phase::ended) self->enter(attempt_phase::ended);
    return nullptr;
  }
  self->owner_ = &owner;
  self->wsi_ = wsi;
  self->watch_connecting(handles);
  // libwebsockets arms its timers only when the loop calls it.
  lws_cancel_service(context.handle());
  return self;
}

void lws_attempt::enter(attempt_phase next) noexcept {
  assert(may_follow(phase_, next));
  phase_ = next;
}

void lws_attempt::watch_connecting(const newer_handles& handles) noexcept {
  const lws_sockfd_type socket = lws_get_socket_fd(wsi_);
  handles.visit([this, socket](uv_handle_t* handle) {
    // The connection itself keeps the loop alive, if allowed.
    uv_unref(handle);
    if (handle->type != UV_POLL || phase_ != attempt_phase::connecting) return;
    if (socket != LWS_SOCK_INVALID && watched_socket(handle) == socket) poll_ = reinterpret_cast<uv_poll_t*>(handle);
  });
  if (poll_ == nullptr) {
    // Without the handle we cannot talk to the proxy, and libwebsockets would send it what is meant for the relay.
    if (dialogue_ != nullptr) give_up_connecting();
    return;
  }
  lws_callback_ = poll_->poll_cb;
  uv_poll_start(poll_, connecting_events,
                [](uv_poll_t* p, int status, int events) { on_connecting(p, status, events); });
}

void lws_attempt::on_connecting(uv_poll_t* poll, int status, int events) noexcept {
  // The handle's data belongs to libwebsockets, so the handle itself identifies us.
  auto* const self = context_registry::attempt_waiting_for(poll);
  if (self == nullptr || self->phase_ == attempt_phase::abandoned) {
    uv_poll_stop(poll);
    return;
  }
  self->socket_error_ = socket_error_of(lws_get_socket_fd(self->wsi_));
  if (self->socket_error_ != 0) {
    // Asking has cleared the error, so libwebsockets would believe that the socket is connected.
    lws_set_timeout(self->wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
    return;
  }
  if (self->dialogue_ != nullptr) {
    switch (self->talk_to_proxy()) {
      case proxy_dialogue::outcome::goes_on:
        uv_poll_start(poll, self->dialogue_->to_send.empty() ? UV_READABLE : UV_READABLE | UV_WRITABLE,
                      [](uv_poll_t* p, int s, int e) { on_connecting(p, s, e); });
        return;
      case proxy_dialogue::outcome::failed:
        lws_set_timeout(self->wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
        return;
      case proxy_dialogue::outcome::stands:
        self->dialogue_.reset();
        events = UV_WRITABLE;
        break;
    }
  }
  attempt_list& attempts = self->context_.attempts();
  const uv_poll_cb original = self->lws_callback_;
  self->poll_ = nullptr;
  if (status == 0) uv_poll_start(poll, connecting_events, original);
  original(poll, status, events);
  if (!attempts.holds(self)) close_forgotten(poll);
}

/// Sends and receives as much as the socket has room and bytes for.
proxy_dialogue::outcome lws_attempt::talk_to_proxy() noexcept {
  const lws_sockfd_type socket = lws_get_socket_fd(wsi_);
  for (;;) {
    if (!dialogue_->to_send.empty()) {
      const long sent = send_now(socket, dialogue_->to_send);
      if (sent < 0) return dialogue_->lost();
      dialogue_->to_send.erase(0, static_cast<std::size_t>(sent));
      if (!dialogue_->to_send.empty()) return proxy_dialogue::outcome::goes_on;
    }
    char byte = 0;
    const long got = receive_now(socket, byte);
    if (got < 0) return dialogue_->lost();
    if (got == 0) return proxy_dialogue::outcome::goes_on;
    if (const auto now = dialogue_->take(byte); now != proxy_dialogue::outcome::goes_on) return now;
  }
}

/// Ends an attempt that cannot continue. Called inside start().
void lws_attempt::give_up_connecting() noexcept {
  (void)dialogue_->lost();
  lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

void lws_attempt::abandon() noexcept {
  if (std::exchange(owner_, nullptr) == nullptr || !may_follow(phase_, attempt_phase::abandoned)) return;
  enter(attempt_phase::abandoned);
  // Not at once, because libwebsockets may be iterating over its sockets.
  lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
  lws_cancel_service(context_.handle());
}

void lws_attempt::begin_close(std::uint16_t code, std::string& reason) noexcept {
  lws_close_reason(wsi_, static_cast<lws_close_status>(code), reinterpret_cast<unsigned char*>(reason.data()),
                   reason.size());
  enter(attempt_phase::closing);
  close_in_next_turn(wsi_);
}

void lws_attempt::let_it_close() noexcept {
  assert(phase_ == attempt_phase::closing);
  owner_ = nullptr;
}

}  // namespace uvnostr::net
