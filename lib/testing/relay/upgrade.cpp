// SPDX-License-Identifier: MIT
#include "testing/relay/upgrade.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>

#include <mbedtls/base64.h>
#include <mbedtls/sha1.h>
#include <mbedtls/version.h>

namespace uvnostr::testing::detail {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view a, std::string_view b) noexcept { return std::ranges::equal(a, b, {}, lower, lower); }

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool has_word(std::string_view list, std::string_view word) noexcept {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (same_word(trim(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 429: return "Too Many Requests";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    default: return "Status";
  }
}

}  // namespace

std::string_view find_header(std::string_view head, std::string_view name) noexcept {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && same_word(line.substr(0, colon), name)) return trim(line.substr(colon + 1));
    head.remove_prefix(std::min(end + 2, head.size()));
  }
  return {};
}

bool asks_for_document(std::string_view head) noexcept {
  return has_word(find_header(head, "Accept"), "application/nostr+json") && find_header(head, "Upgrade").empty();
}

std::string make_document_answer(std::string_view document) {
  if (document.empty()) return make_http_answer(404, {}, "no document");
  return make_http_answer(200, {{"Content-Type", "application/nostr+json"}}, document);
}

std::string check_upgrade(std::string_view head) {
  const std::string_view request_line = head.substr(0, head.find("\r\n"));
  if (!request_line.starts_with("GET /")) return "the request is no GET of a path";
  if (!request_line.ends_with(" HTTP/1.1")) return "the request is not HTTP/1.1";
  if (find_header(head, "Host").empty()) return "the request has no Host";
  if (!has_word(find_header(head, "Upgrade"), "websocket")) return "the request has no Upgrade: websocket";
  if (!has_word(find_header(head, "Connection"), "Upgrade")) return "the request has no Connection: Upgrade";
  if (find_header(head, "Sec-WebSocket-Version") != "13") return "the request has no Sec-WebSocket-Version: 13";
  const std::string_view key = find_header(head, "Sec-WebSocket-Key");
  std::array<unsigned char, 32> decoded;
  std::size_t size = 0;
  if (mbedtls_base64_decode(decoded.data(), decoded.size(), &size, reinterpret_cast<const unsigned char*>(key.data()),
                            key.size()) != 0 ||
      size != 16) {
    return "Sec-WebSocket-Key is not 16 bytes in base64";
  }
  return {};
}

std::string http_date(unix_seconds when) {
  constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(when - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                weekdays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string accept_value(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> hash{};
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  const int error = mbedtls_sha1(bytes, text.size(), hash.data());
#else
  const int error = mbedtls_sha1_ret(bytes, text.size(), hash.data());
#endif
  std::array<unsigned char, 32> encoded;
  std::size_t size = 0;
  if (error != 0 || mbedtls_base64_encode(encoded.data(), encoded.size(), &size, hash.data(), hash.size()) != 0)
    return {};
  return {reinterpret_cast<const char*>(encoded.data()), size};
}

std::string make_http_answer(int status, const std::vector<http_header>& headers, std::string_view body) {
  std::string answer = "HTTP/1.1 " + std::to_string(status) + " ";
  answer.append(reason_phrase(status)).append("\r\n");
  for (const http_header& h : headers) answer += h.name + ": " + h.value + "\r\n";
  answer += "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
  return answer.append(body);
}

std::string make_answer(const handshake_rule& rule, std::string_view key) {
  if (rule.how == handshake::http_status) return make_http_answer(rule.status, rule.headers, rule.body);
  if (rule.how == handshake::garbage) return rule.bytes;
  std::string answer = "HTTP/1.1 101 Switching Protocols\r\n";
  if (rule.how == handshake::endless_headers) return answer;
  if (rule.how != handshake::no_upgrade_header) answer += "Upgrade: websocket\r\n";
  answer += "Connection: Upgrade\r\n";
  const std::string accept =
      accept_value(rule.how == handshake::wrong_accept_header ? "AAAAAAAAAAAAAAAAAAAAAA==" : key);
  if (rule.how != handshake::no_accept_header) answer += "Sec-WebSocket-Accept: " + accept + "\r\n";
  if (rule.how == handshake::unoffered_extension) answer += "Sec-WebSocket-Extensions: x-unasked\r\n";
  if (rule.how == handshake::unoffered_subprotocol) answer += "Sec-WebSocket-Protocol: unasked\r\n";
  for (const http_header& h : rule.headers) answer += h.name + ": " + h.value + "\r\n";
  return answer += "\r\n";
}

}  // namespace uvnostr::testing::detail
