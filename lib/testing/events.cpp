// SPDX-License-Identifier: MIT
#include <uvnostr/testing/events.hpp>

#include <exception>
#include <utility>

namespace uvnostr::testing {
namespace {

// The event's JSON with another last digit in this member, whose value is `hex`.
std::string with_other_digit(const event_view& e, std::string_view member, const std::string& hex) {
  std::string json(e.json());
  const std::string quoted_member = '"' + std::string(member) + '"';
  for (std::size_t at = json.find(quoted_member); at != std::string::npos; at = json.find(quoted_member, at + 1)) {
    const std::size_t colon = json.find_first_not_of(" \t\r\n", at + quoted_member.size());
    if (colon == std::string::npos || json[colon] != ':') continue;
    const std::size_t value = json.find_first_not_of(" \t\r\n", colon + 1);
    if (value == std::string::npos || json.compare(value + 1, hex.size(), hex) != 0) continue;
    char& digit = json[value + hex.size()];
    digit = digit == '0' ? '1' : '0';
    break;
  }
  return json;
}

}  // namespace

secret_key test_key(unsigned n) noexcept {
  static const auto make = [](unsigned number) {
    std::string hex(64, '0');
    for (std::size_t i = 64; number != 0; number /= 16) hex[--i] = "0123456789abcdef"[number % 16];
    return secret_key::parse(hex);
  };
  static const result<secret_key> first = make(1);
  const result<secret_key> made = n <= 1 ? first : make(n);
  if (!made) std::terminate();
  return *made;
}

event make_event(const secret_key& key, event_kind kind, std::string_view content,
                 std::vector<std::vector<std::string>> tags, unix_seconds created_at) {
  result<event> made =
      key.sign({.kind = kind, .content = std::string(content), .tags = std::move(tags), .created_at = created_at});
  if (!made) std::terminate();
  return *std::move(made);
}

event make_event(std::string_view content, unix_seconds created_at) {
  return make_event(test_key(), 1, content, {}, created_at);
}

std::string with_wrong_signature(const event_view& e) { return with_other_digit(e, "sig", e.sig().to_hex()); }

std::string with_wrong_id(const event_view& e) { return with_other_digit(e, "id", e.id().to_hex()); }

std::string with_changed_content(const event_view& e) {
  std::string json(e.json());
  constexpr std::string_view member = "\"content\"";
  for (std::size_t at = json.find(member); at != std::string::npos; at = json.find(member, at + 1)) {
    const std::size_t colon = json.find_first_not_of(" \t\r\n", at + member.size());
    if (colon == std::string::npos || json[colon] != ':') continue;  // the string belongs to a tag
    const std::size_t quote = json.find('"', colon);
    if (quote == std::string::npos) break;
    return json.insert(quote + 1, "changed: ");
  }
  return json;
}

}  // namespace uvnostr::testing
