// SPDX-License-Identifier: MIT
#include "session/history.hpp"

#include <gtest/gtest.h>

#include "unit/history_player.hpp"

namespace uvnostr::session {
namespace {

using capping = relay_model::capping;

TEST(History, IsCaughtUpByAnEmptyAnswer) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  EXPECT_FALSE(p.under_test.is_caught_up());
  p.connect();
  EXPECT_TRUE(p.under_test.is_caught_up());
  EXPECT_EQ(p.reqs.size(), 1U);
  EXPECT_EQ(p.last().to_json(), R"({"kinds":[1]})");
}

TEST(History, AsksOnePageMoreAfterAShortAnswer) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(3, t);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  ASSERT_EQ(p.reqs.size(), 2U);
  EXPECT_EQ(p.last().to_json(), R"({"kinds":[1],"until":1699999998,"limit":501})");
}

TEST(History, AsksNoPageAfterFinish) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.says_finish = true;
  p.store(3, t);
  p.connect();
  EXPECT_EQ(p.reqs.size(), 1U);
  EXPECT_EQ(p.under_test.last_hint(), eose_hint::finish);
}

TEST(History, DoesNotBelieveInFinishOfAFullAnswer) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.page = 10;
  p.store(50, t);
  p.send_req();
  p.receive_all();
  ASSERT_TRUE(p.send_page());
  while (p.unread() != 0) p.receive_one();
  p.under_test.answered(eose_hint::finish, p.now);
  EXPECT_FALSE(p.under_test.is_caught_up());
  while (p.send_page()) p.receive_all();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(History, GoesOnPageByPageUntilOneBringsNoNews) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.page = 10;
  p.store(35, t);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.reqs.size(), 5U);
  EXPECT_EQ(p.told, none);
}

TEST(History, PassesACapOfTheRelay) {
  for (const std::size_t cap : {2U, 7U, 100U, 500U}) {
    history_player p(std::vector<filter>{{.kinds = {1}}});
    p.relay.cap = cap;
    p.store(static_cast<std::uint32_t>(cap * 3 + 1), t);
    p.connect();
    EXPECT_EQ(p.missed(), 0U) << cap;
    EXPECT_EQ(p.told, none) << cap;
  }
}

TEST(History, IsNotCaughtUpWhileAPageIsAnswered) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(3, t);
  p.send_req();
  p.receive_all();
  EXPECT_FALSE(p.under_test.is_caught_up());
  ASSERT_TRUE(p.send_page());
  EXPECT_FALSE(p.under_test.is_caught_up());
  EXPECT_FALSE(p.send_page());
  EXPECT_EQ(p.under_test.next_until(), at(t - 2));
  p.receive_all();
  EXPECT_TRUE(p.under_test.is_caught_up());
  EXPECT_EQ(p.under_test.next_until(), std::nullopt);
}

// --- limits ---

TEST(History, AsksForTheNewestOfALimitOnly) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 20}});
  p.store(30, t);
  p.connect();
  EXPECT_EQ(p.got.size(), 20U);
  EXPECT_EQ(p.reqs.size(), 1U);
  EXPECT_EQ(p.position().floors[0], at(t - 19));
}

TEST(History, ReachesALimitByPages) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 20}});
  p.relay.cap = 8;
  p.store(30, t);
  p.connect();
  EXPECT_EQ(p.got.size(), 20U);
  EXPECT_EQ(p.position().floors[0], at(t - 19));
}

TEST(History, HasNoFloorWhereTheRelayHadLessThanTheLimit) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 20}});
  p.store(19, t);
  p.connect();
  EXPECT_EQ(p.position().floors[0], std::nullopt);
  p.reconnect();
  EXPECT_EQ(p.reqs[2][0].since, at(t - 600));
  EXPECT_EQ(p.reqs[2][0].limit, std::nullopt);
}

