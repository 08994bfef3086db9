// SPDX-License-Identifier: MIT
// All block types must agree, so that every processor accepts the same texts.
#include "wire/text_block.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "wire/json_text.hpp"

namespace uvnostr::wire {
namespace {

template <class Block>
class TextBlock : public testing::Test {
 protected:
  static constexpr std::size_t none = Block::bytes;

  static std::size_t first(std::uint64_t mask) {
    return mask == 0 ? none : static_cast<std::size_t>(std::countr_zero(mask)) / Block::bits_per_byte;
  }
  static std::size_t decode(std::string_view digits, std::array<std::uint8_t, 32>& out) {
    const char* const behind = read_hex<Block>(digits.data(), digits.data() + digits.size(), out);
    return behind == nullptr ? 0 : bytes_between(digits.data(), behind);
  }
  static std::ptrdiff_t quote_in(std::string_view text, bool& escaped) {
    const char* const found = find_quote<Block>(text.data(), text.data() + text.size(), escaped);
    return found == nullptr ? -1 : found - text.data();
  }
  static std::ptrdiff_t passed_string_in(std::string_view text) {
    const char* const found = pass_string(text.data(), text.data() + text.size());
    return found == nullptr ? -1 : found - text.data();
  }
  static std::size_t passed_scalar_in(std::string_view text) {
    return bytes_between(text.data(), pass_scalar<Block>(text.data(), text.data() + text.size()));
  }
  static std::ptrdiff_t end_of_string_in(std::string_view text, bool& escaped) {
    const char* const found = check_string<Block>(text.data(), text.data() + text.size(), escaped);
    return found == nullptr ? -1 : found - text.data();
  }
};

using block_types = testing::Types<portable_block, native_block>;
TYPED_TEST_SUITE(TextBlock, block_types);

TYPED_TEST(TextBlock, FindsEveryByteThatIsNotPlainAtEveryPlace) {
  for (std::size_t at = 0; at < TypeParam::bytes; ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string text(TypeParam::bytes, '~');
      text[at] = static_cast<char>(byte);
      const bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
      EXPECT_EQ(this->first(TypeParam(text.data()).not_plain()), plain ? this->none : at) << byte;
    }
  }
}

TYPED_TEST(TextBlock, FindsQuotesAndBackslashesAloneBesideEveryOtherByte) {
  for (std::size_t at = 1; at < TypeParam::bytes; ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string text(TypeParam::bytes, static_cast<char>(byte));
      text[at] = at % 2 == 0 ? '"' : '\\';
      const bool found_at_once = byte == '"' || byte == '\\';
      EXPECT_EQ(this->first(TypeParam(text.data()).equal_to('"', '\\')), found_at_once ? 0 : at) << byte;
    }
  }
}

TYPED_TEST(TextBlock, FindsEveryCommaAndBraceAtEveryPlace) {
  for (std::size_t at = 0; at < TypeParam::bytes; ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string text(TypeParam::bytes, '1');
      text[at] = static_cast<char>(byte);
      EXPECT_EQ(this->first(TypeParam(text.data()).equal_to(',', '}')), byte == ',' || byte == '}' ? at : this->none);
    }
  }
}

TYPED_TEST(TextBlock, FindsEveryByteAndNoOtherAtEveryPlace) {
  for (std::size_t at = 0; at < TypeParam::bytes; ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string text(TypeParam::bytes, 'v');
      text[at] = static_cast<char>(byte);
      EXPECT_EQ(this->first(TypeParam(text.data()).equal_to('u')), byte == 'u' ? at : this->none) << byte;
    }
  }
}

TYPED_TEST(TextBlock, FindsEveryHexDigitAtEveryPlace) {
  for (std::size_t at = 0; at < TypeParam::bytes; ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string text(TypeParam::bytes, at % 2 == 0 ? 'g' : '\xff');
      text[at] = static_cast<char>(byte);
      EXPECT_EQ(this->first(TypeParam(text.data()).hex_digits()), std::isxdigit(byte) != 0 ? at : this->none) << byte;
    }
  }
}

TYPED_TEST(TextBlock, SetsTheSameBitsInEveryMask) {
  std::string text;
  for (std::size_t at = 0; at < TypeParam::bytes; ++at) text += at % 3 == 0 ? 'a' : '\n';
  const TypeParam block(text.data());
  EXPECT_EQ(block.equal_to('a'), block.hex_digits());
  EXPECT_EQ(block.equal_to('a'), block.equal_to('a', 'b'));
  EXPECT_EQ(block.equal_to('\n'), block.not_plain());
}

