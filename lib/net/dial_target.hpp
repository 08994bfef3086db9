// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <uvnostr/relay_options.hpp>

struct lws_vhost;

namespace uvnostr::net {

/// What all attempts of one connection need, copied from its dial_request.
struct dial_target {
  lws_vhost* vhost = nullptr;
  bool secure = false;
  std::string host;  // for the resolver
  std::uint16_t port = 0;
  std::string authority;  // for the Host header; libwebsockets takes the name for SNI and the certificate from it
  std::string path;
  bool for_document = false;  // no upgrade: see port::dial_request
  std::string user_agent;
  std::vector<http_header> headers;
  std::chrono::milliseconds silence{};   // after which TCP asks whether the peer is there; 0: never
  std::chrono::milliseconds patience{};  // how long it may leave bytes unacknowledged then
};

}  // namespace uvnostr::net
