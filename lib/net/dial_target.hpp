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

struct lws_vhost;

namespace uvnostr::net {

/// What all attempts of one connection need, copied from its dial_request.
struct dial_target {
  base::url url;
  std::string authority;  // for the Host header; libwebsockets takes the name for SNI and the certificate from it
  lws_vhost* vhost = nullptr;
  std::string ca_file;
  std::optional<net::proxy> proxy;
  name_resolver resolver{};
  std::string name_servers;  // parted by commas; empty: the system's
  unsigned redirects_left = 0;
  bool was_redirected = false;

  /// Who is asked for by name, and connected to: the relay or its proxy.
  const std::string& host() const noexcept { return proxy ? proxy->host : url.host; }
  std::uint16_t port() const noexcept { return proxy ? proxy->port : url.port; }

  std::string path;
  bool for_document = false;  // no upgrade: see port::dial_request
  std::string user_agent;
  std::vector<http_header> headers;
  std::chrono::milliseconds silence{};   // after which TCP asks whether the peer is there; 0: never
  std::chrono::milliseconds patience{};  // how long it may leave bytes unacknowledged then
};

}  // namespace uvnostr::net
