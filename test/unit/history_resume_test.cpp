// SPDX-License-Identifier: MIT
// What is asked after a connection was lost, and after a restart.
#include <gtest/gtest.h>

#include "unit/history_player.hpp"

namespace uvnostr::session {
namespace {

TEST(HistoryResume, AsksFromWhatWasReachedLessTheOverlap) {
  history_player p(std::vector<filter>{{.kinds = {1}}}, 100s);
  p.store(5, t - 1'000);
  p.connect();
  EXPECT_EQ(p.position().reached, at(t - 1'000));
  p.publish({.number = 100, .at = t - 500});
  EXPECT_EQ(p.position().reached, at(t - 500));
  p.reconnect();
  EXPECT_EQ(p.last().since, at(t - 600));
}

TEST(HistoryResume, IsNotMovedByTimeThatPasses) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(5, t - 1'000);
  p.connect();
  p.now += 24h;
  p.reconnect();
  EXPECT_EQ(p.position().reached, at(t - 1'000));
}

TEST(HistoryResume, IsNotMovedByAnAnswerThatWasInterrupted) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(50, t);
  p.send_req();
  for (int i = 0; i < 20; ++i) p.receive_one();
  p.lose();
  EXPECT_EQ(p.position().reached, std::nullopt);
  p.connect();
  EXPECT_EQ(p.reqs[1][0].to_json(), R"({"kinds":[1]})");
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistoryResume, GoesOnWithThePagesWhereItWas) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.page = 10;
  p.store(100, t, 1, 1, 100);
  p.send_req();
  p.receive_all();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(p.send_page());
    p.receive_all();
  }
  ASSERT_TRUE(p.send_page());
  for (int i = 0; i < 5; ++i) p.receive_one();
  p.lose();
  const std::size_t before = p.got.size();
  EXPECT_GT(before, 40U);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_LT(p.reqs.size(), 15U);
  int again = 0;
  for (const auto& [id, times] : p.got) again += times - 1;
  EXPECT_LE(again, 7 + 5 + 2 * 15) << "of the overlap, of the page that was lost, a fifth of each page";
}

TEST(HistoryResume, StaysWithinTheLimitIfAPageIsInterrupted) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 20}});
  p.relay.cap = 8;
  for (std::int64_t i = 0; i < 10; ++i) p.store(4, t - i, 1, 1, 0);
  p.send_req();
  p.receive_all();
  ASSERT_TRUE(p.send_page());
  for (int i = 0; i < 5; ++i) p.receive_one();
  p.lose();
  p.connect();
  EXPECT_EQ(p.got.size(), 20U);
}

TEST(HistoryResume, TakesLateEventsWithinTheOverlap) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(5, t - 10);
  p.connect();
  p.lose();
  p.publish({.number = 100, .at = t - 500});
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistoryResume, PassesTheCapAfterAReconnectToo) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.relay.cap = 500;
  p.connect();
  p.lose();
  p.now += 700s;
  p.store(700, t + 700);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.told, none);
}

