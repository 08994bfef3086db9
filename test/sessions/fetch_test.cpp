// SPDX-License-Identifier: MIT
// Queries: which relays they ask, and what they collect. How they end is in fetch_end_test.cpp.
#include "sessions/fetch_fixture.hpp"

namespace uvnostr {
namespace {

TEST_F(Fetch, GivesWhatARelayHasAndEnds) {
  make();
  add_open();
  const subscription f = fetch();
  const std::string id = take_req(world.last());
  world.last().text(event_frame(id, note("a")));
  world.last().text(eose(id));
  world.settle();
  EXPECT_EQ(take_said(), lines{"event a from 1"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->reason, close_reason::all_eose);
  EXPECT_EQ(done->events, 1U);
  EXPECT_EQ(done->relays, "1 complete");
  EXPECT_TRUE(done->is_complete);
  EXPECT_FALSE(f.is_open());
}

TEST_F(Fetch, TakesNoLiveEvents) {
  make();
  const relay_id a = add_open("ws://a.test");
  add_open("ws://b.test");
  const subscription f = fetch();
  const std::string id = take_req(*world.connections[0]);
  world.connections[0]->text(eose(id));
  world.settle();
  EXPECT_EQ(world.connections[0]->take_sent(), lines{R"(["CLOSE",")" + id + "\"]"});
  world.connections[0]->text(event_frame(id, note("live")));
  EXPECT_EQ(counts(a).unknown_subscription, 1U);
  EXPECT_FALSE(done);
  world.connections[1]->text(eose(take_req(*world.connections[1])));
  world.settle();
  EXPECT_TRUE(take_said().empty());
  EXPECT_EQ(done->relays, "1 complete, 2 complete");
}

TEST_F(Fetch, GoesThroughTheCapsOfRelaysPageByPage) {
  make();
  add_open();
  std::vector<event> stored;
  for (int i = 0; i < 25; ++i) stored.push_back(note(std::to_string(i), std::chrono::seconds(1'699'990'000 - i)));
  const subscription f = fetch();
  answer_all(world.last(), stored, 10);
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->events, 25U);
  EXPECT_EQ(done->relays, "1 complete");
}

TEST_F(Fetch, ReportsWhatACapHides) {
  make();
  add_open();
  std::vector<event> stored;
  for (int i = 0; i < 150; ++i) stored.push_back(note(std::to_string(i), 1'699'990'000s));
  const subscription f = fetch();
  answer_all(world.last(), stored, 120);
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->events, 120U);
  EXPECT_EQ(done->relays, "1 capped [relay_cap]");
  EXPECT_FALSE(done->is_complete);
  EXPECT_TRUE(done->is_answered);
}

TEST_F(Fetch, StopsAtTheLimitOfItsFilter) {
  make();
  add_open();
  std::vector<event> stored;
  for (int i = 0; i < 25; ++i) stored.push_back(note(std::to_string(i), std::chrono::seconds(1'699'990'000 - i)));
  const subscription f = fetch({.kinds = {1}, .limit = 12});
  answer_all(world.last(), stored, 10);
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->events, 12U);
}

TEST_F(Fetch, TellsHowEachRelayEnded) {
  make();
  add_open("ws://answers.test");
  add_open("ws://refuses.test");
  add_open("ws://silent.test");
  add("ws://down.test");
  const subscription f = fetch();
  world.connections[0]->text(eose(take_req(*world.connections[0])));
  world.connections[1]->text(closed_frame(take_req(*world.connections[1]), "blocked: not you"));
  world.connections[3]->drop(errc::connection_refused);
  expect_end_after_ten_seconds("1 complete, 2 refused (blocked: not you), 3 timed_out, 4 unreachable");
}

TEST_F(Fetch, EndsAtOnceInAPoolWithoutRelays) {
  make();
  const subscription f = fetch();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "");
  EXPECT_EQ(done->reason, close_reason::all_eose);
  EXPECT_FALSE(done->is_complete);
  EXPECT_FALSE(done->is_answered);
}

TEST_F(Fetch, AsksARelayThatIsAddedInTheSameTurn) {
  make();
  const filter wanted{.kinds = {1}};
  const subscription f = *core->fetch(std::span(&wanted, 1), calls(), {});
  add_open();
  EXPECT_FALSE(done);
  world.last().text(eose(take_req(world.last())));
  world.settle();
  EXPECT_EQ(done->relays, "1 complete");
}

TEST_F(Fetch, AsksRelaysThatAreAddedWhileItRuns) {
  make();
  add_open("ws://a.test");
  const subscription f = fetch();
  add_open("ws://b.test");
  world.connections[0]->text(eose(take_req(*world.connections[0])));
  world.settle();
  EXPECT_FALSE(done);
  world.connections[1]->text(eose(take_req(*world.connections[1])));
  world.settle();
  EXPECT_EQ(done->relays, "1 complete, 2 complete");
}

TEST_F(Fetch, DoesNotWaitForRelaysThatAreRemoved) {
  make();
  const relay_id a = add_open("ws://a.test");
  const relay_id b = add_open("ws://b.test");
  const subscription f = fetch();
  world.connections[0]->text(eose(take_req(*world.connections[0])));
  world.settle();
  EXPECT_FALSE(core->remove_relay(a));
  EXPECT_FALSE(core->remove_relay(b));
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "1 complete, 2 unreachable");
}

TEST_F(Fetch, ChecksWhatItIsGiven) {
  make();
  const filter wanted{.kinds = {1}};
  EXPECT_EQ(core->fetch({}, {}, {}).error(), errc::filter_count);
  EXPECT_EQ(core->fetch(std::span(&wanted, 1), {}, {.idle_timeout = 0ms}).error().message(),
            "fetch_options::idle_timeout is 0 ms; it must be from 1 ms to 365 days.");
  EXPECT_EQ(core->fetch(std::span(&wanted, 1), {}, {}, {relay_id{9}}).error(), errc::unknown_relay);
  core->close();
  EXPECT_EQ(core->fetch(std::span(&wanted, 1), {}, {}).error(), errc::closed);
}

}  // namespace
}  // namespace uvnostr
