// SPDX-License-Identifier: MIT
#include "testing/sockets/socket_host.hpp"

#include <utility>

#include <uv.h>

#include "testing/relay/relay_core.hpp"
#include "testing/sockets/socket_link.hpp"

namespace uvnostr::testing::detail {
namespace {

constexpr int backlog = 511;

// libuv's errors are negated errno values where there is errno.
std::error_code from_uv(int error) noexcept { return {-error, std::generic_category()}; }

}  // namespace

struct socket_host::listener {
  uv_tcp_t uv;
  socket_host* owner;  // null once it is being closed
};

uv_stream_t* socket_host::stream() noexcept { return reinterpret_cast<uv_stream_t*>(&listener_->uv); }

socket_host::socket_host(uv_loop_t* loop, const test_relay_options& options) noexcept
    : context_{loop, options.keep_loop_alive}, ipv6_(options.ipv6), port_(options.port) {}

result<std::unique_ptr<host>> socket_host::make(uv_loop_t* loop, const test_relay_options& options) noexcept {
  if (loop == nullptr) return errc::loop_unusable;
  auto made = std::make_unique<socket_host>(loop, options);
  if (const std::error_code error = made->prepare_tls(options)) return error;
  if (const std::error_code error = made->bind()) return error;
  return std::unique_ptr<host>(std::move(made));
}

std::error_code socket_host::prepare_tls(const test_relay_options& options) noexcept {
  if (!options.tls) return {};
  std::optional<tls_identity> identity = options.identity;
  if (!identity) {
    result<certificate_authority> authority = certificate_authority::make();
    if (!authority) return authority.error();
    authority_ = std::make_unique<certificate_authority>(*std::move(authority));
    result<tls_identity> issued = authority_->issue();
    if (!issued) return issued.error();
    identity = *std::move(issued);
  }
  result<std::shared_ptr<tls_server>> server = tls_server::make(*identity);
  if (!server) return server.error();
  tls_ = *std::move(server);
  return {};
}

std::error_code socket_host::bind() noexcept {
  sockaddr_storage address{};
  const int unusable = ipv6_ ? uv_ip6_addr("::1", port_, reinterpret_cast<sockaddr_in6*>(&address))
                             : uv_ip4_addr("127.0.0.1", port_, reinterpret_cast<sockaddr_in*>(&address));
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
    close();
    return from_uv(error);
  }
  port_ = ntohs(ipv6_ ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                      : reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  return {};
}

std::error_code socket_host::listen(relay_core& to) noexcept {
  core_ = &to;
  if (listener_ == nullptr) {
    if (const std::error_code error = bind()) return error;
  }
  const int error = uv_listen(stream(), backlog, [](uv_stream_t* server, int status) {
    socket_host* const owner = static_cast<listener*>(server->data)->owner;
    if (owner == nullptr || status != 0) return;
    const auto keep = owner->core_->shared_from_this();
    owner->accept();
  });
  if (error != 0) {
    close();
    return from_uv(error);
  }
  return {};
}

void socket_host::accept() {
  // Every client must be taken from the listener. Those that are too many are reset.
  auto tcp = socket::accept(stream(), context_);
  if (!tcp) return;
  auto record = core_->next_client();
  if (!record) return tcp->reset();
  core_->admit(std::make_shared<socket_link>(*core_, context_, std::move(record), std::move(tcp), tls_));
}

void socket_host::refuse() noexcept {
  close();
  (void)bind();
}

void socket_host::close() noexcept {
  if (listener_ == nullptr) return;
  listener_->owner = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&listener_->uv),
           [](uv_handle_t* closed) { delete static_cast<listener*>(closed->data); });
  listener_ = nullptr;
}

std::string socket_host::url(std::string_view name) const {
  std::string text = tls_ ? "wss://" : "ws://";
  text += !name.empty() ? name : ipv6_ ? "[::1]" : "127.0.0.1";
  return text + ":" + std::to_string(port_);
}

const std::string& socket_host::ca_file() const noexcept {
  static const std::string none;
  return authority_ ? authority_->ca_file() : none;
}

unix_seconds socket_host::wall_clock() const noexcept {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::chrono::microseconds socket_host::elapsed() const noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace uvnostr::testing::detail
