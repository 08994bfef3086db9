// SPDX-License-Identifier: MIT
#include "dedup/seen_events.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "support/played_world.hpp"
#include "unit/dates.hpp"
#include "unit/made_up_event.hpp"
#include "verify/verifier.hpp"
#include "wire/frame_scan.hpp"

namespace uvnostr::dedup {
namespace {

using admission = seen_events::admission;
using origin = seen_events::origin;

/// Nothing is queued here, so nothing is ever returned.
class no_listener final : public verify::verifier_listener {
  void on_verified(verify::source&, const verify::verified_event&, verify::id_form) noexcept override {}
  void on_refused(verify::source&, const wire::event_fields&, verify::verdict) noexcept override {}
  void on_copy(verify::source&, const wire::raw_event&) noexcept override {}
  void on_joined(verify::source&, std::uint32_t) noexcept override {}
  void on_marker(verify::source&, const wire::relay_message&) noexcept override {}
  bool has_time() noexcept override { return true; }
  void hold() noexcept override {}
  void unhold() noexcept override {}
};

class SeenEvents : public ::testing::Test {
 protected:
  explicit SeenEvents(std::size_t capacity = 12) : seen(capacity, {1, 2, 3}) {}
  void TearDown() override { world.release(); }

  admission admit(const event& e, std::uint32_t subscription, origin from = origin::recent, bool stored = false,
                  std::uint32_t relay = 0) {
    const std::optional<wire::raw_event> raw = wire::parse_event(e.json());
    verify::id_form form;
    return seen.admit(*verifier.trust(*raw, form), subscription, relay, from, stored);
  }
  /// Events with these numbers, a second apart.
  void admit_all(std::uint32_t first, std::uint32_t count, std::uint32_t subscription, origin from = origin::recent) {
    for (std::uint32_t i = first; i < first + count; ++i) admit(make_up({.number = i, .at = i}), subscription, from);
  }
  bool knows(std::uint32_t number, std::uint32_t subscription) {
    return seen.repeats(make_up({.number = number}).id(), subscription, 0).has_value();
  }
  std::size_t known(std::uint32_t first, std::uint32_t count, std::uint32_t subscription) {
    std::size_t n = 0;
    for (std::uint32_t i = first; i < first + count; ++i) n += knows(i, subscription) ? 1U : 0U;
    return n;
  }
  std::vector<std::uint32_t> seen_on(const event& e) {
    std::set<std::uint32_t> slots;
    seen.seen_on(e.id(), [&](std::uint32_t slot) { slots.insert(slot); });
    return {slots.begin(), slots.end()};
  }

