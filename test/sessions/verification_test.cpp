// SPDX-License-Identifier: MIT
#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class Verification : public CoreTest {
 protected:
  static std::string replaced(std::string text, std::string_view what, std::string_view with) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos);
    return text.replace(at, what.size(), with);
  }
  /// The same event with one digit of its signature changed.
  static std::string with_wrong_signature(const std::string& frame) {
    std::string changed = frame;
    const auto at = changed.find(R"("sig":")") + 10;
    changed[at] = changed[at] == '0' ? '1' : '0';
    return changed;
  }
};

TEST_F(Verification, DeliversWhatIsGenuine) {
  make(verification::threads);
  add_open();
  const subscription s = subscribe();
  world.last().text(event_frame(asked(world.last())[0], note("genuine")));
  EXPECT_TRUE(take_said().empty());  // the event is on a worker
  world.settle();
  EXPECT_EQ(take_said(), lines{"event genuine from 1"});
  EXPECT_EQ(core->stats().verified, 1U);
}

TEST_F(Verification, DropsForgeriesAndCountsThem) {
  make(verification::threads);
  const relay_id r = add_open();
  const subscription s = subscribe();
  const std::string frame = event_frame(asked(world.last())[0], note("genuine"));
  world.last().text(with_wrong_signature(frame));
  world.last().text(replaced(frame, "genuine", "GENUINE"));
  world.settle();
  EXPECT_TRUE(take_said().empty());
  EXPECT_EQ(counts(r).wrong_signature, 1U);
  EXPECT_EQ(counts(r).wrong_id, 1U);
  EXPECT_EQ(counts(r).unverified, 0U);
}

TEST_F(Verification, AForgeryNeverSuppressesTheRealEvent) {
  make(verification::threads);
  add_open("ws://liar.test");
  add_open("ws://honest.test");
  const subscription s = subscribe();
  const std::string at_liar = asked(*world.connections[0])[0];
  const std::string at_honest = asked(*world.connections[1])[0];
  for (int i = 0; i < 20; ++i) {
    const event real = note("real " + std::to_string(i));
    world.connections[0]->text(with_wrong_signature(event_frame(at_liar, real)));
    world.connections[0]->text(replaced(event_frame(at_liar, real), "real", "fake"));
    world.connections[1]->text(event_frame(at_honest, real));
    if (i % 3 == 0) world.settle();
  }
  world.settle();
  const lines delivered = take_said();
  ASSERT_EQ(delivered.size(), 20U);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(delivered[static_cast<std::size_t>(i)], "event real " + std::to_string(i) + " from 2");
}

TEST_F(Verification, ASecondCopyOfAForgeryIsNoBetter) {
  make(verification::threads);
  add_open("ws://a.test");
  add_open("ws://b.test");
  const subscription s = subscribe();
  const event real = note("real");
  for (int round = 0; round < 3; ++round) {
    for (const auto& c : world.connections) {
      const std::string id = round == 0 ? asked(*c)[0] : "0-0";
      c->text(with_wrong_signature(event_frame(id, real)));
    }
    world.settle();
  }
  EXPECT_TRUE(take_said().empty());
  EXPECT_EQ(core->stats().messages.wrong_signature, 6U);
}

TEST_F(Verification, HappensOnceForCopiesThatComeMeanwhile) {
  make(verification::threads);
  for (int i = 0; i < 10; ++i) add_open("ws://r" + std::to_string(i) + ".test");
  const subscription s = subscribe();
  const event e = note("from ten relays");
  for (const auto& c : world.connections) c->text(event_frame(asked(*c)[0], e));
  world.settle();
  EXPECT_EQ(take_said(), lines{"event from ten relays from 1"});
  EXPECT_EQ(core->stats().verified, 1U);
  EXPECT_EQ(core->stats().messages.duplicate, 9U);
  EXPECT_EQ(core->seen_on(e.id()).size(), 10U);
}

TEST_F(Verification, TheSameBytesAgainDoNotTakeTheirRoom) {
  make(verification::threads);
  for (const char* url : {"ws://a.test", "ws://b.test"}) add_open(url);
  const subscription s = subscribe();
  world.hold_workers();
  const event e = note(std::string(1000, 'x'));
  for (const auto& c : world.connections) c->text(event_frame(asked(*c)[0], e));
  EXPECT_GT(core->stats().relays[0].unverified_bytes, 1000U);
  EXPECT_LT(core->stats().relays[1].unverified_bytes, 100U);
  // One with an additional space, and one with a different end: neither is identical to the first.
  world.connections[1]->text(replaced(event_frame("0-0", e), "}]", "} ]"));
  world.connections[1]->text(replaced(event_frame("0-0", e), "}]", "}}"));
  EXPECT_GT(core->stats().relays[1].unverified_bytes, 1000U);
  world.release_workers();
  world.settle();
  EXPECT_EQ(take_said().size(), 1U);
  EXPECT_EQ(core->stats().verified, 1U);
  EXPECT_EQ(core->stats().messages.duplicate, 2U);
  EXPECT_EQ(core->stats().messages.malformed_event, 1U);
  EXPECT_EQ(core->stats().messages.unverified, 0U);
  EXPECT_EQ(core->stats().relays[1].unverified_bytes, 0U);
}

