// SPDX-License-Identifier: MIT
#include "base/printable.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/utf8.hpp"

namespace uvnostr::base {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

struct range {
  char32_t first;
  char32_t last;
};

// Characters that control a terminal or change the direction of the text around them.
constexpr range unprintable[] = {
    {0x0000, 0x001f},    // C0 controls, including white space
    {0x007f, 0x009f},    // DEL and the C1 controls
    {0x061c, 0x061c},    // Arabic letter mark
    {0x200e, 0x200f},    // left-to-right and right-to-left marks
    {0x2028, 0x202e},    // line and paragraph separators; embeddings and overrides
    {0x2066, 0x2069},    // isolates
    {0xfeff, 0xfeff},    // byte order mark
    {0xe0000, 0xe007f},  // tags, which are invisible
};

bool is_printable(char32_t character) noexcept {
  return std::none_of(std::begin(unprintable), std::end(unprintable),
                      [character](const range& each) { return character >= each.first && character <= each.last; });
}

char32_t decode(std::string_view sequence) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(sequence[i])); };
  if (sequence.size() == 1) return byte(0);
  char32_t character = byte(0) & (0x7fU >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) character = character << 6 | (byte(i) & 0x3fU);
  return character;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
    if (const char c = sequence.front(); c == '\t' || c == '\n' || c == '\r') {
      shown += ' ';
    } else if (length == 0 || !is_printable(decode(sequence))) {
      shown += replacement;
    } else {
      shown += sequence;
    }
    text.remove_prefix(sequence.size());
  }
  return shown;
}

}  // namespace uvnostr::base
