// SPDX-License-Identifier: MIT
// Handles: many, moved-from, outliving their pool; pools that share a loop; the thread to which they belong (R3, R4).
#include <deque>
#include <memory>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "loopback/loop_fixture.hpp"
#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class Handles : public CoreTest {};

TEST_F(Handles, KeepTheirCapturesWhileTheirCallableRunsAndNotForLong) {
  const auto token = std::make_shared<int>(7);
  pool_callbacks of_pool;
  of_pool.on_close = [token] {};
  core = *pool_core::make(world.share(), {.relays = {"ws://relay.test"}, .verification = verification::off},
                          std::move(of_pool));
  subscription_callbacks calls;
  calls.on_event = [this, token](relay_id, const event_view&) {
    core->destroy();
    core.reset();
    EXPECT_EQ(*token, 7);
  };
  calls.on_close = [token](close_reason) {};
  const filter all;
  subscription s = *core->subscribe(std::span(&all, 1), std::move(calls));
  EXPECT_EQ(token.use_count(), 4);
  world.settle();
  world.last().open();
  world.settle();
  world.last().text(event_frame(asked(world.last()).at(0), note("x")));
  EXPECT_FALSE(core);
  s = {};
  world.settle();
  EXPECT_EQ(token.use_count(), 1);
}

class HandlesOnALoop : public LoopTest {
 protected:
  /// Called at the first event.
  subscription_callbacks once(callback<void()> action) {
    subscription_callbacks all;
    all.on_event = [this, act = std::move(action)](relay_id, const event_view& e) mutable {
      say(std::string(e.content()));
      if (act) std::exchange(act, {})();
    };
    return all;
  }
};

TEST_F(Handles, ThousandsMadeAndDroppedLeaveNothing) {
  make();
  add_open();
  std::size_t reqs = 0;
  std::size_t taken_back = 0;
  std::deque<subscription> kept;
  const filter notes{.kinds = {1}};
  for (int i = 0; i < 5000; ++i) {
    kept.push_back(*core->subscribe(std::span(&notes, 1), noting(), {}));
    if (i % 7 == 0) world.settle();
    if (i % 3 == 0) kept.pop_front();
    if (i % 50 == 0) kept.clear();
  }
  kept.clear();
  world.settle();
  for (const std::string& each : world.last().take_sent()) ++(each.starts_with(R"(["REQ")") ? reqs : taken_back);
  EXPECT_GT(reqs, 500U);
  EXPECT_EQ(reqs, taken_back) << "there must be one CLOSE for each REQ, and no other";
  EXPECT_EQ(take_said(), lines{});
}

TEST_F(HandlesOnALoop, ThousandsMadeAndDroppedLeaveNothing) {
  test_relay r = start();
  r.add(make_event("stored"));
  pool p = make_pool(quick({r.url()}));
  std::deque<subscription> kept;
  std::size_t events = 0;
  for (int i = 0; i < 3000; ++i) {
    subscription_callbacks calls;
    calls.on_event = [&](relay_id, const event_view&) {
      ++events;
      if (!kept.empty()) kept.pop_front();
    };
    kept.push_back(*p.subscribe(notes, std::move(calls)));
    if (i % 11 == 0) uv_run(&loop, UV_RUN_NOWAIT);
    if (kept.size() > 40) kept.pop_front();
  }
  ASSERT_TRUE(until([&] { return events > 20; }));
  kept.clear();
  ASSERT_TRUE(until([&] { return r.counters().reqs == r.counters().closes; }));
  EXPECT_GT(r.counters().reqs, 40U);
  EXPECT_EQ(r.counters().invalid, 0U);
  close(p);
}

