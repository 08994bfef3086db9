// SPDX-License-Identifier: MIT
// Queries end in time, whatever relays and callbacks do.
#include <memory>
#include <optional>

#include "sessions/fetch_fixture.hpp"

namespace uvnostr {
namespace {

TEST_F(Fetch, EndsThoughARelayIsLostAgainAndAgain) {
  make();
  add_open();
  const subscription f = fetch();
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(done) << i;
    // It makes progress each time, and comes no further.
    world.last().text(event_frame(take_req(world.last()), note("newest")));
    world.last().drop();
    world.settle();
    if (i == 2) break;
    world.advance(5s);
    world.last().open();
    world.settle();
  }
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "1 unreachable");
  EXPECT_EQ(done->events, 1U);
}

TEST_F(Fetch, EndsThoughARelayIsLostBetweenPagesAndComesLate) {
  make();
  add_open(dialled_again_in_an_hour());
  const subscription f = fetch();
  const std::string id = take_req(world.last());
  for (int i = 0; i < 20; ++i)
    world.last().text(event_frame(id, note(std::to_string(i), std::chrono::seconds(1'699'990'000 - i))));
  world.last().text(plain_eose(id));
  world.last().drop();  // before its first page is asked for
  expect_end_after_ten_seconds("1 unreachable");
}

TEST_F(Fetch, EndsThoughARelayThatWasLostBeforeIsAwayForLong) {
  make();
  add_open(dialled_again_in_an_hour());
  world.last().drop();
  const subscription f = fetch();
  expect_end_after_ten_seconds("1 unreachable");
}

TEST_F(Fetch, EndsThoughARelayDoesNotRead) {
  make();
  add();
  world.last().block();
  world.last().open();
  const subscription f = fetch();
  expect_end_after_ten_seconds("1 timed_out");
}

TEST_F(Fetch, WaitsAsLongAsThereIsProgress) {
  make();
  add_open();
  const subscription f = fetch({.kinds = {1}}, {.idle_timeout = 2s});
  const std::string id = take_req(world.last());
  for (int i = 0; i < 20; ++i) {
    world.advance(1'500ms);
    world.last().text(event_frame(id, note(std::to_string(i))));
  }
  EXPECT_FALSE(done);
  world.advance(4s);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "1 timed_out");
  EXPECT_EQ(done->events, 20U);
}

TEST_F(Fetch, TimesOutOnceThoughAPageIsNotAnswered) {
  make();
  add_open();
  const subscription f = fetch();
  const std::string id = take_req(world.last());
  for (int i = 0; i < 20; ++i)
    world.last().text(event_frame(id, note(std::to_string(i), std::chrono::seconds(1'699'990'000 - i))));
  world.last().text(plain_eose(id));
  world.settle();
  take_req(world.last());
  world.advance(10s);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "1 timed_out [no_answer]");
}

TEST_F(Fetch, DoesNotTakeASlowProgramForASlowRelay) {
  make();
  add_open();
  subscription f = fetch({.kinds = {1}}, {.max_unacknowledged = 1});
  const std::string id = take_req(world.last());
  world.last().text(event_frame(id, note("a")));
  world.last().text(event_frame(id, note("b")));
  world.last().text(eose(id));
  world.advance(1h);
  EXPECT_EQ(take_said(), lines{"event a from 1"});
  EXPECT_FALSE(done);
  f.acknowledge(1);
  world.settle();
  EXPECT_EQ(take_said(), lines{"event b from 1"});
  EXPECT_FALSE(done);
  f.acknowledge(2);
  world.settle();
  EXPECT_EQ(done->relays, "1 complete");
}

TEST_F(Fetch, GivesWhatWaitsBeforeItEndsWithoutTheRelay) {
  make();
  add_open();
  subscription f = fetch();
  f.pause();
  const std::string id = take_req(world.last());
  world.last().text(event_frame(id, note("a")));
  world.last().drop();
  world.advance(1s);
  world.last().drop(errc::connection_refused);
  world.advance(1h);
  EXPECT_FALSE(done);
  f.resume();
  world.settle();
  EXPECT_EQ(take_said(), lines{"event a from 1"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "1 unreachable");
}

TEST_F(Fetch, IsClosedWithWhatItHasSoFar) {
  make();
  add_open("ws://a.test");
  add_open("ws://b.test");
  subscription f = fetch();
  world.connections[0]->text(eose(take_req(*world.connections[0])));
  world.settle();
  f.close();
  EXPECT_FALSE(done) << "not inside the call";
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->reason, close_reason::requested);
  EXPECT_EQ(done->relays, "1 complete, 2 unfinished");
  EXPECT_FALSE(done->is_complete);
}

TEST_F(Fetch, EndsWithItsPool) {
  make();
  add_open();
  fetch().detach();
  core->close();
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->reason, close_reason::pool_closed);
  world.last().drop({});
  world.settle();
}

TEST_F(Fetch, IsSilentOnceItsHandleIsDestroyed) {
  make();
  add_open();
  { const subscription f = fetch(); }
  world.settle();
  EXPECT_FALSE(done);
}

TEST_F(Fetch, MayBeDestroyedInItsCallbacks) {
  make();
  add_open();
  const filter wanted{.kinds = {1}};
  std::optional<subscription> f;
  int events = 0;
  fetch_callbacks all;
  all.on_event = [&](relay_id, const event_view&) {
    ++events;
    f.reset();
  };
  all.on_done = [&](const fetch_result&) { ADD_FAILURE() << "not silent"; };
  f = *core->fetch(std::span(&wanted, 1), std::move(all), {});
  world.settle();
  const std::string id = take_req(world.last());
  world.last().text(event_frame(id, note("a")));
  world.last().text(event_frame(id, note("b")));
  world.last().text(eose(id));
  world.settle();
  EXPECT_EQ(events, 1);
}

TEST_F(Fetch, MayEndThePoolInOnDone) {
  make();
  add_open();
  const filter wanted{.kinds = {1}};
  int dones = 0;
  fetch_callbacks all;
  all.on_done = [&](const fetch_result& told) {
    ++dones;
    core->destroy();
    core.reset();
    EXPECT_EQ(told.complete, 1U);
  };
  const subscription f = *core->fetch(std::span(&wanted, 1), std::move(all), {});
  world.settle();
  world.last().text(eose(take_req(world.last())));
  world.settle();
  EXPECT_EQ(dones, 1);
}

TEST_F(Fetch, MayFetchAgainInOnDone) {
  make();
  add_open();
  const filter wanted{.kinds = {1}};
  subscription second;
  fetch_callbacks all;
  all.on_done = [&](const fetch_result&) { second = *core->fetch(std::span(&wanted, 1), calls(), {}); };
  const subscription first = *core->fetch(std::span(&wanted, 1), std::move(all), {});
  world.settle();
  world.last().text(eose(take_req(world.last())));
  world.settle();
  world.last().text(eose(take_req(world.last())));
  world.settle();
  EXPECT_EQ(done->relays, "1 complete");
}

}  // namespace
}  // namespace uvnostr
