// SPDX-License-Identifier: MIT
// Relay URLs. Different spellings of a relay's URL become one, and nothing malformed reaches the socket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <uvnostr/error.hpp>

namespace uvnostr::base {

/// A ws:// or wss:// URL in normal form: scheme and host in lower case, no default port, no path that is only "/".
/// Source: RFC 6455, 3; RFC 3986, 6.2.
struct url {
  bool secure = false;
  std::string host;        // a name, an IPv4 literal, or an IPv6 literal without brackets
  std::uint16_t port = 0;  // the scheme's default if none is given
  std::string target;      // path and query as they go into the request line; at least "/"
  std::string text;        // the whole URL in normal form

  bool host_is_ipv6() const noexcept { return host.find(':') != std::string::npos; }
  /// The value of the Host header: brackets around IPv6, the port unless it is the default.
  std::string authority() const;

  /// Errors: url_scheme, url_host, url_port, url_userinfo, url_fragment, url_path.
  static result<url> parse(std::string_view) noexcept;
  /// A text that may be a URL, made fit for an error's subject: printable, short, and without a password.
  static std::string shown(std::string_view);
};

}  // namespace uvnostr::base