TEST(HistoryResume, AsksForGiftWrapsByAFilterOfTheirOwn) {
  history_player p(std::vector<filter>{{.kinds = {1, 1059}}});
  p.store(5, t);
  p.connect();
  p.lose();
  p.publish({.number = 100, .at = t - 36 * 3'600, .kind = 1059});
  p.now += 60s;
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  const std::size_t first = 2;
  ASSERT_EQ(p.reqs[first].size(), 2U);
  EXPECT_EQ(p.reqs[first][0].to_json(), R"({"kinds":[1],"since":1699999400})");
  EXPECT_EQ(p.reqs[first][1].to_json(), R"({"kinds":[1059],"since":1699823600})");
}

TEST(HistoryResume, AsksOnceForGiftWrapsAlone) {
  history_player p(std::vector<filter>{{.kinds = {1059}}});
  p.store(5, t, 1059);
  p.connect();
  p.lose();
  p.publish({.number = 100, .at = t - 48 * 3'600, .kind = 1059});
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  for (const auto& req : p.reqs) EXPECT_EQ(req.size(), 1U);
}

TEST(HistoryResume, FindsGiftWrapsUnderAFilterWithoutKinds) {
  history_player p(std::vector<filter>{{}});
  p.relay.cap = 20;
  p.store(100, t);
  p.connect();
  p.lose();
  p.publish({.number = 1'000, .at = t - 40 * 3'600, .kind = 1059});
  p.store(30, t + 30);
  p.now += 60s;
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistoryResume, KeepsALongerOverlapForGiftWraps) {
  history_player p(std::vector<filter>{{.kinds = {1059}}}, 100h);
  p.store(5, t, 1059);
  p.connect();
  p.reconnect();
  EXPECT_EQ(p.last().since, at(t - 100 * 3'600));
}

TEST(HistoryResume, IsMovedByNoDateAfterTheClock) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(1, t + 3'600);
  p.store(1, t - 100);
  p.connect();
  EXPECT_EQ(p.position().reached, at(t - 100)) << "by the newest one that is not in the future";
  p.publish({.number = 100, .at = t + 60});
  EXPECT_EQ(p.position().reached, at(t - 100));
  p.now += 60s;
  p.publish({.number = 101, .at = t + 60});
  EXPECT_EQ(p.position().reached, at(t + 60));
}

TEST(HistoryResume, IsMovedByNoDateAfterAClockThatWasSetBack) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(1, t + 600);
  p.now += 1h;
  p.send_req();
  p.now -= 1h;
  p.receive_all();
  EXPECT_EQ(p.position().reached, std::nullopt);
}

TEST(HistoryResume, FollowsAClockThatIsAheadNoFurtherThanTheEvents) {
  // An hour ahead: the events carry the right dates.
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.now += 1h;
  p.publish({.number = 100, .at = t});
  p.connect();
  p.publish({.number = 101, .at = t + 60});
  p.lose();
  p.publish({.number = 102, .at = t + 120});
  p.now += 2min;
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistoryResume, LetsAFloorOfAClockThatWasAheadSinkToTheEvents) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 0}});
  p.now += 1h;
  p.connect();
  p.publish({.number = 100, .at = t + 60});
  p.lose();
  p.publish({.number = 101, .at = t + 120});
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
}

bool asks_for_what_is_published_now(const history_player& p) {
  const event live = make_up({.number = 900, .at = t + 60});
  const auto& req = p.reqs.back();
  return std::any_of(req.begin(), req.end(), [&](const filter& f) { return f.matches(live); });
}

TEST(HistoryResume, AFloorThatFutureDatesMadeKeepsNoLiveEventOut) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 3}});
  p.now += 1h;
  p.store(3, t + 1'000'000);
  p.connect();
  p.lose();
  p.send_req();
  EXPECT_TRUE(asks_for_what_is_published_now(p)) << "our clock is an hour ahead";
}

const std::vector<filter> fives_and_twos{{.kinds = {7}, .limit = 5}, {.kinds = {1}, .limit = 2}};

/// The first REQ is answered, but the first filter leaves no room for the second.
void begin_without_room(history_player& p) {
  p.relay.how = relay_model::capping::whole_by_filter;
  p.relay.cap = 5;
  p.store(5, t - 60, 7);
  p.send_req();
  p.receive_all();
  p.live = true;
}