TEST_F(HandlesOnALoop, AMovedFromHandleIsInert) {
  test_relay r = start();
  pool p = make_pool(quick({r.url()}));
  subscription s = *p.subscribe(notes, noting());
  subscription t = std::move(s);
  s.close();
  s.detach();
  EXPECT_FALSE(s.is_open());
  EXPECT_EQ(s.id(), subscription_id{});
  EXPECT_TRUE(t.is_open());
  subscription& same = t;
  t = std::move(same);
  EXPECT_TRUE(t.is_open());

  pool q = std::move(p);
  EXPECT_EQ(p.subscribe(notes, {}).error(), errc::closed);
  EXPECT_EQ(p.fetch(notes, {}).error(), errc::closed);
  EXPECT_EQ(p.publish(make_event("x")), errc::closed);
  EXPECT_EQ(p.add_relay(r.url()).error(), errc::closed);
  EXPECT_EQ(p.remove_relay(relay_id{1}), errc::closed);
  EXPECT_EQ(p.reconnect(relay_id{1}), errc::closed);
  p.close();
  EXPECT_TRUE(p.relays().empty());
  EXPECT_EQ(p.stats().relays.size(), 0U);
  ASSERT_TRUE(until_said(1));
  EXPECT_EQ(take_said(), lines{"all eose"});
  close(q);
}

TEST_F(HandlesOnALoop, ADefaultConstructedOneAnswersClosed) {
  pool p;
  EXPECT_EQ(p.add_relay("ws://x").error(), errc::closed);
  EXPECT_EQ(p.add_relay("ws://x", {}).error(), errc::closed);
  EXPECT_EQ(p.remove_relay(relay_id{1}), errc::closed);
  EXPECT_EQ(p.reconnect(relay_id{1}), errc::closed);
  EXPECT_EQ(p.subscribe(notes, {}).error(), errc::closed);
  EXPECT_EQ(p.publish(make_event("x")), errc::closed);
  EXPECT_EQ(p.find("ws://x").error(), errc::closed);
  EXPECT_TRUE(p.relays().empty());
  EXPECT_EQ(p.url(relay_id{1}), "");
  EXPECT_EQ(p.loop(), nullptr);
  p.close();
  relay r;
  EXPECT_EQ(r.subscribe(notes, {}).error(), errc::closed);
  EXPECT_EQ(r.fetch(notes, {}).error(), errc::closed);
  EXPECT_EQ(r.publish(make_event("x")), errc::closed);
  EXPECT_EQ(r.reconnect(), errc::closed);
  EXPECT_EQ(r.url(), "");
  EXPECT_EQ(r.loop(), nullptr);
  r.close();
}

TEST_F(HandlesOnALoop, KnowsItsLoop) {
  test_relay server = start();
  pool p = *pool::make(&loop);
  EXPECT_EQ(p.loop(), &loop);
  const pool q = std::move(p);
  EXPECT_EQ(p.loop(), nullptr);
  EXPECT_EQ(q.loop(), &loop);
  const relay r = *relay::make(&loop, server.url());
  EXPECT_EQ(r.loop(), &loop);
}

TEST_F(HandlesOnALoop, AMovedFromRelayAnswersClosed) {
  test_relay r = start();
  relay a = *relay::make(&loop, r.url());
  const relay b = std::move(a);
  EXPECT_EQ(a.subscribe(notes, {}).error(), errc::closed);
  EXPECT_EQ(a.publish(make_event("x")), errc::closed);
  EXPECT_EQ(a.reconnect(), errc::closed);
  a.close();
  EXPECT_TRUE(a.url().empty());
  EXPECT_EQ(b.url(), r.url());
}

TEST_F(HandlesOnALoop, APoolMayBeMovedInItsOwnCallback) {
  test_relay r = start();
  r.add(make_event("one"));
  pool p = make_pool(quick({r.url()}));
  std::optional<pool> home;
  const subscription s = *p.subscribe(notes, once([&] { home.emplace(std::move(p)); }));
  ASSERT_TRUE(until_said(1));
  r.add(make_event("two"));
  ASSERT_TRUE(until_said(2));
  close(*home);
}

