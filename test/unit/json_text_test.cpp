// SPDX-License-Identifier: MIT
// Strings with escapes, compared with an oracle that reads one character after the other. Every text ends at an
// unreadable page, so that reading past the end crashes the test.
#include "wire/json_text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "unit/guarded_memory.hpp"

namespace uvnostr::wire {
namespace {

struct read_string {
  std::size_t quote = 0;  // where the closing one is
  bool escaped = false;
  std::string says;

  friend bool operator==(const read_string&, const read_string&) = default;
};

/// The code unit of \uXXXX at the beginning of the text.
std::optional<char32_t> code_unit_slowly(std::string_view text) {
  if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
  const std::string_view digits = text.substr(2, 4);
  if (!std::ranges::all_of(digits, [](unsigned char c) { return std::isxdigit(c) != 0; })) return std::nullopt;
  unsigned unit = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
  return unit;
}

/// Appends what the escape at the beginning of the text says. Returns its length, or 0 if it is not valid.
std::size_t unescape_slowly(std::string_view text, std::string& says) {
  if (const auto first = code_unit_slowly(text)) {
    if (*first < 0xd800 || *first > 0xdfff) {
      append_utf8(says, *first);
      return 6;
    }
    const auto second = code_unit_slowly(text.substr(6));
    if (*first > 0xdbff || !second || *second < 0xdc00 || *second > 0xdfff) return 0;
    append_utf8(says, 0x10000 + (*first - 0xd800) * 0x400 + (*second - 0xdc00));
    return 12;
  }
  constexpr std::string_view letters = "\"\\/bfnrt";
  const std::size_t letter = text.size() < 2 ? std::string_view::npos : letters.find(text[1]);
  if (letter == std::string_view::npos) return 0;
  says += "\"\\/\b\f\n\r\t"[letter];
  return 2;
}

/// Reads a string whose opening quote was read; nothing if it is not valid or does not end.
std::optional<read_string> read_slowly(std::string_view text) {
  read_string read;
  for (std::size_t& at = read.quote; at < text.size();) {
    const char c = text[at];
    if (c == '"') return base::is_utf8(text.substr(0, at)) ? std::optional(read) : std::nullopt;
    if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
    if (c == '\\') {
      read.escaped = true;
      const std::size_t length = unescape_slowly(text.substr(at), read.says);
      if (length == 0) return std::nullopt;
      at += length;
    } else {
      read.says += c;
      ++at;
    }
  }
  return std::nullopt;
}

/// U+0000, U+10FFFF and what lies beside the limits of one, two and three bytes, and of both kinds of surrogates.
constexpr unsigned boundaries[] = {0x0000, 0x001f, 0x0020, 0x0022, 0x005c, 0x007f, 0x0080,
                                   0x07ff, 0x0800, 0x0d80, 0xcfff, 0xd000, 0xd7ff, 0xd800,
                                   0xd801, 0xdbfe, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff};

std::string escape_of(unsigned unit, bool upper_case) {
  const char* const digits = upper_case ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string escape = "\\u";
  for (unsigned shift = 16; shift != 0; shift -= 4) escape += digits[unit >> (shift - 4) & 15];
  return escape;
}

template <class Block>
class JsonText : public testing::Test {
 protected:
  /// Offsets that put an escape at every place of a block.
  static constexpr std::size_t most_before = Block::bytes;

  std::optional<read_string> read(std::string_view text) {
    const std::string_view placed = memory_.place(text);
    read_string read;
    const char* const quote = check_string<Block>(placed.data(), placed.data() + placed.size(), read.escaped);
    if (quote == nullptr) return std::nullopt;
    read.quote = bytes_between(placed.data(), quote);
    const std::string_view body = memory_.place(text.substr(0, read.quote));
    read.says.resize(body.size());
    read.says.resize(bytes_between(read.says.data(), write_unescaped<Block>(read.says.data(), body)));
    return read;
  }
  void compare(const std::string& text) { ASSERT_EQ(read(text), read_slowly(text)) << text; }