TEST(HistoryResume, ALimitThatAnotherFilterLeftNoRoomForKeepsNoLiveEventOut) {
  history_player p(fives_and_twos);
  p.now += 1h;
  p.store(2, t - 1'000);
  begin_without_room(p);
  p.lose();
  p.send_req();
  EXPECT_TRUE(asks_for_what_is_published_now(p)) << "our clock is an hour ahead";
  p.receive_all();
  while (p.send_page()) p.receive_all();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistoryResume, ALimitThatIsNotUsedUpKeepsNoLiveEventOut) {
  history_player p(fives_and_twos);
  p.now += 1h;
  begin_without_room(p);
  p.now += 20s;
  p.publish({.number = 800, .at = t + 3'610, .kind = 7});
  p.lose();
  p.send_req();
  EXPECT_TRUE(asks_for_what_is_published_now(p)) << "its date is before the connection, of which nothing is known";
}

TEST(HistoryResume, ALimitEndsWhereTheFirstAnswerBeganAlsoAfterARestart) {
  history_player p(fives_and_twos);
  begin_without_room(p);
  history_player restarted(p.filters);
  restarted.relay = p.relay;
  restarted.got = p.got;
  restarted.under_test.restore(p.position());
  restarted.numbers = p.numbers;
  restarted.store(3, t + 102);
  restarted.now += 1h;
  restarted.send_req();
  restarted.lose();
  restarted.connect();
  EXPECT_EQ(restarted.missed(), 0U);
}

TEST(HistoryResume, WhatCameLiveUsesUpNoLimit) {
  history_player p(fives_and_twos);
  p.store(2, t - 1'000);
  begin_without_room(p);
  p.now += 1h;
  p.publish({.number = 800, .at = t + 100});
  p.publish({.number = 801, .at = t + 200});
  p.publish({.number = 802, .at = t + 3'500});
  p.reconnect();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistoryResume, MissesNothingOfALimitWhenAClockGoesBack) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 5}}, 100s);
  p.relay.cap = 2;
  p.store(5, t, 1, 1, 1'000);
  p.send_req();
  p.receive_all();
  p.lose();
  p.now -= 48h;
  p.send_req();
  p.receive_all();
  p.reconnect();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistoryResume, AsksForNothingOldUnderALimitOfZeroBecauseLiveEventsAreOld) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 0}, {.kinds = {1059}}});
  p.store(20, t - 30);
  p.store(20, t - 3'600, 1059);
  p.connect();
  p.publish({.number = 100, .at = t - 40 * 3'600, .kind = 1059});
  p.reconnect();
  EXPECT_EQ(p.got.size(), 21U);
}

TEST(HistoryResume, IsMovedByDuplicatesOfOtherRelays) {
  // The history is not told whether the pool had the event already: receive() is all it gets.
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.connect();
  p.under_test.note_live({}, at(t - 5), p.now);
  EXPECT_EQ(p.position().reached, at(t - 5));
}

// --- gaps ---

TEST(HistoryResume, TellsOfEphemeralEventsOnceForEachOutage) {
  history_player p(std::vector<filter>{{.kinds = {1, 20'001}}});
  p.connect();
  EXPECT_EQ(p.told, none);
  p.lose();
  p.now += 60s;
  p.connect();
  const std::vector<gap> first{{at(t), at(t + 60), gap_reason::ephemeral}};
  EXPECT_EQ(p.told, first);
  p.now += 60s;
  p.lose();
  p.now += 60s;
  p.send_req();
  p.lose();
  p.now += 60s;
  p.connect();
  const std::vector<gap> second{{at(t + 120), at(t + 240), gap_reason::ephemeral}};
  EXPECT_EQ(p.told, second) << "an answer that was lost does not end an outage";
}

TEST(HistoryResume, TellsOfEphemeralEventsUpToTheAnswer) {
  history_player p(std::vector<filter>{{.kinds = {20'001}}});
  p.connect();
  p.lose();
  p.now += 60s;
  p.send_req();
  p.now += 5s;
  p.receive_all();
  ASSERT_EQ(p.under_test.gaps().size(), 1U);
  EXPECT_EQ(p.under_test.gaps()[0].to, at(t + 65));
}

TEST(HistoryResume, TellsOfNoEphemeralEventsThatWereNotWanted) {
  history_player p(std::vector<filter>{{.kinds = {1, 19'999, 30'000}}});
  p.connect();
  p.now += 60s;
  p.reconnect();
  EXPECT_EQ(p.told, none);
}

TEST(HistoryResume, KeepsWhatAPageDidNotBringForTheNextConnection) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.page = 10;
  p.store(40, t);
  p.send_req();
  p.receive_all();
  ASSERT_TRUE(p.send_page());
  p.under_test.give_up_page(gap_reason::refused);
  p.under_test.interrupted_page();
  p.under_test.told();
  const std::vector<gap> told{{at(0), at(t - 9), gap_reason::refused}};
  EXPECT_EQ(std::vector<gap>(p.under_test.gaps().begin(), p.under_test.gaps().end()), told);
  EXPECT_FALSE(p.under_test.is_caught_up());
  p.reconnect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.told, none);
}

TEST(HistoryResume, TellsOfAGapWithinTheDatesOfTheFilterOnly) {
  history_player p(std::vector<filter>{{.kinds = {1}, .since = at(t - 100), .until = at(t - 5)}});
  p.page = 10;
  p.store(80, t);
  p.send_req();
  p.receive_all();
  ASSERT_TRUE(p.send_page());
  p.under_test.give_up_page(gap_reason::no_answer);
  ASSERT_EQ(p.under_test.gaps().size(), 1U);
  EXPECT_EQ(p.under_test.gaps()[0], (gap{at(t - 100), at(t - 14), gap_reason::no_answer}));
}

TEST(HistoryResume, JoinsGapsThatTouch) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.connect();
  for (const std::int64_t second : {5, 6, 4, 9}) p.under_test.note_doubtful(at(second));
  const std::vector<gap> told(p.under_test.gaps().begin(), p.under_test.gaps().end());
  EXPECT_EQ(told, (std::vector<gap>{{at(4), at(6), gap_reason::memory}, {at(9), at(9), gap_reason::memory}}));
}

TEST(HistoryResume, AsksForAGiftWrapByItsIdThatIsDatedBeforeTheFloor) {
  const made_up wrap{.number = 77, .at = t - 86'400, .kind = 1059};
  history_player p(std::vector<filter>{{.ids = {make_up(wrap).id()}, .limit = 0}});
  p.connect();
  p.lose();
  p.relay.add(make_up(wrap));
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistoryResume, AsksForNoDateBeforeTheFirst) {
  history_player p(std::vector<filter>{{.kinds = {1, 1059}}});
  p.store(1, 0);
  p.reconnect();
  p.reconnect();
  for (const auto& req : p.reqs) {
    for (const filter& f : req) EXPECT_GE(f.since.value_or(unix_seconds{}), unix_seconds{});
  }
}

}  // namespace
}  // namespace uvnostr::session
