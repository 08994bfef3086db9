// SPDX-License-Identifier: MIT
#include <uvnostr/stats.hpp>

#include <array>
#include <bit>
#include <cstdint>

#include <gtest/gtest.h>

namespace uvnostr {
namespace {

TEST(MessageCounts, SumsEveryMember) {
  // A member that is missing in the sum is noticed, because each has its own bit.
  std::array<std::uint64_t, sizeof(message_counts) / sizeof(std::uint64_t)> members{};
  for (std::size_t i = 0; i < members.size(); ++i) members[i] = std::uint64_t{1} << i;
  const auto counts = std::bit_cast<message_counts>(members);
  EXPECT_EQ(counts.sum(), (std::uint64_t{1} << members.size()) - 1);
}

}  // namespace
}  // namespace uvnostr
