// SPDX-License-Identifier: MIT
// Strings and white space in JSON text, by blocks of bytes. These are templates so that a test can compare the block
// types of text_block.hpp; the library uses native_block.
//
// Every function takes the start and the end of the readable bytes. It returns the position after what it has read, or
// nullptr if the text is invalid or ends too early.
#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "wire/json_escape.hpp"
#include "wire/text_block.hpp"

namespace uvnostr::wire {

inline std::size_t bytes_between(const char* at, const char* end) noexcept {
  return static_cast<std::size_t>(end - at);
}

inline const char* skip_space(const char* at, const char* end) noexcept {
  // One bit for each character that is white space. Most relays write none, so one comparison usually decides.
  constexpr std::uint64_t spaces =
      std::uint64_t{1} << ' ' | std::uint64_t{1} << '\n' | std::uint64_t{1} << '\t' | std::uint64_t{1} << '\r';
  while (at != end && static_cast<unsigned char>(*at) <= ' ' && (spaces >> *at & 1) != 0) ++at;
  return at;
}

/// Passes this character and the white space before it; nullptr if something else comes.
inline const char* pass(const char* at, const char* end, char expected) noexcept {
  if (at != end && *at == expected) return at + 1;  // as most relays write it
  at = skip_space(at, end);
  return at != end && *at == expected ? at + 1 : nullptr;
}

/// Whether the text continues with this word, which is a literal.
template <std::size_t Size>
bool goes_on_with(const char* at, const char* end, const char (&word)[Size]) noexcept {
  return bytes_between(at, end) >= Size - 1 && std::memcmp(at, word, Size - 1) == 0;
}

/// The index of the first byte in a mask that is not 0.
template <class Block>
std::size_t first_index(std::uint64_t mask) noexcept {
  return static_cast<std::size_t>(std::countr_zero(mask)) / Block::bits_per_byte;
}

/// The closing quote of a string that is not checked. `at` is after the opening quote. Sets `escaped` if there is a
/// backslash.
template <class Block = native_block>
const char* find_quote(const char* at, const char* end, bool& escaped) noexcept {
  while (bytes_between(at, end) >= Block::bytes) {
    std::uint64_t mask = Block(at).equal_to('"', '\\');
    const char* next = at + Block::bytes;
    while (mask != 0) {
      const auto index = first_index<Block>(mask);
      if (at[index] == '"') return at + index;
      // The escaped character is skipped too, even if it is the first of the next block.
      escaped = true;
      const std::size_t passed = (index + 2) * Block::bits_per_byte;
      mask = passed < 64 ? mask >> passed << passed : 0;
      if (index + 1 == Block::bytes) {
        if (next == end) return nullptr;
        ++next;
        mask = 0;
      }
    }
    at = next;
  }
  for (; at != end; ++at) {
    if (*at == '"') return at;
    if (*at != '\\') continue;
    escaped = true;
    if (++at == end) return nullptr;
  }
  return nullptr;
}

/// Passes a string that is neither checked nor read. `at` is after the opening quote.
inline const char* pass_string(const char* at, const char* end) noexcept {
  const char* const begin = at;
  while ((at = static_cast<const char*>(std::memchr(at, '"', bytes_between(at, end)))) != nullptr) {
    const char* text_end = at;
    while (text_end != begin && *(text_end - 1) == '\\') --text_end;
    ++at;
    // Backslashes in pairs stand for backslashes; a single one after them escapes the quote.
    if (bytes_between(text_end, at) % 2 == 1) return at;
  }
  return nullptr;
}

/// Passes a number or a word, which is not checked: everything up to a comma or a closing bracket of an object.
template <class Block = native_block>
const char* pass_scalar(const char* at, const char* end) noexcept {
  for (; bytes_between(at, end) >= Block::bytes; at += Block::bytes) {
    const std::uint64_t mask = Block(at).equal_to(',', '}');
    if (mask != 0) return at + first_index<Block>(mask);
  }
  while (at != end && *at != ',' && *at != '}') ++at;
  return at;
}

/// The first quote, backslash, control character or byte that is not ASCII; `end` if there is none.
template <class Block = native_block>
const char* skip_plain(const char* at, const char* end) noexcept {
  while (bytes_between(at, end) >= Block::bytes) {
    const std::uint64_t mask = Block(at).not_plain();
    if (mask != 0) return at + first_index<Block>(mask);
    at += Block::bytes;
  }
  while (at != end && *at != '"' && *at != '\\' && static_cast<unsigned char>(*at - 0x20) < 0x60) ++at;
  return at;
}

/// Skips characters that are not ASCII, the first of which is at `at`. Source: RFC 3629.
inline const char* skip_multibyte(const char* at, const char* end) noexcept {
  const auto byte = [&](std::ptrdiff_t i) { return static_cast<unsigned char>(at[i]); };
  const auto is_tail = [&](std::ptrdiff_t i) { return (byte(i) & 0xc0) == 0x80; };
  while (at != end && byte(0) >= 0x80) {
    const std::ptrdiff_t left = end - at;
    if (byte(0) >= 0xe0 && byte(0) < 0xf0) {
      if (left < 3 || !is_tail(1) || !is_tail(2)) return nullptr;
      if (byte(0) == 0xe0 && byte(1) < 0xa0) return nullptr;   // overlong
      if (byte(0) == 0xed && byte(1) >= 0xa0) return nullptr;  // a surrogate
      at += 3;
    } else if (byte(0) >= 0xf0) {
      if (byte(0) > 0xf4 || left < 4 || !is_tail(1) || !is_tail(2) || !is_tail(3)) return nullptr;
      if (byte(0) == 0xf0 && byte(1) < 0x90) return nullptr;   // overlong
      if (byte(0) == 0xf4 && byte(1) >= 0x90) return nullptr;  // above U+10FFFF
      at += 4;
    } else {
      if (byte(0) < 0xc2 || left < 2 || !is_tail(1)) return nullptr;
      at += 2;
    }
  }
  return at;
}

/// Passes what is not plain in a string: an escape, or characters that are not ASCII. nullptr if it is not valid.
inline const char* check_special(const char* at, const char* end, bool& escaped) noexcept {
  if (*at == '\\') {
    escaped = true;
    return read_escape(at, end).next;
  }
  return static_cast<unsigned char>(*at) >= 0x80 ? skip_multibyte(at, end) : nullptr;
}

/// Passes plain text and \uXXXX up to the first byte that is neither, an escape that goes on after the block, or the
/// block's end. `special` is what is not plain in the block at `at`. nullptr if the escapes must be read one by one,
/// because some of them are of another kind, may be surrogates, or are not valid.
template <class Block>
const char* pass_code_units(const char* at, const Block& block, std::uint64_t special) noexcept {
  constexpr unsigned bits = Block::bits_per_byte;
  constexpr unsigned size = Block::bytes * bits;
  constexpr std::uint64_t all_but_five = (std::uint64_t{1} << (size - 5 * bits)) - 1;
  constexpr std::uint64_t after_block = size < 64 ? std::uint64_t{1} << size % 64 : 0;
  const std::uint64_t escapes = block.equal_to('\\') & all_but_five;
  const std::uint64_t letters = escapes << bits;
  const std::uint64_t first_digits = letters << bits;
  const std::uint64_t digits =
      first_digits | first_digits << bits | first_digits << 2 * bits | first_digits << 3 * bits;
  const std::uint64_t others = (letters & ~block.equal_to('u')) | (digits & ~block.hex_digits());
  const std::uint64_t perhaps_surrogates = first_digits & block.equal_to('d', 'D');
  if ((others | perhaps_surrogates) != 0) return nullptr;
  return at + first_index<Block>((special & ~escapes) | after_block);
}

/// The closing quote of a string, which must be valid JSON and UTF-8. `at` is after the opening quote. Sets `escaped`
/// if there is a backslash.
template <class Block = native_block>
const char* check_string(const char* at, const char* end, bool& escaped) noexcept {
  while (bytes_between(at, end) >= Block::bytes) {
    const Block block(at);
    const std::uint64_t special = block.not_plain();
    if (special == 0) {
      at += Block::bytes;
      continue;
    }
    const char* const found = at + first_index<Block>(special);
    if (*found == '"') return found;
    const bool is_code_unit = *found == '\\' && found + 1 != end && found[1] == 'u';
    const char* const next = is_code_unit ? pass_code_units(at, block, special) : nullptr;
    if (next != nullptr) {
      escaped = true;
      at = next;
    } else {
      at = check_special(found, end, escaped);
      if (at == nullptr) return nullptr;
    }
  }
  while ((at = skip_plain<Block>(at, end)) != end) {
    if (*at == '"') return at;
    at = check_special(at, end, escaped);
    if (at == nullptr) return nullptr;
  }
  return nullptr;
}

/// Writes what the body of a valid string says once its escapes are resolved. `out` has room for as many bytes as the
/// body has. Returns the end of what was written.
template <class Block = native_block>
char* write_unescaped(char* out, std::string_view body) noexcept {
  const char* at = body.data();
  const char* const end = at + body.size();
  const auto resolve_escape = [&] {
    const json_escape escape = read_escape(at, end);
    assert(escape.next != nullptr);
    out = write_utf8(out, escape.code);
    at = escape.next;
  };
  while (bytes_between(at, end) >= Block::bytes) {
    // What was written is never longer than what was read, so there is room for a whole block.
    std::memcpy(out, at, Block::bytes);
    const std::uint64_t backslashes = Block(at).equal_to('\\');
    const std::size_t plain = backslashes == 0 ? Block::bytes : first_index<Block>(backslashes);
    at += plain;
    out += plain;
    if (backslashes != 0) resolve_escape();
  }
  while (at != end) {
    if (*at == '\\') {
      resolve_escape();
    } else {
      *out++ = *at++;
    }
  }
  return out;
}

/// Reads exactly the lower-case hex digits that fill `out`.
template <class Block = native_block, std::size_t Size>
const char* read_hex(const char* at, const char* end, std::array<std::uint8_t, Size>& out) noexcept {
  static_assert(Size * 2 % Block::digits_at_once == 0);
  if (bytes_between(at, end) < Size * 2) return nullptr;
  for (std::size_t done = 0; done < Size; done += Block::digits_at_once / 2, at += Block::digits_at_once) {
    if (!Block::decode_hex(at, out.data() + done)) return nullptr;
  }
  return at;
}

}  // namespace uvnostr::wire
