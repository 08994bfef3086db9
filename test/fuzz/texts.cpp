// SPDX-License-Identifier: MIT
// URLs, keys, ids and UTF-8 texts: whatever is accepted has one normal form, which is accepted as well.
#if defined(_WIN32)
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

#include <array>

#include <uvnostr/keys.hpp>

#include "base/hex.hpp"
#include "base/ipv6.hpp"
#include "base/url.hpp"
#include "base/utf8.hpp"
#include "fuzz/targets.hpp"

namespace uvnostr::fuzz {
namespace {

std::string check_url(const std::string& text) {
  const auto read = base::url::parse(text);
  if (!read) return read.error() ? "" : "a URL is refused without a reason";
  const auto again = base::url::parse(read->text);
  if (!again) return "the normal form is refused: " + read->text;
  if (again->text != read->text) return "the normal form has another: " + read->text + " and " + again->text;
  if (again->secure != read->secure || again->host != read->host || again->port != read->port ||
      again->target != read->target) {
    return "the normal form means something else: " + read->text;
  }
  for (const std::string& part : {read->host, read->target, read->authority()}) {
    for (const char c : part) {
      if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f)
        return "it could break a request: " + part;
    }
  }
  if (read->target.empty() || read->target[0] != '/' || read->port == 0) return "it cannot be asked for: " + read->text;
  return {};
}

std::string check_ipv6(const std::string& text) {
  std::array<unsigned char, 16> expected{};
  // inet_pton() would stop at a NUL.
  const bool is_address =
      text.find('\0') == std::string::npos && inet_pton(AF_INET6, text.c_str(), expected.data()) == 1;
  const auto normal = base::normal_ipv6(text);
  if (normal.has_value() != is_address)
    return is_address ? "an IPv6 address is refused" : "what is no IPv6 address is accepted";
  if (!normal) return {};
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, normal->c_str(), bytes.data()) != 1 || bytes != expected)
    return "another IPv6 address: " + *normal;
  return base::normal_ipv6(*normal) == normal ? "" : "the normal IPv6 address has another form: " + *normal;
}

bool is_ipv4_slowly(const std::string& text) {
  in_addr address{};
  if (text.find('\0') != std::string::npos || inet_pton(AF_INET, text.c_str(), &address) != 1) return false;
  std::array<char, INET_ADDRSTRLEN> plain{};
  return inet_ntop(AF_INET, &address, plain.data(), plain.size()) == text;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

template <class Value>
std::string check_value(const std::string& text, std::string (Value::*to_bech32)() const) {
  const auto read = Value::parse(text);
  if (!read) return {};
  const std::string hex = read->to_hex();
  const std::string bech32 = ((*read).*to_bech32)();
  if (text != hex && lower(text) != bech32) return "what is accepted is neither of its two forms: " + hex;
  const auto from_hex = Value::parse(hex);
  const auto from_bech32 = Value::parse(bech32);
  return from_hex && from_bech32 && from_hex->to_hex() == hex && from_bech32->to_hex() == hex
             ? ""
             : "a form of its own is not read: " + hex;
}

/// The number of bytes of the character at `at`, or 0, by the table of RFC 3629, 4.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  const auto in = [&](std::size_t i, unsigned from, unsigned to) {
    return at + i < text.size() && static_cast<unsigned char>(text[at + i]) >= from &&
           static_cast<unsigned char>(text[at + i]) <= to;
  };
  const auto tail = [&](std::size_t i) { return in(i, 0x80, 0xbf); };
  if (in(0, 0, 0x7f)) return 1;
  if (in(0, 0xc2, 0xdf) && tail(1)) return 2;
  const bool three = (in(0, 0xe0, 0xe0) && in(1, 0xa0, 0xbf)) || (in(0, 0xe1, 0xec) && tail(1)) ||
                     (in(0, 0xed, 0xed) && in(1, 0x80, 0x9f)) || (in(0, 0xee, 0xef) && tail(1));
  if (three && tail(2)) return 3;
  const bool four = (in(0, 0xf0, 0xf0) && in(1, 0x90, 0xbf)) || (in(0, 0xf1, 0xf3) && tail(1)) ||
                    (in(0, 0xf4, 0xf4) && in(1, 0x80, 0x8f));
  return four && tail(2) && tail(3) ? 4 : 0;
}

bool is_utf8_slowly(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = character_bytes(text, at);
    if (bytes == 0) return false;
    at += bytes;
  }
  return true;
}

}  // namespace

std::string texts(std::string_view input) {
  const std::string text(input);
  if (base::is_utf8(input) != is_utf8_slowly(input)) return "is_utf8";
  if (base::is_ipv4(input) != is_ipv4_slowly(text)) return "is_ipv4";
  std::string wrong = check_url(text);
  if (wrong.empty()) wrong = check_ipv6(text);
  if (wrong.empty()) wrong = check_value<pubkey>(text, &pubkey::to_npub);
  if (wrong.empty()) wrong = check_value<event_id>(text, &event_id::to_note);
  if (wrong.empty()) wrong = check_value<secret_key>(text, &secret_key::to_nsec);
  return wrong;
}

}  // namespace uvnostr::fuzz
