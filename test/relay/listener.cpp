// SPDX-License-Identifier: MIT
// The part of core that has to do with listening.
#include <uv.h>

#include "core.hpp"

namespace uvnostr::testing::detail {
namespace {

constexpr int backlog = 511;

// libuv's errors are negated errno values where there is errno.
std::error_code from_uv(int error) noexcept { return {-error, std::generic_category()}; }

}  // namespace

struct core::listener {
  uv_tcp_t uv;
  core* owner;  // null once it is being closed
};

uv_stream_t* core::listener_stream() noexcept { return reinterpret_cast<uv_stream_t*>(&listener_->uv); }

result<std::shared_ptr<core>> core::start(uv_loop_t* loop, test_relay_options options) noexcept {
  if (loop == nullptr) return errc::loop_unusable;
  auto made = std::make_shared<core>(loop, std::move(options));
  if (const std::error_code error = made->prepare_tls()) return error;
  if (const std::error_code error = made->bind()) return error;
  if (const std::error_code error = made->listen()) return error;
  return made;
}

std::error_code core::prepare_tls() noexcept {
  if (!options_.tls) return {};
  if (!options_.identity) {
    result<certificate_authority> authority = certificate_authority::make();
    if (!authority) return authority.error();
    authority_ = std::make_unique<certificate_authority>(*std::move(authority));
    result<tls_identity> identity = authority_->issue();
    if (!identity) return identity.error();
    options_.identity = *std::move(identity);
  }
  result<std::shared_ptr<tls_server>> server = tls_server::make(*options_.identity);
  if (!server) return server.error();
  tls_ = *std::move(server);
  return {};
}

std::error_code core::bind() noexcept {
  sockaddr_storage address{};
  const int port = port_ != 0 ? port_ : options_.port;
  const int unusable = options_.ipv6 ? uv_ip6_addr("::1", port, reinterpret_cast<sockaddr_in6*>(&address))
                                     : uv_ip4_addr("127.0.0.1", port, reinterpret_cast<sockaddr_in*>(&address));
  if (unusable != 0) return errc::option_range;

  listener_ = new listener;
  listener_->owner = this;
  uv_tcp_init(context_.loop, &listener_->uv);
  listener_->uv.data = listener_;
  if (!context_.hold) uv_unref(reinterpret_cast<uv_handle_t*>(&listener_->uv));
  int error = uv_tcp_bind(&listener_->uv, reinterpret_cast<const sockaddr*>(&address), 0);
  int size = sizeof address;
  if (error == 0) error = uv_tcp_getsockname(&listener_->uv, reinterpret_cast<sockaddr*>(&address), &size);
  if (error != 0) {
    close_listener();
    return from_uv(error);
  }
  const auto network_order = options_.ipv6 ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                                           : reinterpret_cast<const sockaddr_in*>(&address)->sin_port;
  port_ = ntohs(network_order);
  return {};
}

std::error_code core::listen() noexcept {
  if (listening_) return {};
  if (listener_ == nullptr) {
    if (const std::error_code error = bind()) return error;
  }
  const int error = uv_listen(listener_stream(), backlog, [](uv_stream_t* server, int status) {
    core* owner = static_cast<listener*>(server->data)->owner;
    if (owner == nullptr || status != 0) return;
    const auto keep = owner->shared_from_this();
    owner->accept();
  });
  if (error != 0) {
    close_listener();
    return from_uv(error);
  }
  listening_ = true;
  return {};
}

void core::close_listener() noexcept {
  listening_ = false;
  if (listener_ == nullptr) return;
  listener_->owner = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&listener_->uv), [](uv_handle_t* closed) { delete static_cast<listener*>(closed->data); });
  listener_ = nullptr;
}

}  // namespace uvnostr::testing::detail
