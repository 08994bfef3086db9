// SPDX-License-Identifier: MIT
#include "dedup/date_ranges.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "unit/dates.hpp"

namespace uvnostr::dedup {
namespace {

date_ranges ranges_of(std::initializer_list<std::int64_t> dates) {
  date_ranges made;
  for (const std::int64_t each : dates) made.add(at(each));
  return made;
}

TEST(DateRanges, ContainsNothingAtFirst) {
  const date_ranges none;
  EXPECT_TRUE(none.empty());
  EXPECT_FALSE(none.contains(at(0)));
}

TEST(DateRanges, ContainsWhatWasAddedInAnyOrder) {
  const date_ranges some = ranges_of({50, 10, 30, 70, 30});
  EXPECT_FALSE(some.empty());
  for (const std::int64_t each : {10, 30, 50, 70}) EXPECT_TRUE(some.contains(at(each))) << each;
  for (const std::int64_t each : {9, 11, 29, 31, 49, 60, 71}) EXPECT_FALSE(some.contains(at(each))) << each;
}

TEST(DateRanges, JoinsTheTwoThatAreClosest) {
  const date_ranges some = ranges_of({100, 200, 300, 400, 500, 520, 600, 700, 800});
  EXPECT_TRUE(some.contains(at(510)));
  for (const std::int64_t each : {99, 150, 250, 350, 450, 499, 521, 550, 650, 750, 801})
    EXPECT_FALSE(some.contains(at(each))) << each;
}

TEST(DateRanges, StaysOneRangeForAStreamOfDates) {
  date_ranges some = ranges_of({-5'000});
  for (std::int64_t each = 0; each < 10'000; ++each) some.add(at(each));
  EXPECT_FALSE(some.contains(at(-1)));
  EXPECT_FALSE(some.contains(at(10'000)));
  EXPECT_TRUE(some.contains(at(-5'000)));
}

/// The same with a list that is merged in the simplest way.
class oracle {
 public:
  void add(std::int64_t date) {
    if (contains(date)) return;
    ranges_.emplace_back(date, date);
    std::sort(ranges_.begin(), ranges_.end());
    if (ranges_.size() <= 8) return;
    std::size_t closest = 0;
    const auto space = [&](std::size_t i) { return ranges_[i + 1].first - ranges_[i].second; };
    for (std::size_t i = 0; i + 1 < ranges_.size(); ++i) {
      if (space(i) < space(closest)) closest = i;
    }
    ranges_[closest].second = ranges_[closest + 1].second;
    ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(closest) + 1);
  }
  bool contains(std::int64_t date) const {
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [date](const auto& r) { return date >= r.first && date <= r.second; });
  }

 private:
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges_;
};

TEST(DateRanges, AgreesWithAPlainList) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    const std::int64_t spread = 10 << random() % 8;
    date_ranges some;
    oracle expected;
    std::set<std::int64_t> added;
    for (int i = 0; i < 40; ++i) {
      const auto date = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(spread));
      some.add(at(date));
      expected.add(date);
      added.insert(date);
      for (std::int64_t each = -1; each <= spread; ++each)
        ASSERT_EQ(some.contains(at(each)), expected.contains(each)) << round << " " << i;
      for (const std::int64_t each : added) ASSERT_TRUE(some.contains(at(each)));
    }
  }
}

}  // namespace
}  // namespace uvnostr::dedup