TEST_F(HandlesOnALoop, AssigningOverAPoolEndsItInSilence) {
  test_relay r = start();
  pool p = make_pool(quick({r.url()}));
  subscription_callbacks calls = noting();
  calls.on_close = [this](close_reason) { say("not silent"); };
  const subscription s = *p.subscribe(notes, std::move(calls));
  ASSERT_TRUE(until_said(1));
  p = make_pool(quick());
  EXPECT_FALSE(s.is_open());
  ASSERT_TRUE(until([&] { return r.counters().open == 0; }));
  EXPECT_EQ(take_said(), lines{"all eose"});
  EXPECT_FALSE(closed);
}

TEST_F(HandlesOnALoop, ASubscriptionMayOutliveItsPool) {
  test_relay r = start();
  std::optional<pool> p = make_pool(quick({r.url()}));
  subscription s = *p->subscribe(notes, noting());
  subscription t = *p->subscribe(notes, noting());
  ASSERT_TRUE(until_said(2));
  p.reset();
  EXPECT_FALSE(s.is_open());
  s.close();
  s = std::move(t);
  s.close();
  ASSERT_TRUE(until([&] { return r.counters().open == 0; }));
  EXPECT_EQ(take_said(), (lines{"all eose", "all eose"}));
}

TEST_F(HandlesOnALoop, OneOfTwoPoolsMayDieInACallbackOfTheOther) {
  test_relay r = start();
  r.add(make_event("one"));
  pool p = make_pool(quick({r.url()}));
  std::optional<pool> q = make_pool(quick({r.url()}));
  subscription_callbacks silent;
  silent.on_close = [this](close_reason) { say("not silent"); };
  const subscription of_q = *q->subscribe(notes, std::move(silent));
  const subscription of_p = *p.subscribe(notes, once([&] { q.reset(); }));
  ASSERT_TRUE(until_said(1));
  r.add(make_event("two"));
  ASSERT_TRUE(until_said(2));
  ASSERT_TRUE(until([&] { return r.counters().open == 1; }));
  EXPECT_EQ(take_said(), (lines{"one", "two"}));
  close(p);
}

TEST_F(HandlesOnALoop, OneOfTwoPoolsMayDieInItsOwnCallback) {
  test_relay r = start();
  r.add(make_event("one"));
  pool p = make_pool(quick({r.url()}));
  std::optional<pool> q = make_pool(quick({r.url()}));
  const subscription of_p = *p.subscribe(notes, noting());
  subscription of_q = *q->subscribe(notes, once([&] {
                                      of_q = subscription();
                                      q.reset();
                                    }));
  ASSERT_TRUE(until([&] { return !q && eoses == 1; }));
  r.add(make_event("two"));
  ASSERT_TRUE(until([this] { return std::find(said.begin(), said.end(), "two") != said.end(); }));
  close(p);
}

TEST_F(HandlesOnALoop, APoolMayBeMadeInACallbackThatDestroysAnother) {
  test_relay r = start();
  r.add(make_event("one"));
  std::optional<pool> p = make_pool(quick({r.url()}));
  subscription again;
  const subscription s = *p->subscribe(notes, once([&] {
                                         p.emplace(make_pool(quick({r.url()})));
                                         again = *p->subscribe(notes, noting());
                                       }));
  ASSERT_TRUE(until_said(3));
  EXPECT_EQ(take_said(), (lines{"one", "one", "all eose"}));
  close(*p);
}

#ifndef NDEBUG
TEST(ThreadsDeathTest, DebugBuildsRefuseAnotherThread) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto misuse = [] {
    uv_loop_t loop;
    uv_loop_init(&loop);
    result<pool> p = pool::make(&loop, {.relays = {"ws://127.0.0.1:9"}});
    std::thread([&] { p->close(); }).join();
  };
  EXPECT_DEATH(misuse(), "thread of its loop");
}
#endif

}  // namespace
}  // namespace uvnostr
