// SPDX-License-Identifier: MIT
// Scans strictly valid JSON in UTF-8 in one pass, without recursion or allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/json_text.hpp"

namespace uvnostr::wire {

/// Walks over a text. A function that returns false has refused the text.
class json_scanner {
 public:
  explicit json_scanner(std::string_view text) noexcept : at_(text.data()), end_(at_ + text.size()) {}

  std::string_view rest() const noexcept { return {at_, bytes_between(at_, end_)}; }
  const char* position() const noexcept { return at_; }
  bool at_end() const noexcept { return at_ == end_; }
  void space() noexcept { at_ = skip_space(at_, end_); }

  bool take(char c) noexcept {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  /// The same after white space, of which relays write little.
  bool take_next(char c) noexcept {
    if (take(c)) return true;
    space();
    return take(c);
  }

  /// Reads a string; its body is the text between the quotes.
  bool string(std::string_view& body, bool& escaped) noexcept {
    if (!take_next('"')) return false;
    const char* const closing = check_string(at_, end_, escaped);
    if (closing == nullptr) return false;
    body = {at_, bytes_between(at_, closing)};
    at_ = closing + 1;
    return true;
  }

  /// Reads exactly this word, or nothing.
  template <std::size_t Size>
  bool take(const char (&word)[Size]) noexcept {
    if (!goes_on_with(at_, end_, word)) return false;
    at_ += Size - 1;
    return true;
  }

  /// Reads a string of exactly the lower-case hex digits that fill `out`, without escapes.
  template <std::size_t Size>
  bool hex(std::array<std::uint8_t, Size>& out) noexcept {
    if (!take_next('"')) return false;
    const char* const after = read_hex(at_, end_, out);
    if (after == nullptr) return false;
    at_ = after;
    return take('"');
  }

  /// Reads a number that has only digits. The caller checks what follows, and so refuses a fraction or an exponent,
  /// which is neither a comma nor a bracket.
  bool whole_number(std::uint64_t max, std::uint64_t& out) noexcept {
    space();
    const char* const begin = at_;
    for (; at_ != end_ && is_digit(*at_); ++at_) {
      out = out * 10 + static_cast<std::uint64_t>(*at_ - '0');
      if (out > max) return false;
    }
    const std::ptrdiff_t length = at_ - begin;
    return length == 1 || (length > 1 && *begin != '0');
  }

  /// Skips any value without recursion: one bit for each open container says whether it is an object.
  bool any_value() noexcept {
    std::uint64_t objects = 0;
    unsigned depth = 0;
    for (;;) {
      space();
      if (at_ == end_) return false;
      if (*at_ == '{' || *at_ == '[') {
        if (depth == max_nesting) return false;
        const bool is_object = *at_++ == '{';
        objects = objects << 1 | (is_object ? 1U : 0U);
        ++depth;
        space();
        if (at_ == end_) return false;
        if (*at_ != (is_object ? '}' : ']')) {
          if (is_object && !any_key()) return false;
          continue;
        }
      } else if (!scalar()) {
        return false;
      }
      if (!next_element(objects, depth)) return false;
      if (depth == 0) return true;
    }
  }

 private:
  static constexpr unsigned max_nesting = 64;
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  /// After a value or an opening bracket: closes the containers that end here, up to the next value.
  bool next_element(std::uint64_t& objects, unsigned& depth) noexcept {
    while (depth != 0) {
      const bool in_object = (objects & 1) != 0;
      space();
      if (take(',')) {
        space();
        return !in_object || any_key();
      }
      if (!take(in_object ? '}' : ']')) return false;
      objects >>= 1;
      --depth;
    }
    return true;
  }

  bool any_key() noexcept {
    std::string_view body;
    bool escaped = false;
    return string(body, escaped) && take_next(':');
  }

  bool scalar() noexcept {
    std::string_view body;
    bool escaped = false;
    switch (*at_) {
      case '"': return string(body, escaped);
      case 't': return take("true");
      case 'f': return take("false");
      case 'n': return take("null");
      default: return number();
    }
  }

  bool number() noexcept {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool digits() noexcept {
    const char* const begin = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != begin;
  }

  const char* at_;
  const char* end_;
};

}  // namespace uvnostr::wire
