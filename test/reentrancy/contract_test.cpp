// SPDX-License-Identifier: MIT
// The lines of the contract that the story does not show: R1, R6, R7, R8, R9.
#include <memory>

#include <gtest/gtest.h>

#include <uvnostr/testing/events.hpp>

#include "loopback/loop_fixture.hpp"
#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class Contract : public CoreTest {
 protected:
  /// The frames that answer everything that was asked: this event, then EOSE.
  void answer(const event& e) {
    for (const std::string& id : asked(world.last())) {
      world.last().text(event_frame(id, e));
      world.last().text(eose(id));
    }
    world.settle();
  }
};

TEST_F(Contract, R1AnErrorKnownAtOnceIsNotReportedAgain) {
  make();
  add_open();
  filter bad{.since = unix_seconds(2s), .until = unix_seconds(1s)};
  EXPECT_EQ(core->subscribe(std::span(&bad, 1), noting(), {}).error(), errc::filter_time_range);
  EXPECT_EQ(core->subscribe({}, noting(), {}).error(), errc::filter_count);
  EXPECT_EQ(core->publish(note("x"), receipts(), {}, {relay_id{99}}), errc::unknown_relay);
  EXPECT_EQ(core->add_relay("http://relay.test").error(), errc::url_scheme);
  world.advance(2min);
  EXPECT_EQ(take_said(), lines{});
}

TEST_F(Contract, R1NothingIsCalledBeforeTheLoopTurns) {
  make();
  add_open();
  subscription s = subscribe();
  ASSERT_FALSE(core->publish(note("x"), receipts(), {}));
  s.close();
  core->close();
  EXPECT_EQ(take_said(), lines{});
  EXPECT_EQ(states.back().state, relay_state::connected);
}

TEST_F(Contract, R6ASubscriptionMadeInADeliveryDoesNotGetThatEvent) {
  make();
  add_open();
  const filter notes{.kinds = {1}};
  subscription late;
  subscription_callbacks calls;
  calls.on_event = [&](relay_id, const event_view&) {
    say("early event");
    late = *core->subscribe(std::span(&notes, 1), noting("late"), {});
  };
  const subscription early = *core->subscribe(std::span(&notes, 1), std::move(calls), {});
  world.settle();
  const event e = note("x");
  world.last().text(event_frame(asked(world.last()).at(0), e));
  world.settle();
  EXPECT_EQ(take_said(), lines{"early event"});
  answer(e);  // its own REQ brings it
  EXPECT_EQ(take_said(), (lines{"late event x from 1", "late eose from 1", "late all eose"}));
}

TEST_F(Contract, R6ASubscriptionRemovedBeforeItsTurnDoesNotGetTheEvent) {
  make(verification::threads);
  add_open();
  world.hold_workers();
  subscription second;
  subscription_callbacks calls = noting("first");
  calls.on_event = [&](relay_id, const event_view&) {
    second = subscription();
    say("first event");
  };
  const filter notes{.kinds = {1}};
  const subscription first = *core->subscribe(std::span(&notes, 1), std::move(calls), {});
  second = subscribe({.kinds = {1}}, {}, "second");
  const event e = note("x");
  for (const std::string& id : asked(world.last())) world.last().text(event_frame(id, e));
  world.settle();
  world.release_workers();  // both wait in one batch
  world.settle();
  EXPECT_EQ(take_said(), lines{"first event"});
  EXPECT_EQ(counts(relay_id{1}).unknown_subscription, 1U);
}

TEST_F(Contract, R7IsKeptWhenWorkersFinishTheOtherWayRound) {
  make(verification::threads, 5000);
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last()).at(0);
  world.hold_workers();
  lines expected;
  for (int i = 0; i < 1300; ++i) {
    world.last().text(event_frame(id, note(std::to_string(i))));
    expected.push_back("event " + std::to_string(i) + " from 1");
  }
  world.last().text(eose(id));
  expected.insert(expected.end(), {"eose from 1", "all eose"});
  world.settle();
  ASSERT_EQ(world.work_waiting(), 3U) << "three at a time";
  while (world.work_waiting() != 0) {
    world.finish_newest_work();
    world.settle();
  }
  for (const std::string& page : asked(world.last())) world.last().text(eose(page));
  world.settle();
  ASSERT_EQ(said.size(), expected.size()) << said.back();
  EXPECT_EQ(take_said(), expected);
}

TEST_F(Contract, R8ARelayThatHangsUpBeforeItCanBeAskedIsNotWaitedFor) {
  make();
  add();
  const subscription s = subscribe();
  ASSERT_FALSE(core->publish(note("x"), receipts(), {}));
  for (int i = 0; i < 7; ++i) {  // over a minute, with the delays between
    while (!world.last().alive()) world.advance(1s);
    world.last().open();
    world.last().drop();
    world.settle();
  }
  EXPECT_EQ(
      take_said(),
      (lines{"all eose", "not sent by 1 (" + std::to_string(static_cast<int>(errc::send_timeout)) + ")", "done 0/1"}));
}

