// SPDX-License-Identifier: MIT
// Relay URLs: two spellings of one relay must become one, and nothing odd may reach the socket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <uvnostr/error.hpp>

namespace uvnostr::base {

/// A ws:// or wss:// URL in normal form: scheme and host in lower case, no default port, no slash alone
/// as path. Source: RFC 6455, 3; RFC 3986, 6.2.
struct url {
  bool secure = false;
  std::string host;        // a name, an IPv4 literal, or an IPv6 literal without brackets
  std::uint16_t port = 0;  // the default put in
  std::string target;      // path and query as they go into the request line; at least "/"
  std::string text;        // the whole in normal form

  bool host_is_ipv6() const noexcept { return host.find(':') != std::string::npos; }
  /// What goes into the Host header: brackets for IPv6, the port unless it is the default.
  std::string authority() const;

  /// Errors: url_scheme, url_host, url_port, url_userinfo, url_fragment, url_path.
  static result<url> parse(std::string_view) noexcept;
  /// A text that may be a URL, for an error's subject: printable, not too long, and without the password that it may have.
  static std::string shown(std::string_view);
};

}  // namespace uvnostr::base