TEST_F(Verification, AForgeryThatManySendIsCheckedOnceAndIsEachOnesFault) {
  make(verification::threads);
  for (const char* url : {"ws://a.test", "ws://b.test", "ws://c.test"}) add_open(url);
  const subscription s = subscribe();
  const event real = note("real");
  for (const auto& c : world.connections) c->text(with_wrong_signature(event_frame(asked(*c)[0], real)));
  world.settle();
  EXPECT_EQ(core->stats().verified, 1U);
  for (const relay_stats& each : core->stats().relays) EXPECT_EQ(each.messages.wrong_signature, 1U);
  world.connections[2]->text(event_frame("0-0", real));
  world.settle();
  EXPECT_EQ(take_said(), lines{"event real from 3"});
}

TEST_F(Verification, AnEventIsNotLostWithTheRelayThatSentItFirst) {
  make(verification::threads);
  const relay_id first = add_open("ws://a.test");
  add_open("ws://b.test");
  const subscription s = subscribe();
  world.hold_workers();
  const event e = note("from both");
  world.connections[0]->text(event_frame(asked(*world.connections[0])[0], e));
  const std::string id = asked(*world.connections[1])[0];
  for (const event& each : {note("before"), e, note("behind"), e}) world.connections[1]->text(event_frame(id, each));
  EXPECT_FALSE(core->remove_relay(first));
  world.release_workers();
  world.settle();
  EXPECT_EQ(take_said(), (lines{"event before from 2", "event from both from 2", "event behind from 2"}));
  EXPECT_EQ(core->stats().messages.duplicate, 1U);
  EXPECT_EQ(core->stats().verified, 3U);
}

TEST_F(Verification, IsNotRepeatedForASecondSubscription) {
  make(verification::threads);
  add_open();
  const subscription one = subscribe({.kinds = {1}}, {}, "one");
  const subscription two = subscribe({.kinds = {1}}, {}, "two");
  const lines ids = asked(world.last());
  const event e = note("x");
  world.last().text(event_frame(ids[0], e));
  world.settle();
  world.last().text(event_frame(ids[1], e));
  world.last().text(replaced(event_frame(ids[1], e), "\"x\"", "\"y\""));
  world.settle();
  EXPECT_EQ(take_said(), (lines{"one event x from 1", "two event x from 1"}));
  EXPECT_EQ(core->stats().verified, 1U);
}

TEST_F(Verification, AKnownIdVouchesForNothingElse) {
  make(verification::threads);
  const relay_id r = add_open();
  const subscription one = subscribe({.kinds = {1}}, {}, "one");
  const std::string id = asked(world.last())[0];
  const event e = note("x");
  world.last().text(event_frame(id, e));
  world.settle();
  take_said();
  const subscription two = subscribe({.kinds = {1}}, {}, "two");
  const std::string other = asked(world.last())[0];
  world.last().text(replaced(event_frame(other, e), "\"x\"", "\"y\""));
  world.last().text(with_wrong_signature(event_frame(other, e)));
  world.settle();
  EXPECT_TRUE(take_said().empty());
  EXPECT_EQ(counts(r).wrong_id, 1U);
  EXPECT_EQ(counts(r).wrong_signature, 1U);
}

TEST_F(Verification, KeepsTheOrderOfARelayAndEoseBehindItsEvents) {
  make(verification::threads);
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  world.hold_workers();
  lines expected;
  for (int i = 0; i < 200; ++i) {
    world.last().text(event_frame(id, note(std::to_string(i))));
    expected.push_back("event " + std::to_string(i) + " from 1");
    if (i % 10 == 0) world.settle();
  }
  world.last().text(eose(id));
  world.last().text(event_frame(id, note("live")));
  world.settle();
  EXPECT_TRUE(take_said().empty());
  world.release_workers();
  world.settle();
  expected.insert(expected.end(), {"eose from 1", "event live from 1", "all eose"});
  EXPECT_EQ(take_said(), expected);
}

TEST_F(Verification, StopsReadingARelayThatIsAhead) {
  make(verification::threads);
  relay_options options = plain_relay();
  options.max_unverified_bytes = 10'000;
  const relay_id r = add_open(options);
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  world.hold_workers();
  int sent = 0;
  while (!world.last().paused() && sent < 1000) world.last().text(event_frame(id, note(std::to_string(sent++))));
  EXPECT_LT(sent, 100);
  world.release_workers();
  world.settle();
  EXPECT_FALSE(world.last().paused());
  EXPECT_EQ(counts(r).delivered, static_cast<unsigned>(sent));
}