TEST_F(Contract, R8ARelayThatHangsUpBeforeAuthIsDoneIsNotWaitedFor) {
  make();
  relay_options options = plain_relay();
  options.auth_users = {key};
  add(std::move(options));
  const subscription s = subscribe();
  for (int i = 0; i < 3; ++i) {
    while (!world.last().alive()) world.advance(1s);
    world.last().open();
    world.settle();
    for (const std::string& id : asked(world.last())) {
      world.last().text(R"(["CLOSED",")" + id + R"(","auth-required: who are you?"])");
    }
    world.last().drop();
    world.settle();
  }
  EXPECT_EQ(take_said(), lines{"all eose"});
}

TEST_F(Contract, R9InputsMayDieAfterTheCall) {
  auto pool_with = std::make_unique<pool_options>();
  pool_with->relays = {"ws://a-name-that-needs-its-own-memory.test"};
  make(*pool_with);
  pool_with.reset();
  auto filters = std::make_unique<std::vector<filter>>(1);
  filters->front().tags = {{'t', {"a value that needs its own memory as well"}}};
  auto asked_relays = std::make_unique<std::vector<relay_id>>(core->relays());
  const subscription s = *core->subscribe(*filters, noting(), {}, *asked_relays);
  filters->front().tags[0].values[0] = "something else";
  filters.reset();
  asked_relays.reset();
  auto mine = std::make_unique<event>(note("its content needs memory of its own, too"));
  const std::string json(mine->json());
  ASSERT_FALSE(core->publish(*mine, receipts(), {}));
  mine.reset();
  world.settle();
  ASSERT_EQ(world.last().url, "ws://a-name-that-needs-its-own-memory.test");
  world.last().open();
  world.settle();
  const lines sent = world.last().take_sent();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_NE(sent[0].find(R"("#t":["a value that needs its own memory as well"])"), std::string::npos) << sent[0];
  EXPECT_EQ(sent[1], R"(["EVENT",)" + json + "]");
}

TEST_F(Contract, R9ACopyOutlivesTheCallback) {
  make();
  add_open();
  std::optional<event> kept;
  subscription_callbacks calls;
  calls.on_event = [&](relay_id, const event_view& e) { kept = e.copy(); };
  const filter notes{.kinds = {1}};
  const subscription s = *core->subscribe(std::span(&notes, 1), std::move(calls), {});
  world.settle();
  answer(note("kept"));
  core->destroy();
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->content(), "kept");
}

class ContractOnALoop : public LoopTest {};

TEST_F(ContractOnALoop, R7ManyEventsKeepTheirOrderAndEoseIsBehindThem) {
  test_relay r = start();
  lines expected;
  for (int i = 300; i > 0; --i) {  // relays give the newest first
    r.add(make_event(std::to_string(i), test_time + std::chrono::seconds(i)));
    expected.push_back(std::to_string(i));
  }
  pool p = make_pool(quick({r.url()}));
  subscription_callbacks calls = noting();
  calls.on_eose = [this](relay_id, eose_hint) { say("eose"); };
  const subscription s = *p.subscribe(notes, std::move(calls));
  expected.insert(expected.end(), {"eose", "all eose"});
  ASSERT_TRUE(until_said(expected.size()));
  EXPECT_EQ(take_said(), expected);
  close(p);
}

TEST_F(ContractOnALoop, R11APoolKeepsTheLoopAsLongAsItHasARelay) {
  pool p = make_pool(quick());
  EXPECT_TRUE(testing::run_until_idle(&loop));
  const result<relay_id> unreachable = p.add_relay("ws://127.0.0.1:9");
  ASSERT_TRUE(unreachable);
  ASSERT_TRUE(until([this] { return count(relay_state::waiting) >= 2; }));
  EXPECT_NE(uv_loop_alive(&loop), 0);
  ASSERT_FALSE(p.remove_relay(*unreachable));
  EXPECT_TRUE(testing::run_until_idle(&loop));
  EXPECT_FALSE(closed);
  p.close();
  EXPECT_TRUE(testing::run_until_idle(&loop));
  EXPECT_TRUE(closed);
}

TEST_F(ContractOnALoop, R11OneThatMayEndWithTheProgramDoesNotKeepTheLoop) {
  test_relay r = start({.keep_loop_alive = false});
  pool_options options = quick({r.url()});
  options.keep_loop_alive = false;
  const pool p = make_pool(std::move(options));
  EXPECT_TRUE(testing::run_until_idle(&loop));
  EXPECT_EQ(p.relays().size(), 1U);
}

}  // namespace
}  // namespace uvnostr
