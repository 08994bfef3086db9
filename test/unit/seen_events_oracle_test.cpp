// SPDX-License-Identifier: MIT
// The table of seen events against a model made of lists, step by random step.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "unit/seen_events_fixture.hpp"

namespace uvnostr::dedup {
namespace {

/// The same with lists: each subscription has one for recent events and one for pages.
class model {
 public:
  explicit model(std::size_t capacity) : capacity_(capacity) {}

  struct entry {
    std::uint32_t number;
    std::int64_t at;
  };
  struct part {
    std::deque<entry> recent{}, pages{};
    std::set<std::int64_t> forgotten{};
    bool open = true;
    std::size_t count() const { return recent.size() + pages.size(); }
    bool knows(std::uint32_t n) const {
      const auto is_it = [n](const entry& e) { return e.number == n; };
      return std::any_of(recent.begin(), recent.end(), is_it) || std::any_of(pages.begin(), pages.end(), is_it);
    }
    void forget() {
      auto& from = pages.size() > recent.size() ? pages : recent;
      forgotten.insert(from.front().at);
      from.pop_front();
    }
  };
  std::size_t share() const {
    const auto open = std::count_if(parts.begin(), parts.end(), [](const auto& p) { return p.second.open; });
    return capacity_ / static_cast<std::size_t>(std::max<std::ptrdiff_t>(open, 1));
  }
  std::size_t size() const {
    std::size_t all = 0;
    for (const auto& [number, p] : parts) all += p.count();
    return all;
  }

  std::map<std::uint32_t, part> parts;  // of open subscriptions, and of ended ones with entries

 private:
  const std::size_t capacity_;
};

class SeenEventsAgainstOracle : public SeenEvents, public ::testing::WithParamInterface<std::size_t> {
 protected:
  SeenEventsAgainstOracle() : SeenEvents(GetParam()) {}
};

TEST_P(SeenEventsAgainstOracle, KeepsToTheSharesAndForgetsNothingElse) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&](std::size_t end) { return static_cast<std::uint32_t>(random() % end); };
  model expected(GetParam());
  std::vector<event> events;
  for (std::uint32_t i = 0; i < 3 * GetParam() + 5; ++i) events.push_back(make_up({.number = i, .at = 10 * i}));
  std::vector<std::uint32_t> open;
  for (int step = 0; step < 6'000; ++step) {
    const std::uint32_t action = below(400);
    if (open.empty() || (action == 0 && open.size() < 5)) {
      const std::uint32_t added = seen.add_subscription();
      ASSERT_TRUE(!expected.parts.contains(added) || expected.parts[added].count() == 0) << step;
      expected.parts[added] = {};
      open.push_back(added);
    } else if (action == 1) {
      const auto ends = open.begin() + below(open.size());
      seen.end_subscription(*ends);
      expected.parts[*ends].open = false;
      open.erase(ends);
    } else {
      const std::uint32_t to = open[below(open.size())];
      model::part& part = expected.parts[to];
      const event& e = events[below(events.size())];
      const auto number = static_cast<std::uint32_t>(e.created_at().time_since_epoch().count() / 10);
      const auto from = below(3) == 0 ? origin::page : origin::recent;
      const bool stored = below(2) == 0;
      const bool was_known = std::any_of(expected.parts.begin(), expected.parts.end(),
                                         [&](const auto& p) { return p.second.knows(number); });
      const admission given = admit(e, to, from, stored);
      ASSERT_EQ(given == admission::known, part.knows(number)) << step;
      if (given == admission::known) continue;
      if (given == admission::doubtful) {
        // The cache may doubt too much, but never without a cause.
        ASSERT_TRUE(stored && !part.forgotten.empty()) << step;
        continue;
      }
      ASSERT_FALSE(stored && part.forgotten.contains(10 * number)) << step;
      ASSERT_EQ(given == admission::first, !was_known) << step;
      (from == origin::page ? part.pages : part.recent).push_back({number, 10 * number});
      if (expected.size() > GetParam()) {
        // Which of several entries is evicted is unspecified, so the test asks the table.
        std::vector<std::uint32_t> gave_way;
        for (auto& [owner, p] : expected.parts) {
          model::part after = p;
          if (after.count() == 0) continue;
          after.forget();
          const auto& lost = p.pages.size() > p.recent.size() ? p.pages.front() : p.recent.front();
          if (!seen.repeats(events[lost.number].id(), owner, 0)) gave_way.push_back(owner);
        }
        ASSERT_EQ(gave_way.size(), 1U) << step;
        model::part& p = expected.parts[gave_way[0]];
        const bool some_ended = std::any_of(expected.parts.begin(), expected.parts.end(),
                                            [](const auto& q) { return !q.second.open && q.second.count() != 0; });
        ASSERT_TRUE(some_ended ? !p.open : p.count() > expected.share()) << step;
        p.forget();
      }
    }
    ASSERT_EQ(seen.size(), expected.size()) << step;
    if (step % 50 != 0) continue;
    for (const std::uint32_t owner : open) {
      const model::part& p = expected.parts[owner];
      for (std::uint32_t n = 0; n < events.size(); ++n)
        ASSERT_EQ(seen.repeats(events[n].id(), owner, 0).has_value(), p.knows(n)) << step;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Capacities, SeenEventsAgainstOracle, ::testing::Values(1, 2, 5, 20, 64));

}  // namespace
}  // namespace uvnostr::dedup