 private:
  test::guarded_memory memory_;
};

using block_types = testing::Types<portable_block, native_block>;
TYPED_TEST_SUITE(JsonText, block_types);

TYPED_TEST(JsonText, TakesEveryCodeUnitThatIsNoSurrogate) {
  for (unsigned unit = 0; unit <= 0xffff; ++unit) {
    const std::string text = "ab" + escape_of(unit, unit % 2 == 0) + "cdefghijklmnopq\"";
    ASSERT_EQ(this->read(text).has_value(), unit < 0xd800 || unit > 0xdfff) << text;
  }
}

TYPED_TEST(JsonText, ReadsTheBoundariesAnywhereAndAtEveryDistance) {
  for (std::size_t before = 0; before <= this->most_before; ++before) {
    for (const unsigned unit : boundaries) {
      const std::string first = std::string(before, 'x') + escape_of(unit, before % 2 == 0);
      this->compare(first + '"');
      this->compare(first + "y\"" + std::string(TypeParam::bytes, '\\'));
      for (std::size_t between = 0; between < TypeParam::bytes; ++between) {
        this->compare(first + std::string(between, 'y') + "\\u0041\"");
      }
    }
  }
}

TYPED_TEST(JsonText, TakesSurrogatesInPairsOnly) {
  for (std::size_t before = 0; before <= this->most_before; ++before) {
    for (const unsigned first : boundaries) {
      for (const unsigned second : boundaries) {
        const std::string pair = escape_of(first, false) + escape_of(second, true);
        this->compare(std::string(before, 'x') + pair + "\"");
        this->compare(std::string(before, 'x') + pair + pair + "0123456789abcdef\"");
      }
    }
  }
}

TYPED_TEST(JsonText, RefusesEveryOtherByteAmongTheFourDigits) {
  for (std::size_t before = 0; before <= this->most_before; ++before) {
    for (std::size_t digit = 0; digit < 4; ++digit) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::string text = std::string(before, 'x') + "\\u0012\\u00e9y\"0123456789abcdef";
        text[before + 2 + digit] = static_cast<char>(byte);
        this->compare(text);
      }
    }
  }
}

TYPED_TEST(JsonText, TakesNoOtherLetterForU) {
  for (std::size_t before = 0; before <= this->most_before; ++before) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      const std::string other = {'\\', static_cast<char>(byte)};
      this->compare(std::string(before, 'x') + other + "00e9\"0123456789abcdef");
      this->compare(std::string(before, 'x') + "\\u00e9" + other + "00e9\"0123456789abcdef");
      this->compare(std::string(before, 'x') + "\\u00e9y" + other + "00e9\"0123456789abcdef");
    }
  }
}

TYPED_TEST(JsonText, AgreesWithTheOracleOnRandomStringsHoweverTheyAreCut) {
  const unsigned seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  const std::vector<std::string> pieces = {"abcdefghij",
                                           "x",
                                           "\\n",
                                           "\\/",
                                           "\\\\",
                                           "\\\"",
                                           "\\u00e9",
                                           "\\u4E16",
                                           "\\ud55c",
                                           "\\ud83e\\udde1",
                                           "\\u0041\\u0042\\u0043\\u0044",
                                           "é",
                                           "🧡",
                                           "\x01",
                                           "\\u",
                                           "\\u00g0",
                                           "\\udde1",
                                           "\xff",
                                           "\""};
  constexpr std::size_t valid_pieces = 13;
  for (int i = 0; i < 600; ++i) {
    std::string text;
    const std::size_t most = random() % 4 == 0 ? pieces.size() : valid_pieces;
    for (auto n = random() % 16; n != 0; --n) text += pieces[random() % most];
    text += '"';
    for (std::size_t size = 0; size <= text.size(); ++size) this->compare(text.substr(0, size));
    this->compare(text + text);
  }
}

}  // namespace
}  // namespace uvnostr::wire
