// SPDX-License-Identifier: MIT
#include "dedup/siphash.hpp"

#include <gtest/gtest.h>

namespace uvnostr::dedup {
namespace {

std::array<std::uint8_t, 16> counting_key() {
  std::array<std::uint8_t, 16> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  return key;
}

template <class Hash, std::size_t Size>
std::uint64_t hash_of_counting_bytes(const std::array<std::uint8_t, 16>& key) {
  std::array<std::uint8_t, Size> bytes{};
  for (std::size_t i = 0; i < Size; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return Hash(key)(bytes);
}

// From the paper's reference implementation.
TEST(Siphash, GivesThePublishedValuesOfSipHash24) {
  const auto key = counting_key();
  using hash = siphash<2, 4>;
  EXPECT_EQ((hash_of_counting_bytes<hash, 0>(key)), 0x726fdb47dd0e0e31U);
  EXPECT_EQ((hash_of_counting_bytes<hash, 8>(key)), 0x93f5f5799a932462U);
  EXPECT_EQ((hash_of_counting_bytes<hash, 15>(key)), 0xa129ca6149be45e5U);
  EXPECT_EQ((hash_of_counting_bytes<hash, 16>(key)), 0x3f2acc7f57c29bdbU);
  EXPECT_EQ((hash_of_counting_bytes<hash, 32>(key)), 0x7127512f72f27cceU);
}

// CPython hashes bytes with SipHash-1-3; PYTHONHASHSEED=0 makes the key zero.
TEST(Siphash, GivesTheValuesOfAnotherImplementationOfSipHash13) {
  const std::array<std::uint8_t, 16> key{};
  EXPECT_EQ((hash_of_counting_bytes<siphash<1, 3>, 8>(key)), 0xead411e67ebe2eeaU);
  EXPECT_EQ((hash_of_counting_bytes<siphash<1, 3>, 32>(key)), 0x31ef8061c910629bU);
  EXPECT_EQ((siphash<1, 3>(key)(std::string_view("\0", 1))), 0x68a914128e01e473U);
  EXPECT_EQ((siphash<1, 3>(key)(std::string_view("\0\1\2\3\4", 5))), 0x5abe2169dff36275U);
  EXPECT_EQ((hash_of_counting_bytes<siphash<1, 3>, 13>(key)), 0xa0cf3211850f8e0dU);
}

TEST(Siphash, DependsOnTheKey) {
  auto key = counting_key();
  const std::array<std::uint8_t, 32> bytes{};
  const auto before = siphash<>(key)(bytes);
  key[15] ^= 1;
  EXPECT_NE(siphash<>(key)(bytes), before);
}

}  // namespace
}  // namespace uvnostr::dedup