TEST(History, AsksForNothingBelowTheFloor) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 20}});
  p.store(30, t);
  p.connect();
  p.reconnect();
  EXPECT_EQ(p.reqs[1][0].since, at(t - 19));
  EXPECT_EQ(p.got.size(), 20U);
}

TEST(History, AsksForEverythingLaterWhereALimitedAnswerWasEmpty) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 20}});
  p.connect();
  p.lose();
  p.store(30, t - 86'400);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(History, PutsNoFloorIntoTheFuture) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 2}});
  p.store(2, t + 86'400);
  p.connect();
  p.lose();
  const event e = p.publish({.number = 100, .at = t + 10});
  p.now += 20s;
  p.connect();
  EXPECT_TRUE(p.got.contains(e.id()));
}

TEST(History, WithALimitOfZeroAsksForWhatCameSinceTheFirstReq) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 0}});
  p.store(30, t - 100);
  p.connect();
  EXPECT_EQ(p.last().to_json(), R"({"kinds":[1],"limit":0})");
  p.lose();
  p.publish({.number = 100, .at = t + 10});
  p.now += 20s;
  p.connect();
  EXPECT_EQ(p.reqs[1][0].to_json(), R"({"kinds":[1],"limit":0})") << "live events may have any date";
  EXPECT_EQ(p.reqs[1][1].to_json(), R"({"kinds":[1],"since":1700000000})");
  EXPECT_EQ(p.got.size(), 1U);
}

TEST(History, WithALimitOfZeroMissesNothingAfterAReqThatWasNotAnswered) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 0}});
  p.store(30, t - 100);
  p.send_req();
  p.lose();
  p.publish({.number = 100, .at = t + 10});
  p.now += 20s;
  p.connect();
  EXPECT_EQ(p.got.size(), 1U);
}

TEST(History, NeverAsksForAnEmptyRangeOfDates) {
  history_player p(std::vector<filter>{{.kinds = {1}, .until = at(t - 1'000), .limit = 0}});
  p.connect();
  p.reconnect();
  EXPECT_FALSE(p.last().check());
}

TEST(History, IsNotMovedByALiveEventInTheAnswerToALimitOfZero) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 0}});
  p.send_req();
  p.now += 60s;
  p.receive(make_up({.number = 1, .at = t + 50}));
  p.receive_eose();
  EXPECT_EQ(p.position().floors[0], at(t));
}

// --- several filters ---

TEST(History, FollowsFiltersOfDifferentDepth) {
  history_player p(std::vector<filter>{{.kinds = {1}}, {.kinds = {7}}});
  p.relay.cap = 50;
  p.store(300, t, 1);
  p.store(60, t, 7, 1, 3'600);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.told, none);
}

TEST(History, IsNotMisledByEventsThatTwoFiltersWant) {
  // The second filter goes back a year, and its events match the first one as well.
  for (const bool twice : {false, true}) {
    history_player p(std::vector<filter>{{.kinds = {1}}, {.authors = {make_up({.author = 9}).pubkey()}}});
    p.relay.cap = 50;
    p.relay.sends_for_each_filter = twice;
    p.store(300, t, 1);
    p.store(49, t, 1, 9, 600'000);
    p.connect();
    EXPECT_EQ(p.missed(), 0U);
    EXPECT_EQ(p.told, none);
  }
}

TEST(History, DoesNotCountAnotherFiltersEventsForALimit) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 20}, {.kinds = {1, 7}, .limit = 40}});
  p.relay.cap = 10;
  p.relay.sends_for_each_filter = true;
  p.store(100, t, 1, 1, 10);
  p.store(100, t - 5, 7, 1, 10);
  p.connect();
  for (std::uint32_t i = 1; i <= 20; ++i) EXPECT_TRUE(p.got.contains(make_up({.number = i}).id())) << i;
}

class HistoryOfCappedReqs : public ::testing::TestWithParam<std::tuple<capping, std::uint32_t>> {};