TEST_F(Verification, StopsReadingARelayThatFloodsWithEose) {
  make(verification::threads);
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  world.hold_workers();
  world.last().text(event_frame(id, note("x")));
  int sent = 0;
  while (!world.last().paused() && sent < 100'000) {
    world.last().text(eose(id));
    ++sent;
  }
  EXPECT_LT(sent, 100'000);
  world.release_workers();
  world.settle();
  EXPECT_FALSE(world.last().paused());
  EXPECT_EQ(core->stats().relays[0].unverified_bytes, 0U);
}

TEST_F(Verification, DoesNotTakeAPausedRelayForDead) {
  make(verification::threads);
  relay_options options = plain_relay();
  options.max_unverified_bytes = 100;
  options.ping_interval = 1s;
  options.pong_timeout = 1s;
  add_open(options);
  const subscription s = subscribe();
  world.hold_workers();
  world.last().text(event_frame(asked(world.last())[0], note("large enough")));
  ASSERT_TRUE(world.last().paused());
  world.advance(1min);
  EXPECT_FALSE(world.last().aborted());
}

TEST_F(Verification, DoesNotCountTheTimeInWhichItReadsNothing) {
  make(verification::threads);
  relay_options options = plain_relay();
  options.max_unverified_bytes = 100;
  add_open(options);
  const subscription s = subscribe();
  const event published = note("ours");
  EXPECT_FALSE(core->publish(published, receipts(), {}));
  world.settle();
  const std::string id = asked(world.last())[0];
  world.advance(6s);
  world.hold_workers();
  world.last().text(event_frame(id, note("large enough")));
  ASSERT_TRUE(world.last().paused());
  world.advance(1min);
  world.release_workers();
  world.settle();
  ASSERT_FALSE(world.last().paused());
  EXPECT_EQ(take_said(), lines{"event large enough from 1"});
  world.advance(3s);
  EXPECT_EQ(take_said(), lines());
  world.advance(2s);  // after 11 s of reading the OK is late, but the EOSE is not, because an event came meanwhile
  EXPECT_EQ(take_said(),
            (lines{"timed out by 1 (" + std::to_string(static_cast<int>(errc::ok_timeout)) + ")", "done 0/1"}));
  world.advance(10s);
  EXPECT_EQ(take_said(), lines{"all eose"});
}

TEST_F(Verification, GoesOnWithoutWorkers) {
  make(verification::threads);
  world.fail(testing::system_call::run_on_worker, 1, testing::always);
  add_open();
  const subscription s = subscribe();
  world.last().text(event_frame(asked(world.last())[0], note("x")));
  world.settle();
  EXPECT_EQ(take_said(), lines{"event x from 1"});
}

TEST_F(Verification, WorksOnTheLoopToo) {
  make(verification::on_loop);
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  world.last().text(event_frame(id, note("x")));
  world.last().text(with_wrong_signature(event_frame(id, note("y"))));
  world.last().text(eose(id));
  world.settle();
  EXPECT_EQ(take_said(), (lines{"event x from 1", "eose from 1", "all eose"}));
}

TEST_F(Verification, PoolMayBeDestroyedWhileAWorkerIsBusy) {
  make(verification::threads);
  add_open();
  const subscription s = subscribe();
  world.hold_workers();
  world.last().text(event_frame(asked(world.last())[0], note("x")));
  world.settle();
  ASSERT_EQ(world.work_waiting(), 1U);
  core->destroy();
  core.reset();
  world.finish_work();
  EXPECT_TRUE(take_said().empty());
}

TEST_F(Verification, DropsWhatIsReadyForASubscriptionThatHasEnded) {
  make(verification::threads);
  const relay_id r = add_open();
  std::optional<subscription> s = subscribe();
  world.last().text(event_frame(asked(world.last())[0], note("x")));
  s.reset();
  world.settle();
  EXPECT_TRUE(take_said().empty());
  EXPECT_EQ(counts(r).unknown_subscription, 1U);
}

TEST_F(Verification, AnEoseOfAnOlderConnectionMeansNothingToTheNewOne) {
  make(verification::threads);
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  world.hold_workers();
  world.last().text(event_frame(id, note("x")));
  world.last().text(eose(id));
  reconnect();
  ASSERT_EQ(asked(world.last()).size(), 1U);
  world.release_workers();
  world.settle();
  EXPECT_EQ(take_said(), lines{"event x from 1"});
}

TEST_F(Verification, WhatWasNotVerifiedIsNotTrustedByPublish) {
  make(verification::off);
  add_open();
  std::optional<event> kept;
  subscription_callbacks calls;
  calls.on_event = [&](relay_id, const event_view& e) { kept = e.copy(); };
  const filter all;
  const subscription s = *core->subscribe(std::span(&all, 1), std::move(calls));
  world.settle();
  world.last().text(with_wrong_signature(event_frame(asked(world.last()).at(0), note("x"))));
  world.settle();
  ASSERT_TRUE(kept);
  EXPECT_EQ(core->publish(*kept, receipts()), errc::wrong_signature);
}

}  // namespace
}  // namespace uvnostr
