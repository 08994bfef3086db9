// SPDX-License-Identifier: MIT
#include "crypto/random.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace uvnostr::crypto {
namespace {

TEST(Random, GivesOtherBytesEachTime) {
  std::array<std::byte, 32> a{};
  std::array<std::byte, 32> b{};
  ASSERT_TRUE(random_bytes(a));
  ASSERT_TRUE(random_bytes(b));
  EXPECT_NE(a, b);
}

TEST(Random, FillsAlsoWhatIsLargerThanOneRequestOfTheGenerator) {
  std::vector<std::byte> bytes(5'000);
  ASSERT_TRUE(random_bytes(bytes));
  // A run of 32 zeros is practically impossible in random bytes, and certain if bytes were not written.
  const std::array<std::byte, 32> zeros{};
  EXPECT_EQ(std::search(bytes.begin(), bytes.end(), zeros.begin(), zeros.end()), bytes.end());
}

TEST(Random, TakesNothing) { EXPECT_TRUE(random_bytes({})); }

}  // namespace
}  // namespace uvnostr::crypto
