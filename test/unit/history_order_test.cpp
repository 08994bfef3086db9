// SPDX-License-Identifier: MIT
// Filters that cannot be followed by dates, relays that send in no order, and cursors.
#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "session/asked_stretch.hpp"
#include "unit/history_player.hpp"

namespace uvnostr::session {
namespace {

// --- filters that cannot be followed by dates ---

TEST(HistoryOrder, AsksForIdsWhateverTheirDate) {
  const event wanted = make_up({.number = 77, .at = t - 86'400 * 365});
  history_player p(std::vector<filter>{{.ids = {wanted.id(), make_up({.number = 78}).id()}}});
  p.publish({.number = 78, .at = t});
  p.connect();
  p.lose();
  p.relay.add(wanted);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistoryOrder, AsksNoPageOnceAllIdsHaveCome) {
  history_player p(std::vector<filter>{{.ids = {make_up({.number = 1}).id(), make_up({.number = 2}).id()}}});
  p.store(2, t);
  p.connect();
  EXPECT_EQ(p.reqs.size(), 1U);
  EXPECT_TRUE(p.under_test.is_caught_up());
}

TEST(HistoryOrder, AsksNoPagesOfASearch) {
  history_player p(std::vector<filter>{{.kinds = {1}, .search = "uvnostr"}});
  p.page = 10;
  p.store(9, t);
  p.connect();
  EXPECT_EQ(p.reqs.size(), 1U);
  EXPECT_EQ(p.told, none);
}

// --- relays that do not keep the order ---

TEST(HistoryOrder, IsNotMisledByALiveEventOfAnOldDateInTheAnswer) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.page = 20;
  p.store(60, t);
  p.send_req();
  for (int i = 0; i < 10; ++i) p.receive_one();
  p.receive(make_up({.number = 1'000, .at = t - 50'000}));
  p.receive_all();
  while (p.send_page()) p.receive_all();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistoryOrder, EndsAtARelayThatSendsInNoOrder) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  std::vector<event> sent;
  for (const std::int64_t i : {5, 3, 9, 1, 7, 7, 2, 8}) sent.push_back(make_up({.number = ++p.numbers, .at = t - i}));
  for (int round = 0; round < 2; ++round) {
    p.under_test.begin(p.now, 500);
    for (int pages = 0; !p.under_test.is_caught_up(); ++pages) {
      ASSERT_LT(pages, 30);
      if (pages != 0 && p.under_test.next_page(500).empty()) break;
      for (const event& e : sent) p.under_test.note_stored(e.id(), e.created_at());
      p.under_test.answered(eose_hint::none, p.now);
    }
    p.under_test.interrupted(p.now);
  }
}

TEST(HistoryOrder, KeepsTheOldestOfALongAnswerInEveryOrder) {
  std::vector<event_stamp> oldest_first;
  for (int i = 0; i < 4'000; ++i) {
    const int second = i < 300 ? 0 : i / 3;  // three events a second, but the first three hundred
    oldest_first.push_back(
        {unix_seconds(std::chrono::seconds(1'000 + second)), make_up({.number = static_cast<std::uint32_t>(i)}).id()});
  }
  std::vector<event_stamp> newest_first(oldest_first.rbegin(), oldest_first.rend());
  std::vector<event_stamp> nearly = newest_first;
  std::swap(nearly[700], nearly[1'900]);
  std::vector<event_stamp> shuffled = oldest_first;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(14));
  std::sort(oldest_first.begin(), oldest_first.end());
  for (const auto* const order : {&oldest_first, &newest_first, &nearly, &shuffled}) {
    asked_stretch answer;
    for (const event_stamp& each : *order) EXPECT_TRUE(answer.note(each.id, each.at));
    EXPECT_EQ(answer.oldest(), oldest_first.front().at);
    EXPECT_LT(answer.lowest.size(), 1'100U);
    answer.settle();
    ASSERT_GE(answer.lowest.size(), 512U);
    EXPECT_TRUE(std::equal(answer.lowest.begin(), answer.lowest.end(), oldest_first.begin()));
    EXPECT_NE(answer.lowest.back().at, oldest_first[answer.lowest.size()].at) << "a second is cut";
    EXPECT_EQ(answer.came, 4'000U);
    EXPECT_EQ(answer.news, 4'000U);
  }
}

TEST(HistoryOrder, CountsAnEventThatIsSentTwiceOnce) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 20}});
  p.relay.cap = 10;
  p.store(30, t);
  p.send_req();
  for (bool more = true; more; more = p.send_page()) {
    while (p.unread() != 0) {
      p.receive_one();
      p.receive(p.last_received());
    }
    p.receive_eose();
  }
  EXPECT_EQ(p.got.size(), 20U);
}

TEST(HistoryOrder, IgnoresWhatItDidNotAskFor) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(30, t);
  p.page = 10;
  p.send_req();
  p.receive_all();
  ASSERT_TRUE(p.send_page());
  p.receive(make_up({.number = 1'000, .at = t}));
  EXPECT_EQ(p.under_test.next_until(), at(t - 8)) << "the second oldest of ten: pages overlap";
  p.receive_all();
  while (p.send_page()) p.receive_all();
  EXPECT_EQ(p.missed(), 0U);
}

// --- cursors ---

TEST(HistoryOrder, IsNotMisledByALateEventAtTheEndOfAnAnswer) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(60, t);
  p.page = 20;
  p.send_req();
  while (p.unread() != 0) p.receive_one();
  const event late = make_up({.number = 1'000, .at = t - 5'000});
  p.relay.add(late);
  p.receive(late);
  p.receive_eose();
  while (p.send_page()) p.receive_all();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.told, std::vector<gap>());
}

TEST(HistoryOrder, KnowsWhatCameInTheAnswerBefore) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(40, t);
  p.page = 20;
  p.send_req();
  p.receive_all();
  ASSERT_TRUE(p.send_page());
  const event again = make_up({.number = p.numbers - 39 + 18, .at = t - 18});
  EXPECT_FALSE(p.under_test.note_stored(again.id(), again.created_at())) << "whatever was forgotten meanwhile";
  const event news = make_up({.number = p.numbers - 39 + 20, .at = t - 20});
  EXPECT_TRUE(p.under_test.note_stored(news.id(), news.created_at()));
}

TEST(HistoryOrder, TakesAnyNumberOfEventsOfOneSecond) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.send_req();
  event_id id{};
  for (std::uint32_t i = 0; i < 300'000; ++i) {
    for (std::size_t byte = 0; byte < 4; ++byte) id.bytes[byte] = static_cast<std::uint8_t>(i >> (8 * byte));
    p.under_test.note_stored(id, at(t));
  }
  p.receive_eose();
  EXPECT_TRUE(p.send_page()) << "it goes on asking, and took no long time over each event";
}

TEST(HistoryOrder, GoesOnFromACursor) {
  history_player before(std::vector<filter>{{.kinds = {1}, .limit = 50}});
  before.relay.cap = 10;
  before.store(100, t);
  before.send_req();
  before.receive_all();
  ASSERT_TRUE(before.send_page());
  before.receive_one();
  EXPECT_EQ(before.position().missing, (std::vector<missing_stretch>{{.until = at(t - 9), .left = 41}}));

  history_player after(std::vector<filter>{{.kinds = {1}, .limit = 50}});
  after.relay = before.relay;
  after.got = before.got;
  after.numbers = before.numbers;
  after.under_test.restore(before.position());
  after.store(20, t + 100);
  after.now += 100s;
  after.connect();
  EXPECT_EQ(after.got.size(), 70U);
  EXPECT_EQ(after.position().missing, std::vector<missing_stretch>());
}

TEST(HistoryOrder, TellsOfEphemeralEventsDuringARestart) {
  history_player p(std::vector<filter>{{.kinds = {20'001}}});
  p.under_test.restore({.answered = true, .reached = at(t - 500)});
  p.connect();
  EXPECT_EQ(p.told, (std::vector<gap>{{at(t - 500), at(t), gap_reason::ephemeral}}));
}

TEST(HistoryOrder, JoinsWhatIsMissingAfterManyInterruptions) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.page = 10;
  p.store(200, t);
  for (int i = 0; i < 100; ++i) {
    p.send_req();
    p.receive_all();
    if (p.send_page()) p.receive_one();
    p.lose();
    p.now += 1s;
    p.publish({.number = ++p.numbers + 10'000, .at = t + i});
  }
  EXPECT_LE(p.position().missing.size(), 2U);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
}

}  // namespace
}  // namespace uvnostr::session
