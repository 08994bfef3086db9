// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <uvnostr/relay_options.hpp>

#include "base/url.hpp"
#include "net/proxy.hpp"
#include "net/tls_settings.hpp"

struct lws_vhost;

namespace uvnostr::net {

/// The data that all attempts of a connection need, copied from its dial_request.
struct dial_target {
  base::url url;
  std::string authority;  // for the Host header; libwebsockets takes the name for SNI and the certificate from it
  lws_vhost* vhost = nullptr;
  tls_settings tls;
  std::vector<key_pin> pins;  // empty: any key
  std::optional<net::proxy> proxy;
  name_resolver resolver{};
  std::string name_servers;  // separated by commas; empty: the system's
  unsigned redirects_left = 0;
  bool was_redirected = false;

  /// The host whose name is resolved and to which we connect: the relay or its proxy.
  const std::string& host() const noexcept { return proxy ? proxy->host : url.host; }
  std::uint16_t port() const noexcept { return proxy ? proxy->port : url.port; }

  bool for_document = false;  // no upgrade: see port::dial_request
  std::string user_agent;
  std::vector<http_header> headers;
  std::chrono::milliseconds silence{};   // after which TCP probes the peer; 0: never
  std::chrono::milliseconds patience{};  // how long the peer may leave bytes unacknowledged
};

}  // namespace uvnostr::net
