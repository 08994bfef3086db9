// SPDX-License-Identifier: MIT
// The escapes of JSON strings. Source: RFC 8259, 7.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace uvnostr::wire {

/// The values of hex digits of either case; `no_hex_digit` for other characters.
constexpr std::uint8_t no_hex_digit = 0x80;
inline constexpr std::array<std::uint8_t, 256> hex_digit_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_hex_digit);
  for (std::uint8_t i = 0; i < 10; ++i) values[std::size_t{'0'} + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) values[std::size_t{'a'} + i] = values[std::size_t{'A'} + i] = 10 + i;
  return values;
}();

struct json_escape {
  char32_t code = 0;
  const char* next = nullptr;  // after the escape; nullptr if it is not valid
};

/// Reads the four digits of \uXXXX.
constexpr json_escape read_code_unit(const char* at, const char* end) noexcept {
  if (end - at < 4) return {};
  const auto digit = [at](int i) { return char32_t{hex_digit_values[static_cast<unsigned char>(at[i])]}; };
  const char32_t a = digit(0), b = digit(1), c = digit(2), d = digit(3);
  if (((a | b | c | d) & no_hex_digit) != 0) return {};
  return {a << 12 | b << 8 | c << 4 | d, at + 4};
}

/// What a backslash and this letter stand for; 0 if that is not an escape, or \u.
inline constexpr std::array<char, 256> short_escapes = [] {
  std::array<char, 256> meanings{};
  for (const char same : {'"', '\\', '/'}) meanings[static_cast<unsigned char>(same)] = same;
  meanings[std::size_t{'b'}] = '\b';
  meanings[std::size_t{'f'}] = '\f';
  meanings[std::size_t{'n'}] = '\n';
  meanings[std::size_t{'r'}] = '\r';
  meanings[std::size_t{'t'}] = '\t';
  return meanings;
}();

/// Reads the escape whose backslash is at `at`, both halves of a surrogate pair. A lone half is not valid.
constexpr json_escape read_escape(const char* at, const char* end) noexcept {
  if (end - at < 2) return {};
  const char* const next = at + 2;
  if (at[1] != 'u') {
    const char meaning = short_escapes[static_cast<unsigned char>(at[1])];
    return meaning == 0 ? json_escape{} : json_escape{static_cast<unsigned char>(meaning), next};
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

/// Writes up to four bytes, and returns the position after them.
inline char* write_utf8(char* out, char32_t code) noexcept {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *out++ = static_cast<char>(0xc0 | code >> 6);
    *out++ = tail(0);
  } else if (code < 0x10000) {
    *out++ = static_cast<char>(0xe0 | code >> 12);
    *out++ = tail(6);
    *out++ = tail(0);
  } else {
    *out++ = static_cast<char>(0xf0 | code >> 18);
    *out++ = tail(12);
    *out++ = tail(6);
    *out++ = tail(0);
  }
  return out;
}

inline void append_utf8(std::string& out, char32_t code) {
  char bytes[4];
  out.append(bytes, write_utf8(bytes, code));
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
