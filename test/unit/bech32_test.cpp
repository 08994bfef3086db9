// SPDX-License-Identifier: MIT
#include "base/bech32.hpp"

#include <array>
#include <cstdint>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include <uvnostr/error.hpp>

#include "base/hex.hpp"

namespace uvnostr::base {
namespace {

// The examples of NIP-19.
constexpr std::string_view npub = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg";
constexpr std::string_view npub_hex = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e";
constexpr std::string_view nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
constexpr std::string_view nsec_hex = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa";

struct decoded {
  std::error_code error;
  std::string hex;
};

decoded decode(std::string_view text, std::string_view prefix) {
  std::array<std::uint8_t, 32> bytes{};
  const auto error = decode_bech32(text, prefix, bytes);
  return {error, to_hex(bytes)};
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

TEST(Bech32, ReadsTheExamplesOfNip19) {
  EXPECT_EQ(decode(npub, "npub").hex, npub_hex);
  EXPECT_FALSE(decode(npub, "npub").error);
  EXPECT_EQ(decode(nsec, "nsec").hex, nsec_hex);
}

TEST(Bech32, WritesTheExamplesOfNip19) {
  std::array<std::uint8_t, 32> bytes{};
  ASSERT_FALSE(decode_hex(npub_hex, bytes));
  EXPECT_EQ(encode_bech32("npub", bytes), npub);
  ASSERT_FALSE(decode_hex(nsec_hex, bytes));
  EXPECT_EQ(encode_bech32("nsec", bytes), nsec);
}

TEST(Bech32, ReadsWhatItWrote) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 2'000; ++i) {
    std::array<std::uint8_t, 32> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    const decoded back = decode(encode_bech32("note", bytes), "note");
    ASSERT_FALSE(back.error);
    ASSERT_EQ(back.hex, to_hex(bytes));
  }
}

TEST(Bech32, ReadsATextAllInUpperCase) { EXPECT_EQ(decode(upper(npub), "npub").hex, npub_hex); }

TEST(Bech32, RefusesMixedCase) {
  std::string text(npub);
  text[10] = 'L';
  EXPECT_EQ(decode(text, "npub").error, errc::bech32_format);
}

TEST(Bech32, NoticesEverySingleWrongCharacter) {
  for (std::size_t at = 5; at < npub.size(); ++at) {
    for (const char c : std::string_view("qpzry9x8gf2tvdw0s3jn54khce6mua7l")) {
      if (npub[at] == c) continue;
      std::string text(npub);
      text[at] = c;
      EXPECT_EQ(decode(text, "npub").error, errc::bech32_checksum) << at << c;
    }
  }
}

TEST(Bech32, RefusesCharactersOutsideOfItsAlphabet) {
  for (const char c : {'b', 'i', 'o', '!', ' ', '\0', '\x7f', '\xff'}) {
    std::string text(npub);
    text[20] = c;
    EXPECT_EQ(decode(text, "npub").error, errc::bech32_format) << static_cast<int>(c);
  }
}

TEST(Bech32, RefusesATextWithoutItsParts) {
  for (const std::string_view text : {"", "1", "npub", "npub1", "npub1qqqqq", "1qqqqqqqqqq"}) {
    EXPECT_EQ(decode(text, "npub").error, errc::bech32_format) << text;
  }
}

TEST(Bech32, SaysWhenTheTextIsOfAnotherKind) { EXPECT_EQ(decode(nsec, "npub").error, errc::bech32_prefix); }

TEST(Bech32, SaysOfALongFormOfNip19ThatItIsOfAnotherKind) {
  EXPECT_EQ(
      decode(
          "nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhxue69uhkg6nzv9"
          "ejuumpv34kytnrdaksjlyr9p",
          "npub")
          .error,
      errc::bech32_prefix);
}

TEST(Bech32, RefusesBech32m) {
  // A valid example of BIP-350.
  EXPECT_EQ(decode("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", "abcdef").error, errc::bech32_checksum);
}

TEST(Bech32, RefusesAnotherNumberOfBytes) {
  // Valid examples of BIP-173.
  EXPECT_EQ(decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "abcdef").error, errc::bech32_format);
  EXPECT_EQ(decode("A12UEL5L", "a").error, errc::bech32_format);
}

}  // namespace
}  // namespace uvnostr::base
