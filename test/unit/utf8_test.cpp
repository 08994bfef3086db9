// SPDX-License-Identifier: MIT
#include "base/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

namespace uvnostr::base {
namespace {

/// The byte sequence of a code point, even of an invalid one.
std::string encode(char32_t code, int length) {
  std::string text;
  if (length == 1) return {static_cast<char>(code)};
  const unsigned lead = length == 2 ? 0xc0 : length == 3 ? 0xe0 : 0xf0;
  text += static_cast<char>(lead | code >> 6 * (length - 1));
  for (int i = length - 2; i >= 0; --i) text += static_cast<char>(0x80 | (code >> 6 * i & 0x3f));
  return text;
}

bool is_allowed(char32_t code, int length) {
  const int shortest = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  return length == shortest && (code < 0xd800 || code > 0xdfff) && code <= 0x10ffff;
}

TEST(Utf8, AcceptsExactlyTheScalarValuesInTheirShortestForm) {
  for (int length = 2; length <= 4; ++length) {
    const char32_t end = length == 2 ? 0x800 : length == 3 ? 0x10000 : 0x140000;
    for (char32_t code = 0; code < end; ++code) {
      ASSERT_EQ(is_utf8(encode(code, length)), is_allowed(code, length)) << std::hex << static_cast<unsigned>(code);
    }
  }
}

TEST(Utf8, AcceptsEveryAsciiByteAndNoOtherAlone) {
  for (int byte = 0; byte < 256; ++byte) {
    EXPECT_EQ(is_utf8(std::string(1, static_cast<char>(byte))), byte < 0x80) << byte;
  }
}

TEST(Utf8, FindsAWrongByteAtEveryPlaceOfALongText) {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'a');
    EXPECT_TRUE(is_utf8(text));
    text[at] = '\xff';
    EXPECT_FALSE(is_utf8(text)) << at;
    EXPECT_EQ(utf8_prefix(text), at);
  }
}

TEST(Utf8, RefusesASequenceThatIsCutOff) {
  const std::string text = "seven..\xf0\x9f\x98\x80";
  for (std::size_t cut = 1; cut <= 3; ++cut) EXPECT_FALSE(is_utf8(text.substr(0, text.size() - cut))) << cut;
  EXPECT_TRUE(is_utf8(text));
}

TEST(Utf8, AcceptsNothing) { EXPECT_TRUE(is_utf8("")); }

}  // namespace
}  // namespace uvnostr::base