TEST_P(HistoryOfCappedReqs, LetsNoFilterStarve) {
  const auto [how, cap] = GetParam();
  history_player p(std::vector<filter>{{.kinds = {1}}, {.kinds = {7}}, {.kinds = {9}}});
  p.relay.how = how;
  p.relay.cap = cap;
  p.store(60, t, 1);
  p.store(60, t - 1'000, 7);
  p.store(1, t - 9'000, 9);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.told, none);
  p.lose();
  p.store(60, t + 100, 1);
  p.store(60, t + 50, 7);
  p.store(60, t + 70, 9);
  p.now += 100s;
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.told, none);
}

INSTANTIATE_TEST_SUITE_P(Caps, HistoryOfCappedReqs,
                         testing::Combine(testing::Values(capping::each_filter, capping::whole_by_filter,
                                                          capping::whole_by_date),
                                          testing::Values(2U, 5U, 10U, 59U, 60U, 61U, 120U, 121U, 500U)));

TEST(History, AsksFewReqsOfManyQuietFilters) {
  std::vector<filter> filters;
  for (event_kind kind = 1; kind <= 10; ++kind) filters.push_back({.kinds = {kind}});
  history_player p(filters);
  for (event_kind kind = 1; kind <= 10; ++kind) p.store(5, t, kind);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.reqs.size(), 2U);
}

// --- seconds with many events ---

TEST(History, AsksForASecondAgainThatAPageBeganIn) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.relay.cap = 10;
  for (std::int64_t second = 0; second < 8; ++second) p.store(6, t - second, 1, 1, 0);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.told, none);
}

TEST(History, StepsOverASecondThatIsFullerThanTheCapAndTellsOfIt) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.relay.cap = 10;
  p.store(5, t);
  p.store(15, t - 10, 1, 1, 0);
  p.store(25, t - 20);
  p.connect();
  EXPECT_EQ(p.missed(), 5U);
  EXPECT_EQ(p.told, (std::vector<gap>{{at(t - 10), at(t - 10), gap_reason::relay_cap}}));
}

TEST(History, TellsOfAFullSecondAlsoIfThereIsNothingBeforeIt) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.relay.cap = 100;
  p.store(150, t, 1, 1, 0);
  p.connect();
  EXPECT_EQ(p.missed(), 50U);
  EXPECT_EQ(p.told, (std::vector<gap>{{at(t), at(t), gap_reason::relay_cap}}));
}

TEST(History, TellsOfAFullSecondOfASmallCapThatItHasSeen) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.relay.cap = 10;
  p.store(30, t);
  p.store(15, t - 100, 1, 1, 0);
  p.connect();
  EXPECT_EQ(p.missed(), 5U);
  EXPECT_EQ(p.told, (std::vector<gap>{{at(t - 100), at(t - 100), gap_reason::relay_cap}}));
}

TEST(History, TellsOfNoGapWhereASecondHasAFewEvents) {
  for (const std::uint32_t count : {1U, 2U, 50U, 99U}) {
    history_player p(std::vector<filter>{{.kinds = {1}}});
    p.store(count, t, 1, 1, 0);
    p.connect();
    EXPECT_EQ(p.missed(), 0U);
    EXPECT_EQ(p.told, none) << count;
    p.reconnect();
    EXPECT_EQ(p.told, none) << count;
  }
}

TEST(History, AsksForMoreThanAPageOfOneSecond) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.page = 10;
  p.store(95, t, 1, 1, 0);
  p.store(20, t - 50);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.told, none);
}

TEST(History, TakesAnEventThatWasPublishedMeanwhileForNoSignOfACap) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(1, t);
  p.send_req();
  p.receive_all();
  p.live = true;
  p.publish({.number = 100, .at = t - 30});
  ASSERT_TRUE(p.send_page());
  p.receive_all();
  p.publish({.number = 101, .at = t - 60});
  while (p.send_page()) p.receive_all();
  EXPECT_TRUE(p.under_test.gaps().empty());
}

}  // namespace
}  // namespace uvnostr::session
