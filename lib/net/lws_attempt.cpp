// SPDX-License-Identifier: MIT
// Happy path: start() gives libwebsockets an address, it connects, greets (TLS) and upgrades, on_event() passes what
// comes to the owner, WSI_DESTROY frees us. What can go wrong:
// - A failure inside of start() has no callback, or a WSI_DESTROY later, or none: then we stay in the context's list
//   until it ends.
// - libwebsockets loses the errno of connect(). While connecting we therefore put a callback of our own on its poll
//   handle, which asks the socket first; should libwebsockets set its own again, only the cause is less precise.
// - The owner may go inside of any call we make to it; after each one owner_ is looked at again, and -1 returned,
//   which makes libwebsockets close.
#include "net/lws_attempt.hpp"

#include <string>
#include <utility>

#include "net/disconnect_cause.hpp"
#include "net/lws_connection.hpp"
#include "net/socket_calls.hpp"

namespace uvnostr::net {
namespace {

// Never pings, never hangs up: the core does both.
const lws_retry_bo_t no_idle_policy = {};
// What libwebsockets watches for while connect() is in progress.
constexpr int connecting_events = UV_READABLE | UV_WRITABLE;

}  // namespace

lws_attempt* lws_attempt::start(shared_context& context, const dial_target& target, const ip_address& address,
                                lws_connection& owner, port::disconnect& why) noexcept {
  auto* self = new lws_attempt(context, owner, target.secure);
  context.add(*self);
  const std::size_t known_handles = context.count_handles();

  lws_client_connect_info info{};
  info.context = context.handle();
  info.vhost = target.vhost;
  info.address = address.text.c_str();
  info.port = target.port;
  info.path = target.path.c_str();
  info.host = target.authority.c_str();
  info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (target.secure ? LCCSCF_USE_SSL : 0);
  info.local_protocol_name = "uvnostr";
  info.alpn = "http/1.1";
  info.ietf_version_or_minus_one = -1;
  info.opaque_user_data = self;
  info.pwsi = &self->wsi_;
  info.retry_and_idle_policy = &no_idle_policy;
  lws* const wsi = lws_client_connect_via_info(&info);

  self->starting_ = false;
  if (wsi == nullptr) {
    why = cause_of_errno(route_error(address));
    context.close_forgotten_handles(known_handles);
    self->owner_ = nullptr;
    self->ended_ = true;
    if (self->destroyed_) {
      context.remove(*self);
      delete self;
    }
    return nullptr;
  }
  self->wsi_ = wsi;
  self->watch_connecting(known_handles);
  // libwebsockets arms its timers only after it was called by the loop.
  lws_cancel_service(context.handle());
  return self;
}

void lws_attempt::watch_connecting(std::size_t known_handles) noexcept {
  uv_poll_t* const poll = context_.adopt_new_handles(known_handles, lws_get_socket_fd(wsi_));
  if (poll == nullptr || connected_) return;
  poll_ = poll;
  lws_callback_ = poll->poll_cb;
  uv_poll_start(poll, connecting_events, [](uv_poll_t* p, int status, int events) { on_connecting(p, status, events); });
}

void lws_attempt::on_connecting(uv_poll_t* poll, int status, int events) noexcept {
  // The handle's data is libwebsockets' own, so we are found by the handle.
  auto* self = shared_context::find(poll);
  if (self == nullptr || self->is_abandoned()) {
    uv_poll_stop(poll);
    return;
  }
  self->socket_error_ = socket_error_of(lws_get_socket_fd(self->wsi_));
  if (self->socket_error_ != 0) {
    // Reading the error has cleared it: libwebsockets would take the socket for connected.
    lws_set_timeout(self->wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
    return;
  }
  const uv_poll_cb original = self->lws_callback_;
  if (status == 0) uv_poll_start(poll, connecting_events, original);
  original(poll, status, events);
  // If the peer has reset the connection in between, 4.1.6 is done with the socket now and forgets the handle.
  if (shared_context::find(poll) == nullptr) shared_context::close_if_forgotten(poll);
}

void lws_attempt::abandon() noexcept {
  owner_ = nullptr;
  if (ended_ || wsi_ == nullptr) return;
  // Closing at once could be inside of libwebsockets' own walk over its sockets.
  lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
  lws_cancel_service(context_.handle());
}

void lws_attempt::begin_close(std::uint16_t code, std::string& reason) noexcept {
  lws_close_reason(wsi_, static_cast<lws_close_status>(code), reinterpret_cast<unsigned char*>(reason.data()),
                   reason.size());
  // LWS_CALLBACK_TIMER returns -1, instead of the callback that we are in. A libwebsockets built with its debugging on
  // (Debian's is) closes a socket twice after a write, the second time without sending anything; and after a read that
  // came with the upgrade's answer, it would read the same bytes again.
  lws_set_timer_usecs(wsi_, 1);
}

void lws_attempt::let_it_close() noexcept {
  owner_ = nullptr;
  letting_close_ = true;
}

}  // namespace uvnostr::net