TYPED_TEST(TextBlock, DecodesEveryPairOfLowerCaseDigits) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (int i = 0; i < 32; ++i) text += {digits[byte >> 4], digits[byte & 15]};
    std::array<std::uint8_t, 32> out{};
    EXPECT_EQ(this->decode(text, out), 64U);
    EXPECT_EQ(std::ranges::count(out, byte), 32);
  }
}

TYPED_TEST(TextBlock, RefusesEveryOtherByteAsADigitAtEveryPlace) {
  for (std::size_t at = 0; at < 64; ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string text(64, 'f');
      text[at] = static_cast<char>(byte);
      const bool is_digit = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
      std::array<std::uint8_t, 32> out{};
      EXPECT_EQ(this->decode(text, out), is_digit ? 64U : 0U) << byte;
    }
  }
}

TYPED_TEST(TextBlock, DecodesNothingOfTooFewDigits) {
  std::array<std::uint8_t, 32> out{};
  EXPECT_EQ(this->decode(std::string(63, 'a'), out), 0U);
}

TYPED_TEST(TextBlock, FindsAQuoteBehindAnyNumberOfBackslashesAnywhere) {
  for (std::size_t before = 0; before < 40; ++before) {
    for (std::size_t backslashes = 0; backslashes < 40; ++backslashes) {
      const std::string text = std::string(before, 'x') + std::string(backslashes, '\\') + "\"y\"";
      const std::size_t quote = before + backslashes;
      bool escaped = false;
      EXPECT_EQ(this->quote_in(text, escaped), static_cast<std::ptrdiff_t>(backslashes % 2 == 0 ? quote : quote + 2));
      EXPECT_EQ(escaped, backslashes != 0);
      EXPECT_EQ(this->passed_string_in(text), this->quote_in(text, escaped) + 1);
    }
  }
}

TYPED_TEST(TextBlock, FindsNoQuoteInAStringThatDoesNotEnd) {
  for (std::size_t size = 0; size < 40; ++size) {
    bool escaped = false;
    EXPECT_EQ(this->quote_in(std::string(size, 'x'), escaped), -1);
    EXPECT_EQ(this->quote_in(std::string(size, 'x') + "\\", escaped), -1);
    EXPECT_EQ(this->quote_in(std::string(size, 'x') + "\\\"", escaped), -1);
    EXPECT_EQ(this->passed_string_in(std::string(size, 'x')), -1);
    EXPECT_EQ(this->passed_string_in(std::string(size, 'x') + "\\"), -1);
    EXPECT_EQ(this->passed_string_in(std::string(size, 'x') + "\\\""), -1);
  }
}

TYPED_TEST(TextBlock, PassesAScalarUpToTheNextCommaOrBrace) {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string scalar(size, '7');
    EXPECT_EQ(this->passed_scalar_in(scalar), size);
    EXPECT_EQ(this->passed_scalar_in(scalar + ",\"kind\":1}"), size);
    EXPECT_EQ(this->passed_scalar_in(scalar + "}]"), size);
  }
}

TYPED_TEST(TextBlock, AgreesWithThePortableOneOnRandomStrings) {
  const unsigned seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  constexpr std::string_view pieces[] = {"abcdefghij", "x",    "\\n",  "\\\\", "\\\"", "\\u00e9",
                                         "é",          "🧡", "\x01", "\\u",  "\xff", "\""};
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto n = random() % 12; n != 0; --n) text += pieces[random() % (random() % 4 == 0 ? 12 : 8)];
    bool escaped[2] = {};
    const auto end = text.data() + text.size();
    const char* const checked = check_string<portable_block>(text.data(), end, escaped[0]);
    EXPECT_EQ(this->end_of_string_in(text, escaped[1]), checked == nullptr ? -1 : checked - text.data()) << text;
    EXPECT_EQ(escaped[0], escaped[1]);
    bool ignored = false;
    if (checked == nullptr) continue;
    EXPECT_EQ(this->quote_in(text, ignored), checked - text.data()) << text;
    EXPECT_EQ(this->passed_string_in(text), checked - text.data() + 1) << text;
  }
}

}  // namespace
}  // namespace uvnostr::wire
