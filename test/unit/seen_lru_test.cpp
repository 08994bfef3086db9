// SPDX-License-Identifier: MIT
#include <uvnostr/seen_lru.hpp>

#include <algorithm>
#include <list>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "unit/allocation_count.hpp"

namespace uvnostr {
namespace {

event_id id_of(std::uint32_t number) {
  event_id id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> 8 * i);
  return id;
}

seen_lru make(std::size_t capacity) { return std::move(seen_lru::make(capacity)).value(); }

TEST(SeenLru, SaysOfAnIdOnceThatItIsNew) {
  seen_lru seen = make(10);
  EXPECT_TRUE(seen.insert(id_of(1)));
  EXPECT_FALSE(seen.insert(id_of(1)));
  EXPECT_TRUE(seen.contains(id_of(1)));
  EXPECT_FALSE(seen.contains(id_of(2)));
  EXPECT_EQ(seen.size(), 1U);
}

TEST(SeenLru, EvictsTheOldestEntryWhenFull) {
  seen_lru seen = make(2);
  seen.insert(id_of(1));
  seen.insert(id_of(2));
  seen.insert(id_of(3));
  EXPECT_FALSE(seen.contains(id_of(1)));
  EXPECT_TRUE(seen.contains(id_of(2)));
  EXPECT_EQ(seen.size(), 2U);
}

TEST(SeenLru, KeepsWhatWasSeenAgain) {
  seen_lru seen = make(2);
  seen.insert(id_of(1));
  seen.insert(id_of(2));
  seen.insert(id_of(1));
  seen.insert(id_of(3));
  EXPECT_TRUE(seen.contains(id_of(1)));
  EXPECT_FALSE(seen.contains(id_of(2)));
}

TEST(SeenLru, DoesNotKeepWhatWasOnlyAskedFor) {
  seen_lru seen = make(2);
  seen.insert(id_of(1));
  seen.insert(id_of(2));
  static_cast<void>(seen.contains(id_of(1)));
  seen.insert(id_of(3));
  EXPECT_FALSE(seen.contains(id_of(1)));
}

TEST(SeenLru, ForgetsWhatIsErased) {
  seen_lru seen = make(2);
  seen.insert(id_of(1));
  EXPECT_TRUE(seen.erase(id_of(1)));
  EXPECT_FALSE(seen.erase(id_of(1)));
  EXPECT_FALSE(seen.contains(id_of(1)));
  EXPECT_EQ(seen.size(), 0U);
}

TEST(SeenLru, ForgetsAllWhenCleared) {
  seen_lru seen = make(3);
  for (std::uint32_t i = 0; i < 3; ++i) seen.insert(id_of(i));
  seen.clear();
  EXPECT_EQ(seen.size(), 0U);
  EXPECT_TRUE(seen.insert(id_of(1)));
}

TEST(SeenLru, RefusesACapacityOutOfRange) {
  EXPECT_EQ(seen_lru::make(0).error(), errc::option_range);
  EXPECT_EQ(seen_lru::make((1U << 24) + 1).error(), errc::option_range);
}

TEST(SeenLru, TakesTheLargestCapacity) {
  if (sizeof(void*) < 8) GTEST_SKIP() << "it may not fit into the address space";
  seen_lru seen = make(1U << 24);
  EXPECT_TRUE(seen.insert(id_of(1)));
  EXPECT_TRUE(seen.contains(id_of(1)));
}

TEST(SeenLru, StaysBelow64BytesAnEntryIndexIncluded) {
  for (const std::size_t capacity : {std::size_t{10'000}, std::size_t{50'000}, std::size_t{100'000}}) {
    const seen_lru seen = make(capacity);
    EXPECT_LE(seen.memory_bytes(), 64 * capacity) << capacity;
    EXPECT_GE(seen.memory_bytes(), 40 * capacity) << "it cannot be less than ids and links";
  }
}

TEST(SeenLru, AllocatesOnceAndNeverAgain) {
  const test::allocation_count allocations;
  seen_lru seen = make(10'000);
  for (std::uint32_t i = 0; i < 50'000; ++i) seen.insert(id_of(i));
  for (std::uint32_t i = 0; i < 50'000; ++i) seen.erase(id_of(i));
  seen.clear();
  EXPECT_EQ(allocations.count(), 1U);
  EXPECT_EQ(allocations.bytes(), seen.memory_bytes());
  EXPECT_LT(allocations.bytes(), 640'000U);
}

TEST(SeenLru, IsEmptyOnceMovedFrom) {
  seen_lru seen = make(2);
  seen.insert(id_of(1));
  seen_lru other = std::move(seen);
  EXPECT_TRUE(other.contains(id_of(1)));
  EXPECT_EQ(seen.size(), 0U);
  EXPECT_TRUE(seen.insert(id_of(1)));
  EXPECT_FALSE(seen.contains(id_of(1)));
  EXPECT_FALSE(seen.erase(id_of(1)));
  EXPECT_EQ(seen.memory_bytes(), 0U);
}

TEST(SeenLru, BehavesLikeAListUnderRandomUse) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (const std::size_t capacity : {1U, 2U, 3U, 5U, 50U}) {
    seen_lru seen = make(capacity);
    std::list<std::uint32_t> expected;  // the newest first
    for (int step = 0; step < 40'000; ++step) {
      const auto number = static_cast<std::uint32_t>(random() % (capacity * 2));
      const auto at = std::find(expected.begin(), expected.end(), number);
      const bool there = at != expected.end();
      ASSERT_EQ(seen.contains(id_of(number)), there) << step;
      if (random() % 4 == 0) {
        ASSERT_EQ(seen.erase(id_of(number)), there) << step;
        if (there) expected.erase(at);
      } else {
        ASSERT_EQ(seen.insert(id_of(number)), !there) << step;
        if (there) expected.erase(at);
        expected.push_front(number);
        if (expected.size() > capacity) expected.pop_back();
      }
      ASSERT_EQ(seen.size(), expected.size()) << step;
    }
  }
}

}  // namespace
}  // namespace uvnostr
