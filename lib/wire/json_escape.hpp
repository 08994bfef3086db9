// SPDX-License-Identifier: MIT
// The escapes of JSON strings. Source: RFC 8259, 7.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace uvnostr::wire {

/// The value of a hex digit of either case, or 16.
constexpr unsigned hex_digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return 16;
}

struct json_escape {
  char32_t code = 0;
  const char* next = nullptr;  // behind the escape; nullptr if it is not valid
};

/// Reads the four digits of \uXXXX.
constexpr json_escape read_code_unit(const char* at, const char* end) noexcept {
  if (end - at < 4) return {};
  char32_t code = 0;
  for (int i = 0; i < 4; ++i) {
    const unsigned digit = hex_digit_value(at[i]);
    if (digit > 15) return {};
    code = code << 4 | digit;
  }
  return {code, at + 4};
}

/// Reads the escape whose backslash is at `at`, both halves of a surrogate pair. A lone half is not valid.
constexpr json_escape read_escape(const char* at, const char* end) noexcept {
  if (end - at < 2) return {};
  const char* const next = at + 2;
  switch (at[1]) {
    case '"': return {U'"', next};
    case '\\': return {U'\\', next};
    case '/': return {U'/', next};
    case 'b': return {U'\b', next};
    case 'f': return {U'\f', next};
    case 'n': return {U'\n', next};
    case 'r': return {U'\r', next};
    case 't': return {U'\t', next};
    case 'u': break;
    default: return {};
  }
  const json_escape first = read_code_unit(next, end);
  if (first.next == nullptr || first.code < 0xd800 || first.code > 0xdfff) return first;
  if (first.code > 0xdbff || end - first.next < 6 || first.next[0] != '\\' || first.next[1] != 'u') return {};
  const json_escape second = read_code_unit(first.next + 2, end);
  if (second.next == nullptr || second.code < 0xdc00 || second.code > 0xdfff) return {};
  return {0x10000 + ((first.code - 0xd800) << 10 | (second.code - 0xdc00)), second.next};
}

/// Whether the body of a valid JSON string is `name` (ASCII) once its escapes are resolved: "\u0069d" is "id".
inline bool spells(std::string_view body, std::string_view name) noexcept {
  const char* at = body.data();
  const char* const end = at + body.size();
  for (const char wanted : name) {
    if (at == end) return false;
    json_escape next{static_cast<unsigned char>(*at), at + 1};
    if (*at == '\\') next = read_escape(at, end);
    if (next.next == nullptr || next.code != static_cast<unsigned char>(wanted)) return false;
    at = next.next;
  }
  return at == end;
}

inline void append_utf8(std::string& out, char32_t code) {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    const char bytes[] = {static_cast<char>(0xc0 | code >> 6), tail(0)};
    out.append(bytes, sizeof bytes);
  } else if (code < 0x10000) {
    const char bytes[] = {static_cast<char>(0xe0 | code >> 12), tail(6), tail(0)};
    out.append(bytes, sizeof bytes);
  } else {
    const char bytes[] = {static_cast<char>(0xf0 | code >> 18), tail(12), tail(6), tail(0)};
    out.append(bytes, sizeof bytes);
  }
}

/// What the body of a valid JSON string says once its escapes are resolved.
inline std::string unescaped(std::string_view body) {
  std::string text;
  const char* at = body.data();
  const char* const end = at + body.size();
  while (at != end) {
    if (*at != '\\') {
      text += *at++;
      continue;
    }
    const json_escape next = read_escape(at, end);
    if (next.next == nullptr) break;
    append_utf8(text, next.code);
    at = next.next;
  }
  return text;
}

}  // namespace uvnostr::wire
