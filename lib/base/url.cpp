// SPDX-License-Identifier: MIT
#include "base/url.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

#include "base/ipv6.hpp"
#include "base/printable.hpp"

namespace uvnostr::base {
namespace {

char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::uint16_t default_port(bool secure) noexcept { return secure ? 443 : 80; }

/// Removes the scheme from the text. Returns whether it is secure, or nothing if it is neither ws nor wss.
std::optional<bool> take_scheme(std::string_view& text) noexcept {
  const auto take = [&text](std::string_view scheme) {
    if (text.size() < scheme.size()) return false;
    for (std::size_t i = 0; i < scheme.size(); ++i) {
      if (to_lower(text[i]) != scheme[i]) return false;
    }
    text.remove_prefix(scheme.size());
    return true;
  };
  if (take("wss://")) return true;
  if (take("ws://")) return false;
  return std::nullopt;
}

bool is_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= 63 && std::all_of(label.begin(), label.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
  });
}

/// Resolvers read a name that ends in a number as an address in one of several old notations, such as 127.1 or 0x7f.1.
/// Only the usual notation is accepted.
bool looks_like_ipv4(std::string_view last_label) noexcept {
  return std::all_of(last_label.begin(), last_label.end(), is_digit) || last_label.starts_with("0x");
}

bool is_host_name(std::string_view host) noexcept {
  if (host.empty() || host.size() > 253) return false;
  std::string_view rest = host;
  while (true) {
    const std::size_t dot = rest.find('.');
    if (!is_label(rest.substr(0, dot))) return false;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return !looks_like_ipv4(rest) || is_ipv4(host);
}

/// Removes the host from the authority and returns it in normal form. The port with its colon stays, if there is one.
std::optional<std::string> take_host(std::string_view& authority) {
  if (authority.starts_with('[')) {
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    auto host = normal_ipv6(authority.substr(1, bracket - 1));
    authority.remove_prefix(bracket + 1);
    if (!authority.empty() && authority[0] != ':') return std::nullopt;
    return host;
  }
  const std::size_t length = std::min(authority.find(':'), authority.size());
  std::string host(authority.substr(0, length));
  authority.remove_prefix(length);
  std::transform(host.begin(), host.end(), host.begin(), to_lower);
  // A final dot only says that no search domain may be added: the host is the same.
  if (host.ends_with('.')) host.pop_back();
  if (!is_host_name(host)) return std::nullopt;
  return host;
}

std::optional<std::uint16_t> read_port(std::string_view digits) noexcept {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (error != std::errc() || stop != end || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::string url::authority() const {
  std::string host_and_port = host_is_ipv6() ? '[' + host + ']' : host;
  if (port != default_port(secure)) host_and_port += ':' + std::to_string(port);
  return host_and_port;
}

result<url> url::parse(std::string_view text) noexcept {
  url parsed;
  const auto secure = take_scheme(text);
  if (!secure) return errc::url_scheme;
  parsed.secure = *secure;

  if (text.find('#') != std::string_view::npos) return errc::url_fragment;
  std::string_view authority = text.substr(0, text.find_first_of("/?"));
  const std::string_view target = text.substr(authority.size());
  if (authority.find('@') != std::string_view::npos) return errc::url_userinfo;

  auto host = take_host(authority);
  if (!host) return errc::url_host;
  parsed.host = std::move(*host);
  parsed.port = default_port(parsed.secure);
  if (!authority.empty()) {
    const auto port = read_port(authority.substr(1));
    if (!port) return errc::url_port;
    parsed.port = *port;
  }

  // Characters other than ASCII must be percent-encoded, and only the application knows how.
  if (!std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; })) return errc::url_path;
  if (!target.starts_with('/')) parsed.target.push_back('/');
  parsed.target += target;

  parsed.text = parsed.secure ? "wss://" : "ws://";
  parsed.text += parsed.authority();
  if (parsed.target != "/") parsed.text += parsed.target;
  return parsed;
}

std::string url::shown(std::string_view text) {
  constexpr std::size_t longest = 200;
  // Everything before the last @ may be a password, even with a slash in it.
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    return "***" + printable(text.substr(at, longest));
  }
  return printable(text.substr(0, longest)) + (text.size() > longest ? "..." : "");
}

}  // namespace uvnostr::base
