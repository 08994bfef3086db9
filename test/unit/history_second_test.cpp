// SPDX-License-Identifier: MIT
// Seconds of which a relay may have more events than it gave, and what proves that it has not.
#include <gtest/gtest.h>

#include "unit/history_player.hpp"

namespace uvnostr::session {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t t = 1'700'000'000;
unix_seconds at(std::int64_t seconds) { return unix_seconds(std::chrono::seconds(seconds)); }
const std::vector<gap> none;
constexpr std::int64_t second = 10'000;

/// Three events, a second with six, and older ones, at a relay whose cap of five never shows twice. The first REQ is
/// answered.
void begin_with_full_second(history_player& p) {
  p.relay.cap = 5;
  p.store(3, t);
  p.store(6, t - second, 1, 1, 0);
  p.store(20, t - 2 * second, 1, 1, 100);
  p.send_req();
  p.receive_all();
}

/// Lets the relay answer until a page asks for nothing as new as this.
bool go_on_below(history_player& p, std::int64_t newest) {
  while (p.send_page()) {
    if (*p.last().until < at(newest)) return true;
    p.receive_all();
  }
  return false;
}

/// Lets the relay answer until a page asks whether there is anything older than the second, and leaves that unanswered.
/// The page is one that could not be sent at first.
bool go_on_to_probe(history_player& p) {
  if (!go_on_below(p, t - second)) return false;
  p.under_test.interrupted_page();
  while (p.send_page()) {
    if (p.last().limit == 1U) return true;
    p.receive_all();
  }
  return false;
}

// It was the only news of a small page, which would seem to have been the last.
TEST(HistorySecond, OfAnEventThatWasLostOnOurSideDoesNotEndThePages) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.page = 5;
  p.store(25, t, 1, 1, 10);
  p.send_req();
  p.receive_all();
  p.page = 1;
  ASSERT_TRUE(p.send_page());
  ASSERT_EQ(p.unread(), 2U);
  p.receive_one();
  p.lose_one();
  p.receive_eose();
  while (p.send_page()) p.receive_all();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistorySecond, IsDoubtedThoughTheProofIsInterrupted) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  begin_with_full_second(p);
  ASSERT_TRUE(go_on_below(p, t - second));
  p.under_test.interrupted_page();
  while (p.send_page()) p.receive_all();
  EXPECT_EQ(p.missed(), 1U);
  const auto gaps = p.under_test.gaps();
  EXPECT_EQ(std::vector<gap>(gaps.begin(), gaps.end()),
            (std::vector<gap>{{at(t - second), at(t - second), gap_reason::relay_cap}}));
}

TEST(HistorySecond, IsDoubtedThoughTheProofIsInterruptedTwice) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  begin_with_full_second(p);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(go_on_below(p, t - second));
    p.under_test.interrupted_page();
  }
  while (p.send_page()) p.receive_all();
  EXPECT_EQ(p.under_test.gaps().size(), 1U);
}

TEST(HistorySecond, AProofThatCouldNotBeSentIsNotBegunAnew) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  begin_with_full_second(p);
  ASSERT_TRUE(go_on_to_probe(p));
  p.under_test.interrupted_page();
  ASSERT_TRUE(p.send_page());
  EXPECT_EQ(p.last().limit, 1U) << "the second was asked for before";
}

TEST(HistorySecond, IsDoubtedAfterARestart) {
  history_player before(std::vector<filter>{{.kinds = {1}}});
  begin_with_full_second(before);
  ASSERT_TRUE(go_on_below(before, t - second));

  history_player after(std::vector<filter>{{.kinds = {1}}});
  after.relay = before.relay;
  after.got = before.got;
  after.under_test.restore(before.position());
  after.connect();
  EXPECT_EQ(after.missed(), 1U);
  EXPECT_EQ(after.told, (std::vector<gap>{{at(t - second), at(t - second), gap_reason::relay_cap}}));
}

TEST(HistorySecond, IsTrustedWhereThereWasRoomForMore) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(3, t);
  p.store(4, t - 100, 1, 1, 0);
  p.store(20, t - 1'000, 1, 1, 100);
  p.send_req();
  p.receive_all();
  while (p.send_page()) {
    p.under_test.interrupted_page();
    if (p.send_page()) p.receive_all();
  }
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_TRUE(p.under_test.gaps().empty());
}

