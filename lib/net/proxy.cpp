// SPDX-License-Identifier: MIT
// Happy path, SOCKS5: we offer methods, the proxy chooses one and perhaps asks for user and password, we name the
// relay, and the proxy reports the connection. HTTP: one CONNECT, one 2xx answer. What can go wrong: the proxy refuses
// us or the relay, or is not a proxy. Each case has its own text.
#include "net/proxy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <uv.h>

#include "base/ipv6.hpp"
#include "base/url.hpp"

namespace uvnostr::net {
namespace {

constexpr std::size_t most_head_bytes = 8 * 1024;
constexpr char socks_version = 5;
constexpr char no_login = 0;
constexpr char login = 2;
constexpr std::size_t most_socks_text_bytes = 255;

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// User and password may contain any character, percent-encoded as %41. Source: RFC 3986, 2.1.
std::optional<std::string> percent_decoded(std::string_view text) noexcept {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string base64(std::string_view bytes) noexcept {
  static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) text += i + k <= bytes.size() ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

std::string_view reply_text(unsigned char reply) noexcept {
  static constexpr std::array<std::string_view, 9> texts = {
      "",
      "general failure",
      "not allowed by its rules",
      "the network is unreachable",
      "the host is unreachable",
      "the connection was refused",
      "the way is too long",
      "it cannot connect",
      "it does not know this kind of address",
  };
  return reply < texts.size() ? texts[reply] : "an unknown error";
}

errc cause_of_reply(unsigned char reply) noexcept {
  switch (reply) {
    case 3:
    case 4:
    case 6: return errc::network_unreachable;
    case 5: return errc::connection_refused;
    default: return errc::connection_failed;
  }
}

std::string for_url(const std::string& host) noexcept {
  return host.find(':') != std::string::npos ? "[" + host + "]" : host;
}

}  // namespace

std::optional<proxy> parse_proxy(std::string_view text) noexcept {
  proxy made;
  if (text.starts_with("socks5://")) {
    text.remove_prefix(9);
  } else if (text.starts_with("socks5h://")) {
    text.remove_prefix(10);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
    made.kind = proxy_kind::http;
  } else {
    return std::nullopt;
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view before = text.substr(0, at);
    const auto colon = std::min(before.find(':'), before.size());
    auto user = percent_decoded(before.substr(0, colon));
    auto password = percent_decoded(before.substr(std::min(colon + 1, before.size())));
    if (!user || !password || user->empty()) return std::nullopt;
    if (user->size() > most_socks_text_bytes || password->size() > most_socks_text_bytes) return std::nullopt;
    // Basic authentication cannot express a colon in the user's name. Source: RFC 7617, 2.
    if (made.kind == proxy_kind::http && user->find(':') != std::string::npos) return std::nullopt;
    made.user = std::move(*user);
    made.password = std::move(*password);
    text.remove_prefix(at + 1);
  }
  // The rules for host and port are those of relays, except that there is no default port.
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.find_first_of("/?#") != std::string_view::npos) return std::nullopt;
  const auto server = base::url::parse("ws://" + std::string(text));
  if (!server || colon + 1 == text.size() || text.ends_with(']')) return std::nullopt;
  made.host = server->host;
  made.port = server->port;
  return made;
}

proxy_dialogue::proxy_dialogue(const proxy& with, std::string host, std::uint16_t port) noexcept
    : proxy_(with), host_(std::move(host)), port_(port) {
  if (proxy_.kind == proxy_kind::socks5) {
    step_ = step::method;
    to_send = {socks_version, 1, no_login};
    // Only one method is offered, so that the proxy cannot ignore user and password, by which Tor separates circuits.
    if (!proxy_.user.empty()) to_send[2] = login;
    return;
  }
  step_ = step::head;
  const std::string relay = for_url(host_) + ":" + std::to_string(port_);
  to_send = "CONNECT " + relay + " HTTP/1.1\r\nHost: " + relay + "\r\n";
  if (!proxy_.user.empty()) {
    to_send += "Proxy-Authorization: Basic " + base64(proxy_.user + ":" + proxy_.password) + "\r\n";
  }
  to_send += "\r\n";
}

proxy_dialogue::outcome proxy_dialogue::fail(std::error_code cause, std::string detail) noexcept {
  failure_.cause = cause;
  failure_.detail = "the proxy: " + std::move(detail);
  return outcome::failed;
}

proxy_dialogue::outcome proxy_dialogue::lost() noexcept { return fail(errc::connection_failed, "it hung up"); }

proxy_dialogue::outcome proxy_dialogue::take(char byte) noexcept {
  received_ += byte;
  return proxy_.kind == proxy_kind::socks5 ? take_socks() : take_http();
}

void proxy_dialogue::ask_socks() noexcept {
  to_send = {socks_version, 1, 0};
  std::array<char, 16> address{};
  if (uv_inet_pton(AF_INET, host_.c_str(), address.data()) == 0) {
    to_send += '\1';
    to_send.append(address.data(), 4);
  } else if (uv_inet_pton(AF_INET6, host_.c_str(), address.data()) == 0) {
    to_send += '\4';
    to_send.append(address.data(), 16);
  } else {
    to_send += '\3';
    to_send += static_cast<char>(host_.size());  // at most 253: see url::parse()
    to_send += host_;
  }
  to_send += static_cast<char>(port_ >> 8);
  to_send += static_cast<char>(port_ & 0xff);
  step_ = step::reply;
}

proxy_dialogue::outcome proxy_dialogue::take_socks() noexcept {
  const auto byte_at = [this](std::size_t i) { return static_cast<unsigned char>(received_[i]); };
  if (step_ != step::password && received_[0] != socks_version) {
    return fail(errc::connection_failed, "what it says is not SOCKS5");
  }
  if (step_ == step::reply) {
    // Version, reply, reserved, type of address, address, port. We do not need the address.
    if (received_.size() < 2) return outcome::goes_on;
    if (byte_at(1) != 0) return fail(cause_of_reply(byte_at(1)), std::string(reply_text(byte_at(1))));
    if (received_.size() < 5) return outcome::goes_on;
    const std::size_t address_bytes = byte_at(3) == 1 ? 4 : byte_at(3) == 4 ? 16 : 1U + byte_at(4);
    return received_.size() < 4 + address_bytes + 2 ? outcome::goes_on : outcome::stands;
  }
  if (received_.size() < 2) return outcome::goes_on;
  const char answer = std::exchange(received_, {})[1];
  if (step_ == step::password) {
    if (answer != 0) return fail(errc::connection_failed, "it refuses this user and password");
    ask_socks();
    return outcome::goes_on;
  }
  const char offered = proxy_.user.empty() ? no_login : login;
  if (answer != offered) {
    return fail(errc::connection_failed,
                proxy_.user.empty() ? "it wants a user and a password" : "it takes no user and password");
  }
  if (proxy_.user.empty()) {
    ask_socks();
  } else {
    step_ = step::password;
    to_send = {1};
    to_send += static_cast<char>(proxy_.user.size());
    to_send += proxy_.user;
    to_send += static_cast<char>(proxy_.password.size());
    to_send += proxy_.password;
  }
  return outcome::goes_on;
}

proxy_dialogue::outcome proxy_dialogue::take_http() noexcept {
  constexpr std::string_view version = "HTTP/1.";
  if (!version.starts_with(std::string_view(received_).substr(0, version.size()))) {
    return fail(errc::connection_failed, "what it says is not HTTP/1");
  }
  if (received_.size() > most_head_bytes) return fail(errc::connection_failed, "its answer is too long");
  if (!received_.ends_with("\r\n\r\n") && !received_.ends_with("\n\n")) return outcome::goes_on;
  int status = 0;
  const auto blank = std::min(received_.find(' '), received_.size());
  std::from_chars(received_.data() + std::min(blank + 1, received_.size()), received_.data() + received_.size(),
                  status);
  if (status >= 200 && status < 300) return outcome::stands;
  if (status == 407) return fail(errc::connection_failed, "HTTP 407, it wants another user and password");
  return fail(errc::connection_failed, "HTTP " + std::to_string(status));
}

}  // namespace uvnostr::net