  played_world network;
  port::world& world = network.share();
  no_listener listener;
  duration_histogram times;
  verify::verifier verifier{world.reactor(), listener, verification::off, times};
  seen_events seen;
};

TEST_F(SeenEvents, AdmitsAnEventOnceForEachSubscription) {
  const std::uint32_t a = seen.add_subscription();
  const std::uint32_t b = seen.add_subscription();
  const event e = make_up({.number = 1, .at = 5});
  EXPECT_EQ(admit(e, a), admission::first);
  EXPECT_EQ(admit(e, a), admission::known);
  EXPECT_EQ(admit(e, b), admission::fresh);
  EXPECT_EQ(seen.size(), 2U);
}

TEST_F(SeenEvents, TellsTheDateOfWhatIsRepeated) {
  const std::uint32_t a = seen.add_subscription();
  const event e = make_up({.number = 1, .at = 1'700'000'000});
  EXPECT_EQ(seen.repeats(e.id(), a, 0), std::nullopt);
  admit(e, a);
  EXPECT_EQ(seen.repeats(e.id(), a, 0), at(1'700'000'000));
}

TEST_F(SeenEvents, NotesEveryRelayThatRepeatsAnEvent) {
  const std::uint32_t a = seen.add_subscription();
  const std::uint32_t b = seen.add_subscription();
  const event e = make_up({.number = 1});
  admit(e, a, origin::recent, false, 4);
  EXPECT_TRUE(seen.repeats(e.id(), a, 9));
  EXPECT_FALSE(seen.repeats(e.id(), b, 11));
  EXPECT_EQ(seen_on(e), (std::vector<std::uint32_t>{4, 9}));
  EXPECT_EQ(admit(e, a, origin::recent, false, 12), admission::known);
  EXPECT_EQ(seen_on(e), (std::vector<std::uint32_t>{4, 9, 12}));
}

TEST_F(SeenEvents, ForgetsARelayAndWhoSentWhatWasForgotten) {
  const std::uint32_t a = seen.add_subscription();
  const event e = make_up({.number = 100});
  admit(e, a, origin::recent, false, 4);
  seen.repeats(e.id(), a, 5);
  seen.remove_relay(4);
  EXPECT_EQ(seen_on(e), std::vector<std::uint32_t>{5});
  admit_all(0, 12, a);
  EXPECT_TRUE(seen_on(e).empty());
}

TEST_F(SeenEvents, VouchesForTheSameSignatureOnly) {
  const std::uint32_t a = seen.add_subscription();
  const event e = make_up({.number = 1});
  admit(e, a);
  const std::string digits = e.sig().to_hex();
  EXPECT_TRUE(seen.verified_before(e.id(), digits));
  for (std::size_t at = 0; at < digits.size(); ++at) {
    std::string other = digits;
    other[at] = other[at] == '0' ? '1' : '0';
    EXPECT_FALSE(seen.verified_before(e.id(), other)) << at;
  }
  EXPECT_FALSE(seen.verified_before(make_up({.number = 2}).id(), digits));
}

TEST_F(SeenEvents, ForgetsTheOldestWhenItIsFull) {
  const std::uint32_t a = seen.add_subscription();
  admit_all(0, 15, a);
  EXPECT_EQ(seen.size(), 12U);
  EXPECT_EQ(known(0, 3, a), 0U);
  EXPECT_EQ(known(3, 12, a), 12U);
}

TEST_F(SeenEvents, LetsRepeatsMoveNothing) {
  const std::uint32_t a = seen.add_subscription();
  admit_all(0, 12, a);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(knows(0, a));
    EXPECT_EQ(admit(make_up({.number = 1, .at = 1}), a), admission::known);
  }
  admit_all(12, 2, a);
  EXPECT_FALSE(knows(0, a));
  EXPECT_FALSE(knows(1, a));
  EXPECT_EQ(known(2, 12, a), 12U);
}

// --- shares ---

TEST_F(SeenEvents, LetsAFloodOfOneMakeNoOtherForget) {
  const std::uint32_t busy = seen.add_subscription();
  const std::uint32_t quiet = seen.add_subscription();
  admit_all(0, 6, quiet);
  admit_all(1'000, 100, busy);
  EXPECT_EQ(known(0, 6, quiet), 6U);
  EXPECT_EQ(known(1'094, 6, busy), 6U);
}

TEST_F(SeenEvents, GivesBackItsPartToASubscriptionThatComesLate) {
  const std::uint32_t busy = seen.add_subscription();
  admit_all(1'000, 12, busy);
  const std::uint32_t late = seen.add_subscription();
  admit_all(0, 6, late);
  EXPECT_EQ(known(0, 6, late), 6U) << "of the part of the other, not of its own";
  EXPECT_EQ(known(1'006, 6, busy), 6U);
  admit_all(6, 6, late);
  EXPECT_EQ(known(1'006, 6, busy), 6U);
  EXPECT_EQ(known(6, 6, late), 6U);
}

TEST_F(SeenEvents, LetsOneUseWhatTheOthersDoNot) {
  const std::uint32_t busy = seen.add_subscription();
  const std::uint32_t quiet = seen.add_subscription();
  admit_all(0, 1, quiet);
  admit_all(1'000, 11, busy);
  EXPECT_EQ(known(1'000, 11, busy), 11U);
  EXPECT_TRUE(knows(0, quiet));
}

TEST_F(SeenEvents, ForgetsEndedSubscriptionsFirst) {
  const std::uint32_t ended = seen.add_subscription();
  const std::uint32_t open = seen.add_subscription();
  admit_all(1'000, 6, ended);
  admit_all(0, 6, open);
  seen.end_subscription(ended);
  EXPECT_TRUE(seen.verified_before(make_up({.number = 1'000}).id(), make_up({.number = 1'000}).sig().to_hex()));
  admit_all(6, 6, open);
  EXPECT_EQ(known(0, 12, open), 12U);
  EXPECT_EQ(known(1'000, 6, ended), 0U);
  admit_all(12, 1, open);
  EXPECT_EQ(seen.size(), 12U);
}

TEST_F(SeenEvents, GivesTheNumberOfAnEndedSubscriptionAwayOnceItsEntriesAreGone) {
  const std::uint32_t a = seen.add_subscription();
  const std::uint32_t b = seen.add_subscription();
  admit_all(0, 2, a);
  seen.end_subscription(a);
  EXPECT_NE(seen.add_subscription(), a);
  seen.end_subscription(b);
  EXPECT_EQ(seen.add_subscription(), b);
  const std::uint32_t c = seen.add_subscription();
  admit_all(100, 13, c);
  const std::uint32_t again = seen.add_subscription();
  EXPECT_EQ(again, a);
  EXPECT_EQ(known(0, 2, again), 0U);
}

TEST_F(SeenEvents, KeepsHalfOfAPartForRecentEventsAndHalfForPages) {
  const std::uint32_t a = seen.add_subscription();
  EXPECT_EQ(seen.half_share(), 6U);
  admit_all(0, 6, a, origin::recent);
  admit_all(100, 50, a, origin::page);
  EXPECT_EQ(known(0, 6, a), 6U);
  EXPECT_EQ(known(144, 6, a), 6U);
  admit_all(200, 50, a, origin::recent);
  EXPECT_EQ(known(144, 6, a), 6U);
  EXPECT_EQ(known(244, 6, a), 6U);
}

// --- evicted entries ---

TEST_F(SeenEvents, DoubtsAStoredEventOfADateOfWhichItForgot) {
  const std::uint32_t a = seen.add_subscription();
  const std::uint32_t b = seen.add_subscription();
  admit_all(0, 16, a);
  EXPECT_FALSE(knows(3, a));
  const event unknown = make_up({.number = 500, .at = 2});
  EXPECT_EQ(admit(unknown, a, origin::recent, true), admission::doubtful);
  EXPECT_FALSE(knows(500, a)) << "it may come again";
  EXPECT_EQ(admit(unknown, b, origin::recent, true), admission::first) << "the other one forgot nothing";
  EXPECT_EQ(admit(make_up({.number = 501, .at = 900}), a, origin::recent, true), admission::first);
}

TEST_F(SeenEvents, DoesNotDoubtALiveEvent) {
  const std::uint32_t a = seen.add_subscription();
  admit_all(0, 16, a);
  EXPECT_EQ(admit(make_up({.number = 500, .at = 2}), a, origin::recent, false), admission::first);
}

TEST_F(SeenEvents, ForgetsNothingOfASubscriptionThatIsNew) {
  const std::uint32_t a = seen.add_subscription();
  admit_all(0, 16, a);
  seen.end_subscription(a);
  const std::uint32_t b = seen.add_subscription();
  admit_all(100, 12, b);
  const std::uint32_t c = seen.add_subscription();
  ASSERT_EQ(c, a);
  EXPECT_EQ(admit(make_up({.number = 500, .at = 2}), c, origin::recent, true), admission::first);
}

// --- pages ---

TEST_F(SeenEvents, HasRoomForPagesUntilOthersHaveComeAsFar) {
  const std::uint32_t a = seen.add_subscription();
  EXPECT_EQ(seen.room_for_pages(a, at(0)), 6U);
  for (std::uint32_t i = 0; i < 4; ++i) admit(make_up({.number = i, .at = 100 - i}), a, origin::page);
  EXPECT_EQ(seen.room_for_pages(a, at(1'000)), 2U) << "others are before all of them";
  EXPECT_EQ(seen.room_for_pages(a, at(98)), 4U) << "they have passed 100 and 99";
  EXPECT_EQ(seen.room_for_pages(a, at(90)), 6U);
  admit_all(0, 12, a, origin::recent);
  EXPECT_EQ(seen.room_for_pages(a, at(90)), 6U) << "recent events have a half of their own";
}

TEST_F(SeenEvents, DividesTheRoomForPagesAmongSubscriptions) {
  const std::uint32_t a = seen.add_subscription();
  seen.add_subscription();
  const std::uint32_t c = seen.add_subscription();
  EXPECT_EQ(seen.room_for_pages(a, at(0)), 2U);
  seen.end_subscription(c);
  EXPECT_EQ(seen.room_for_pages(a, at(0)), 3U);
  for (std::uint32_t i = 0; i < 9; ++i) admit(make_up({.number = i, .at = 100}), a, origin::page);
  EXPECT_EQ(seen.room_for_pages(a, at(200)), 0U) << "never less than none";
}

TEST_F(SeenEvents, CountsRoomRightAfterPagesWereForgotten) {
  const std::uint32_t a = seen.add_subscription();
  for (std::uint32_t i = 0; i < 40; ++i) admit(make_up({.number = i, .at = 100 - i}), a, origin::page);
  EXPECT_EQ(seen.room_for_pages(a, at(61)), 5U) << "the last has that date";
  EXPECT_EQ(seen.room_for_pages(a, at(60)), 6U);
  admit(make_up({.number = 50, .at = 0}), a, origin::page);
  EXPECT_EQ(seen.room_for_pages(a, at(0)), 5U);
}

// --- against an oracle ---

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

TEST(Provenance, HasRoomForMoreThan64Relays) {
  provenance under_test(2);
  under_test.clear(0);
  under_test.clear(1);
  under_test.note(0, 1);
  under_test.note(1, 63);
  under_test.make_room_for(200);
  under_test.note(0, 200);
  std::vector<std::uint32_t> first;
  under_test.for_each(0, [&](std::uint32_t slot) { first.push_back(slot); });
  std::vector<std::uint32_t> second;
  under_test.for_each(1, [&](std::uint32_t slot) { second.push_back(slot); });
  EXPECT_EQ(first, (std::vector<std::uint32_t>{1, 200}));
  EXPECT_EQ(second, std::vector<std::uint32_t>{63});
  under_test.forget(200);
  under_test.clear(1);
  second.clear();
  under_test.for_each(1, [&](std::uint32_t slot) { second.push_back(slot); });
  EXPECT_TRUE(second.empty());
}

}  // namespace
}  // namespace uvnostr::dedup
