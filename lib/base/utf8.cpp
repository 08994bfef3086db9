// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace uvnostr::base {
namespace {

bool is_continuation(unsigned char byte) noexcept { return (byte & 0xc0) == 0x80; }

/// The length of the sequence at `at`, or 0 if it is not valid. The bounds of the second byte are those of RFC 3629, 4:
/// they exclude overlong forms, surrogates, and anything above U+10FFFF.
std::size_t sequence_length(const unsigned char* at, std::size_t left) noexcept {
  const unsigned char lead = at[0];
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (left < length) return 0;
  const unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char greatest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (at[1] < least || at[1] > greatest) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!is_continuation(at[i])) return 0;
  }
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept { return utf8_prefix(text) == text.size(); }

std::size_t utf8_prefix(std::string_view text) noexcept {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t left = text.size();
  while (left != 0) {
    // Most text is ASCII, so eight bytes are checked at a time.
    std::uint64_t word = 0;
    while (left >= sizeof word) {
      std::memcpy(&word, at, sizeof word);
      if ((word & 0x8080808080808080U) != 0) break;
      at += sizeof word;
      left -= sizeof word;
    }
    if (left == 0) break;
    const std::size_t length = sequence_length(at, left);
    if (length == 0) break;
    at += length;
    left -= length;
  }
  return text.size() - left;
}

std::size_t utf8_sequence(std::string_view text) noexcept {
  return text.empty() ? 0 : sequence_length(reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

}  // namespace uvnostr::base
