// SPDX-License-Identifier: MIT
#include "base/hex.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include <uvnostr/error.hpp>

namespace uvnostr::base {
namespace {

std::error_code decode(std::string_view digits) {
  std::array<std::uint8_t, 2> out{};
  return decode_hex(digits, out);
}

TEST(Hex, ReadsWhatItWroteForEveryByte) {
  std::array<std::uint8_t, 256> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  std::array<std::uint8_t, 256> back{};
  EXPECT_FALSE(decode_hex(to_hex(bytes), back));
  EXPECT_EQ(back, bytes);
}

TEST(Hex, WritesLowerCaseDigits) { EXPECT_EQ(to_hex(std::array<std::uint8_t, 4>{0x00, 0x9a, 0xbc, 0xff}), "009abcff"); }

TEST(Hex, RefusesUpperCaseDigits) { EXPECT_EQ(decode("00fF"), errc::hex_digit); }

TEST(Hex, RefusesEveryOtherCharacterAtEveryPlace) {
  const std::string digits = "0123456789abcdef";
  for (int c = 0; c < 256; ++c) {
    for (std::size_t at = 0; at < 4; ++at) {
      std::string text = "0000";
      text[at] = static_cast<char>(c);
      const bool is_digit = digits.find(static_cast<char>(c)) != std::string::npos;
      EXPECT_EQ(!decode(text), is_digit) << c << " at " << at;
    }
  }
}

TEST(Hex, RefusesAnotherNumberOfDigits) {
  EXPECT_EQ(decode(""), errc::hex_length);
  EXPECT_EQ(decode("000"), errc::hex_length);
  EXPECT_EQ(decode("00000"), errc::hex_length);
}

}  // namespace
}  // namespace uvnostr::base
