// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

#include "net/socket_calls.hpp"

namespace uvnostr::net {
namespace {

struct NetDescriptor : ::testing::Test {
  void SetUp() override { ASSERT_EQ(pipe(ends.data()), 0); }
  void TearDown() override {
    for (const int end : ends) ::close(end);
  }
  std::array<int, 2> ends{};
};

TEST_F(NetDescriptor, IsKnownToBeAnotherNumberForTheSameFile) {
  const int other = duplicate(ends[0]);
  const int flags = fcntl(ends[1], F_GETFL);
  EXPECT_TRUE(is_same_file(other, ends[0]));
  EXPECT_FALSE(is_same_file(ends[1], ends[0]));
  EXPECT_FALSE(is_same_file(other, ends[1]));
  EXPECT_EQ(fcntl(ends[1], F_GETFL), flags) << "the flags must not change";
  ::close(other);
  EXPECT_FALSE(is_same_file(other, ends[0]));
  EXPECT_FALSE(is_same_file(ends[0], other));
}

TEST_F(NetDescriptor, IsTakenWhereItsNumberIsFreeOnly) {
  const int number = duplicate(ends[0]);
  occupy(number, ends[1]);
  EXPECT_TRUE(is_same_file(number, ends[0])) << "the number was in use";
  ::close(number);
  occupy(number, ends[1]);
  EXPECT_TRUE(is_same_file(number, ends[1]));
  close_number(number);
  EXPECT_EQ(fcntl(number, F_GETFD), -1);
}

}  // namespace
}  // namespace uvnostr::net
