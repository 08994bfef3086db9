// SPDX-License-Identifier: MIT
#include "net/lws_transport.hpp"

#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

#include <libwebsockets.h>

#include "base/printable.hpp"
#include "net/ip_address.hpp"
#include "net/lws_connection.hpp"

namespace uvnostr::net {
namespace {

/// An address, or an address and a port as in a URL.
bool is_name_server(std::string_view text) noexcept {
  ip_address address;
  if (parse_ip_address(std::string(text), address)) return true;
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) return false;
  const bool has_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (has_brackets) host = host.substr(1, host.size() - 2);
  return parse_ip_address(std::string(host), address) && address.is_v6 == has_brackets;
}

}  // namespace

result<port::connection*> lws_transport::dial(const port::dial_request& request,
                                              port::connection_listener& listener) noexcept {
  reactor_.assert_thread();
  dial_target target;
  target.tls = tls_settings::of(request.options);
  const auto vhost = context_.vhost(request.url.secure, target.tls);
  if (!vhost) return vhost.error();
  auto pins = parse_pins(request.options.pinned_keys);
  if (!pins) return pins.error();
  target.vhost = *vhost;
  target.pins = std::move(*pins);
  target.url = request.url;
  target.proxy = parse_proxy(request.options.proxy);
  target.redirects_left = request.options.max_redirects;
  target.resolver = request.options.resolver;
  for (const auto& server : request.options.name_servers) {
    if (!target.name_servers.empty()) target.name_servers += ',';
    target.name_servers += server;
  }
  target.authority = request.url.authority();
  target.for_document = request.for_document;
  target.user_agent = request.options.user_agent;
  target.headers = request.options.headers;
  target.silence = request.options.ping_interval;
  target.patience = request.options.pong_timeout;
  return lws_connection::dial(*this, std::move(target), request.options.max_message_bytes, listener);
}

error lws_transport::check(const relay_options& options) noexcept {
  for (std::size_t i = 0; i < options.name_servers.size(); ++i) {
    const std::string& server = options.name_servers[i];
    if (is_name_server(server)) continue;
    return {errc::option_range, "name_servers[" + std::to_string(i) + "] is \"" + base::printable(server) +
                                    "\"; it must be an IP address, with brackets if it is IPv6 and a port follows"};
  }
  if (!options.proxy.empty() && !parse_proxy(options.proxy)) {
    // Its text is not shown, because it may contain a password.
    return {errc::option_range,
            "proxy is none; it must be socks5://HOST:PORT or http://HOST:PORT, perhaps with "
            "USER:PASSWORD@ before HOST"};
  }
  if (const auto pins = parse_pins(options.pinned_keys); !pins) return pins.error();
  return tls_settings::of(options).check();
}

void lws_transport::release() noexcept {
  while (auto* connection = connections_.front()) connection->abort();
  context_.release();
}

void lws_transport::add(lws_connection& connection) noexcept { connections_.push_front(connection.in_transport_); }

}  // namespace uvnostr::net