TEST(HistorySecond, IsAskedForAloneWhereAnotherFilterUsedTheRoom) {
  history_player p(std::vector<filter>{{.kinds = {7}}, {.kinds = {1}}});
  p.relay.cap = 5;
  p.relay.how = relay_model::capping::whole_by_filter;
  p.store(2, t, 7, 1, 0);
  p.store(12, t - 10, 1, 1, 10);
  p.store(4, t - 5'000, 1, 1, 0);
  p.connect();
  EXPECT_EQ(p.missed(), 0U);
  EXPECT_EQ(p.told, none);
}

TEST(HistorySecond, AnEmptyAnswerIsOneForAllThatItCovers) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.under_test.restore({.answered = true,
                        .reached = at(t),
                        .missing = {{.until = at(t - 100), .left = 3}, {.since = at(t - 300), .until = at(t - 200)}}});
  p.connect();
  EXPECT_EQ(p.reqs.size(), 2U);
}

TEST(HistorySecond, AnAnswerIsOneForAllDatesThatItGoesBeyond) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(5, t, 1, 1, 100);
  p.under_test.restore(
      {.answered = true,
       .reached = at(t),
       .missing = {{.since = at(t - 250), .until = at(t - 150)}, {.since = at(t - 390), .until = at(t - 310)}}});
  p.connect();
  for (const auto& req : p.reqs) {
    EXPECT_TRUE(!req.front().until || *req.front().until > at(t - 150) || req.front().since < at(t - 350));
  }
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistorySecond, NeedsNoProofOnceAnAnswerGoesBeyondIt) {
  history_player p(std::vector<filter>{{.kinds = {1}}}, std::chrono::seconds(3 * second));
  begin_with_full_second(p);
  ASSERT_TRUE(go_on_to_probe(p));
  p.lose();
  p.relay.cap = relay_model::unlimited;
  p.send_req();
  p.receive_all();
  while (p.send_page()) {
    EXPECT_NE(p.last().limit, 1U) << "older events had come with the second";
    p.receive_all();
  }
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistorySecond, AFullPageOfWhatWasPublishedMeanwhileProvesNothing) {
  const std::vector<filter> filters{{.kinds = {1}}};
  history h(filters, 600s);
  h.begin(at(t), 1);
  for (std::uint32_t i = 0; i < 5; ++i) h.note_stored(make_up({.number = i}).id(), at(t - i));
  h.answered(eose_hint::none, at(t));
  ASSERT_EQ(h.next_page(1).front().limit, 2U);
  h.note_live(make_up({.number = 10}).id(), at(t - 50), at(t));
  h.note_stored(make_up({.number = 4}).id(), at(t - 4));
  h.note_stored(make_up({.number = 10}).id(), at(t - 50));
  h.answered(eose_hint::none, at(t));
  const std::vector<filter> next = h.next_page(1);
  ASSERT_EQ(next.size(), 1U) << "there was no room for what is older";
  EXPECT_LE(next.front().until, at(t - 4));
}

TEST(HistorySecond, AGapThatWasNotToldYetIsToldLater) {
  history_player p(std::vector<filter>{{.kinds = {1}}});
  p.store(3, t);
  p.send_req();
  p.receive_all();
  p.under_test.note_doubtful(at(t - 5'000));
  history_player after(std::vector<filter>{{.kinds = {1}}});
  after.under_test.restore(p.position());
  after.connect();
  EXPECT_EQ(after.told, (std::vector<gap>{{at(t - 5'000), at(t - 5'000), gap_reason::memory}}));
  EXPECT_TRUE(after.position().untold.empty());
}

TEST(HistorySecond, AnOldEventPublishedMeanwhileDoesNotStandForWhatIsNewer) {
  history_player p(std::vector<filter>{{.kinds = {1}, .limit = 5}});
  p.relay.cap = 4;
  p.store(4, t);
  p.store(3, t - 350);
  p.under_test.restore({.missing = {{.since = at(t - 400), .until = at(t - 300)}}});
  p.send_req();
  while (p.unread() != 0) p.receive_one();
  p.receive(make_up({.number = 900, .at = t - 595}));  // sent as a live one, before EOSE
  p.receive_eose();
  while (p.send_page()) p.receive_all();
  EXPECT_EQ(p.missed(), 0U);
}

TEST(HistorySecond, NoGapIsToldOfDatesThatAreNotWanted) {
  history_player p(std::vector<filter>{{.kinds = {1059}, .until = at(t - 1'000'000)}, {.kinds = {7}}});
  p.store(1, t, 7);
  p.connect();
  p.reconnect();
  p.lose();
  p.send_req();
  p.receive_all();
  ASSERT_TRUE(p.send_page());
  p.under_test.give_up_page(gap_reason::no_answer);
  for (const gap& each : p.under_test.gaps()) {
    EXPECT_GE(each.to, at(t - 600)) << "the first filter wants nothing from after the last event";
  }
  EXPECT_EQ(p.under_test.gaps().size(), 1U);
}

}  // namespace
}  // namespace uvnostr::session
