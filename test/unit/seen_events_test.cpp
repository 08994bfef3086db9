// SPDX-License-Identifier: MIT
#include "dedup/seen_events.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unit/seen_events_fixture.hpp"

namespace uvnostr::dedup {
namespace {

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
