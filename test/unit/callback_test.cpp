// SPDX-License-Identifier: MIT
#include <uvnostr/callback.hpp>

#include <array>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "unit/allocation_count.hpp"

namespace uvnostr {
namespace {

/// Counts its instances.
struct witness {
  explicit witness(int& alive) : alive_(&alive) { ++*alive_; }
  witness(const witness& other) : alive_(other.alive_) { ++*alive_; }
  witness(witness&& other) noexcept : alive_(other.alive_) { ++*alive_; }
  ~witness() { --*alive_; }
  int* alive_;
};

TEST(Callback, IsFalseWhenEmpty) {
  EXPECT_FALSE(callback<void()>());
  EXPECT_FALSE(callback<void()>(nullptr));
  EXPECT_TRUE(callback<void()>([] {}));
}

TEST(Callback, PassesArgumentsAndResult) {
  callback<std::string(const std::string&, int)> repeat = [](const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  };
  EXPECT_EQ(repeat("ab", 3), "ababab");
}

TEST(Callback, PassesWhatCanOnlyBeMoved) {
  callback<int(std::unique_ptr<int>)> take = [](std::unique_ptr<int> value) { return *value; };
  EXPECT_EQ(take(std::make_unique<int>(5)), 5);
}

TEST(Callback, TakesAClosureThatWantsNoneOfTheArguments) {
  int calls = 0;
  callback<void(int, const std::string&)> deaf = [&calls] { ++calls; };
  deaf(1, "x");
  callback<void(int)> large = [&calls, room = std::array<char, 100>()] { calls += 1 + room[0]; };
  large(1);
  EXPECT_EQ(calls, 2);
  static_assert(!std::is_constructible_v<callback<void(int, int)>, void (*)(int)>, "all or none");
}

TEST(Callback, HoldsWhatCanOnlyBeMoved) {
  callback<int()> give = [value = std::make_unique<int>(5)] { return *value; };
  callback<int()> moved = std::move(give);
  EXPECT_FALSE(give);
  EXPECT_EQ(moved(), 5);
}

TEST(Callback, KeepsTheStateOfItsClosure) {
  callback<int()> next = [count = 0]() mutable { return ++count; };
  next();
  EXPECT_EQ(next(), 2);
}

TEST(Callback, NeedsNoMemoryForSmallClosures) {
  std::array<void*, 4> four{};
  const test::allocation_count allocations;
  callback<void*()> first = [four] { return four[0]; };
  const callback<void*()> moved = std::move(first);
  EXPECT_EQ(allocations.count(), 0U);
}

TEST(Callback, HoldsLargeClosures) {
  std::array<int, 100> numbers{};
  numbers[99] = 7;
  callback<int()> first = [numbers] { return numbers[99]; };
  callback<int()> moved = std::move(first);
  EXPECT_EQ(moved(), 7);
}

TEST(Callback, DestroysItsClosureOnceWhetherSmallOrLarge) {
  int alive = 0;
  {
    callback<void()> small = [w = witness(alive)] {};
    callback<void()> large = [w = witness(alive), padding = std::array<int, 100>()] { static_cast<void>(padding); };
    EXPECT_EQ(alive, 2);
    small = std::move(large);
    EXPECT_EQ(alive, 1);
    callback<void()> other = std::move(small);
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
}

TEST(Callback, SurvivesBeingAssignedToItself) {
  callback<int()> give = [] { return 3; };
  auto& same = give;
  give = std::move(same);
  EXPECT_EQ(give(), 3);
}

}  // namespace
}  // namespace uvnostr
