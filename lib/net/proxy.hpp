// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "port/transport.hpp"

namespace uvnostr::net {

enum class proxy_kind : unsigned char { socks5, http };

/// A proxy as given in relay_options::proxy.
struct proxy {
  proxy_kind kind = proxy_kind::socks5;
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 0;
  std::string user;  // both empty: none
  std::string password;
};

/// Parses a proxy's URL; nothing if it is not valid.
std::optional<proxy> parse_proxy(std::string_view) noexcept;

/// The dialogue with a proxy until it connects us to the relay. Names are sent to the proxy unresolved. Source: RFC
/// 1928, RFC 1929; RFC 9110, 9.3.6.
class proxy_dialogue {
 public:
  enum class outcome : unsigned char { goes_on, stands, failed };

  proxy_dialogue(const proxy&, std::string host, std::uint16_t port) noexcept;

  /// The bytes to send now; the caller then removes them.
  std::string to_send;
  /// Takes one byte from the proxy, because the bytes after its answer belong to the relay.
  outcome take(char) noexcept;
  /// The proxy has hung up.
  outcome lost() noexcept;
  /// Why it failed.
  const port::disconnect& failure() const noexcept { return failure_; }

 private:
  enum class step : unsigned char { method, password, reply, head };

  outcome take_socks() noexcept;
  outcome take_http() noexcept;
  void ask_socks() noexcept;
  outcome fail(std::error_code cause, std::string detail) noexcept;

  const proxy proxy_;
  std::string host_;
  std::uint16_t port_;
  step step_;
  std::string received_;
  port::disconnect failure_;
};

}  // namespace uvnostr::net
