// SPDX-License-Identifier: MIT
#include <uvnostr/error.hpp>

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace uvnostr {
namespace {

result<std::string> half(int number) {
  if (number % 2 != 0) return errc::option_range;
  return std::to_string(number / 2);
}

TEST(Result, HoldsAValue) {
  const auto made = half(4);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made.has_value());
  EXPECT_EQ(*made, "2");
  EXPECT_EQ(made->size(), 1U);
  EXPECT_FALSE(made.error());
}

TEST(Result, HoldsAnError) {
  const auto made = half(3);
  EXPECT_FALSE(made);
  EXPECT_EQ(made.error(), errc::option_range);
}

TEST(Result, HoldsAnErrorOfAnotherCategory) {
  const result<int> made = std::make_error_code(std::errc::not_enough_memory);
  EXPECT_EQ(made.error(), std::errc::not_enough_memory);
}

TEST(Result, GivesTheOtherValueForAnError) {
  EXPECT_EQ(half(3).value_or("none"), "none");
  EXPECT_EQ(half(2).value_or("none"), "1");
}

TEST(Result, HoldsWhatCanOnlyBeMoved) {
  result<std::unique_ptr<int>> made = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(made).value();
  EXPECT_EQ(*taken, 7);
}

TEST(Result, KeepsWhatAnErrorIsAbout) {
  const result<int> made = error(errc::event_field, "kind at byte 7");
  EXPECT_EQ(made.error().subject(), "kind at byte 7");
  EXPECT_EQ((result<int>(made)).error().subject(), "kind at byte 7");
}

}  // namespace
}  // namespace uvnostr
