// SPDX-License-Identifier: MIT
// Tests that only the simulation allows: hours, identical runs, a queue without a kernel buffer.
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>

#include "sessions/simulated_program.hpp"

namespace uvnostr {
namespace {

TEST(Simulation, BacksOffForHoursAndComesBack) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  relay.add(make_event("still there"));
  relay.stop();
  program p(world, {});
  world.advance(5h);
  // 1, 2, 4, ... 60 seconds, then one per minute, each plus or minus a fifth.
  EXPECT_GT(p.relay->stats().attempts, 5U * 60);
  EXPECT_LT(p.relay->stats().attempts, 5U * 60 + 60);
  EXPECT_EQ(p.causes().back(), errc::connection_refused);
  EXPECT_TRUE(p.contents.empty());
  ASSERT_FALSE(relay.restart());
  EXPECT_TRUE(world.run_until([&] { return p.contents.size() == 1; }, 2min));
  EXPECT_GE(world.elapsed(), 5h);
}

TEST(Simulation, ResumesAfterALossAndShowsEachEventOnce) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  const event known = make_event("known");
  relay.script()
      .expect_req()
      .send_event(known)
      .send_eose()
      .drop()
      .refuse({.how = handshake::http_status, .status = 503, .headers = {{"Retry-After", "300"}}})
      .wait(2h)
      .expect_req()
      .send_event(make_event("missed"))
      .send_event(known)
      .send_eose();
  program p(world, {});
  ASSERT_TRUE(world.run_until([&] { return relay.script().done(); })) << relay.script().unmet();
  EXPECT_GE(world.elapsed(), 2h);
  world.advance(1s);
  EXPECT_EQ(p.contents, (lines{"known", "missed"}));
  EXPECT_EQ(p.causes(), (std::vector<std::error_code>{errc::connection_lost, errc::http_status}));
  relay.add(make_event("live"));
  world.advance(1s);
  EXPECT_EQ(p.contents.back(), "live");
}

TEST(Simulation, WaitsAsLongAsRetryAfterSays) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  relay.behaviour().on_connect = {.how = handshake::http_status, .times = 1, .headers = {{"Retry-After", "300"}}};
  program p(world, {});
  world.advance(299s);
  EXPECT_EQ(p.relay->stats().attempts, 1U);
  world.advance(62s);
  EXPECT_EQ(p.relay->stats().connects, 1U) << "a fifth later at most, so that not all come back at once";
}

TEST(Simulation, TakesTheTimeThatSilenceTakes) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  relay.behaviour().on_connect.how = handshake::silent;
  program p(world, {});
  world.advance(9'990ms);
  EXPECT_TRUE(p.causes().empty());
  world.advance(20ms);
  EXPECT_EQ(p.causes(), (std::vector<std::error_code>{errc::connect_timeout}));
}

TEST(Simulation, GivesUpWaitingForAnAnswerToAnEvent) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  relay.behaviour().answer_events = false;
  program p(world, {});
  std::optional<outcome> end;
  std::chrono::microseconds when{};
  ASSERT_FALSE(p.relay->publish(make_event("x"),
                                {.on_receipt =
                                     [&](const receipt& r) {
                                       end = r.outcome;
                                       when = world.elapsed();
                                     }},
                                {.ok_timeout = 30min}));
  ASSERT_TRUE(world.run_until([&] { return end.has_value(); }));
  EXPECT_EQ(end, outcome::timed_out);
  EXPECT_GE(when, 30min);
  EXPECT_LT(when, 30min + 1s);
  EXPECT_EQ(relay.counters().events, 1U);
}

TEST(Simulation, DeliversLateWhatARelaySendsLate) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  relay.add(make_event("x"));
  relay.behaviour().delay = 20min;
  relay.behaviour().answer_pings = false;
  program p(world, {.ping_interval = 0ms});
  world.advance(19min);
  EXPECT_TRUE(p.contents.empty());
  world.advance(2min);
  EXPECT_EQ(p.contents.size(), 1U);
}

TEST(Simulation, OpensLateWhenTheAnswerDrips) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  relay.behaviour().on_connect = {.how = handshake::slow, .interval = 50ms};
  program p(world, {});
  ASSERT_TRUE(world.run_until([&] { return p.relay->stats().connects == 1; }));
  EXPECT_GT(world.elapsed(), 5s);
  EXPECT_TRUE(p.causes().empty());
}

TEST(Simulation, IsTheSameWithTheSameSeed) {
  const auto delays = [](std::uint64_t seed) {
    simulation world({.seed = seed});
    test_relay relay = *world.start_relay(url);
    relay.add(make_event("x"));
    relay.behaviour().drop = drop_rule{.after_events = 1};
    program p(world, {});
    world.advance(1h);
    std::vector<std::chrono::milliseconds> all;
    for (const relay_status& each : p.states) {
      if (each.next_attempt) all.push_back(*each.next_attempt);
    }
    EXPECT_GT(all.size(), 50U);
    return all;
  };
  EXPECT_EQ(delays(1), delays(1));
  EXPECT_NE(delays(1), delays(2)) << "the jitter differs";
}

TEST(Simulation, KnowsWhoIsThereAndWhoIsNot) {
  simulation world;
  std::optional<test_relay> relay = *world.start_relay("ws://Relay.example.com:80/");
  EXPECT_EQ(relay->url(), "ws://relay.example.com");
  EXPECT_EQ(relay->port(), 80);
  EXPECT_EQ(relay->ca_file(), "");
  EXPECT_EQ(world.start_relay("ws://relay.example.com").error(), std::errc::address_in_use);
  EXPECT_EQ(world.start_relay("http://relay.example.com").error(), errc::url_scheme);
  const auto cause_of = [&](std::string to) {
    program p(world, {.reconnect = {.enabled = false}}, to);
    EXPECT_TRUE(world.run_until([&] { return p.closed; }));
    return p.causes().front();
  };
  EXPECT_EQ(cause_of("ws://other.example.com"), errc::host_not_found);
  EXPECT_EQ(cause_of("ws://relay.example.com:81"), errc::connection_refused);
  EXPECT_EQ(cause_of("ws://127.0.0.1:7"), errc::connection_refused);
  relay->behaviour().on_connect.how = handshake::reset;
  EXPECT_EQ(cause_of("ws://relay.example.com"), errc::connection_lost);
  relay.reset();
  EXPECT_EQ(cause_of("ws://relay.example.com"), errc::connection_refused);
}

TEST(Simulation, SaysInTheTextWhatLibNetSays) {
  simulation world;
  program p(world, {}, "wss://nobody.example.com");
  world.advance(1s);
  EXPECT_TRUE(p.state_texts.back().starts_with("The host name of the relay does not resolve")) << p.state_texts.back();
  EXPECT_TRUE(p.state_texts.back().ends_with(": unknown node or service")) << p.state_texts.back();
}

TEST(Simulation, HoldsBackWhatARelayDoesNotRead) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  program p(world, {.ping_interval = 0ms});
  world.advance(1s);
  relay.pause_reading();
  int receipts = 0;
  for (int i = 0; i < 50; ++i) {
    ASSERT_FALSE(p.relay->publish(make_event(std::to_string(i) + std::string(10'000, 'x')),
                                  {.on_receipt =
                                       [&](const receipt& r) {
                                         EXPECT_EQ(r.outcome, outcome::accepted);
                                         ++receipts;
                                       }},
                                  {.send_timeout = 1h, .ok_timeout = 1h}));
  }
  world.advance(5min);
  EXPECT_EQ(relay.counters().events, 0U);
  const auto frames = p.relay->stats().messages_out;
  EXPECT_GT(frames, 20U);
  EXPECT_LT(frames, 27U) << "256 KiB hold no more";
  relay.resume_reading();
  world.advance(1s);
  EXPECT_EQ(relay.counters().events, 50U);
  EXPECT_EQ(receipts, 50);
}

TEST(Simulation, KeepsInTheSocketWhatThePoolDoesNotRead) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  for (int i = 0; i < 50; ++i) relay.add(make_event(std::to_string(i) + std::string(1'000, 'x')));
  program p(world, {.max_unverified_bytes = 1'000});
  relay_stats before;
  int pauses = 0;
  int read_while_paused = 0;
  EXPECT_TRUE(world.run_until([&] {
    const relay_stats now = p.relay->stats();
    if (before.reading_paused && now.messages_in != before.messages_in) ++read_while_paused;
    pauses += now.reading_paused ? 1 : 0;
    before = now;
    return p.contents.size() == 50;
  }));
  EXPECT_GT(pauses, 0);
  EXPECT_EQ(read_while_paused, 0);
  EXPECT_TRUE(p.causes().empty());
}

TEST(Simulation, TurnsTheProgramsOwnHandles) {
  simulation world;
  uv_timer_t timer;
  bool fired = false;
  uv_timer_init(world.loop(), &timer);
  timer.data = &fired;
  uv_timer_start(
      &timer,
      [](uv_timer_t* t) {
        *static_cast<bool*>(t->data) = true;
        uv_close(reinterpret_cast<uv_handle_t*>(t), nullptr);
      },
      1, 0);
  EXPECT_TRUE(world.run_until([&] { return fired; }));
}

TEST(Simulation, EndsAWaitForWhatCannotHappen) {
  simulation world;
  EXPECT_FALSE(world.run_until([] { return false; }, 10min));
  EXPECT_EQ(world.elapsed(), 10min);
  EXPECT_EQ(world.wall_clock(), test_time + 10min);
}

TEST(Simulation, HasRoomForSeveralPools) {
  simulation world;
  test_relay first = *world.start_relay("wss://one.example.com");
  test_relay second = *world.start_relay("wss://two.example.com");
  program a(world, {}, first.url());
  program b(world, {}, second.url());
  world.advance(1s);
  first.add(make_event("for a"));
  second.add(make_event("for b"));
  world.advance(1s);
  EXPECT_EQ(a.contents, (lines{"for a"}));
  EXPECT_EQ(b.contents, (lines{"for b"}));
  a.relay.reset();
  second.add(make_event("more"));
  world.advance(1s);
  EXPECT_EQ(b.contents.size(), 2U);
}

TEST(Simulation, LosesItsRelayInACallback) {
  simulation world;
  std::optional<test_relay> relay = *world.start_relay(url);
  relay->on_message([&](const testing::connection&, std::string_view) {
    relay.reset();
    return true;
  });
  program p(world, {});
  world.advance(1min);
  ASSERT_GE(p.causes().size(), 2U);
  EXPECT_EQ(p.causes()[0], errc::connection_lost);
  EXPECT_EQ(p.causes()[1], errc::connection_refused);
}

TEST(Simulation, LosesItsPoolInACallback) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  relay.add(make_event("x"));
  relay.add(make_event("y"));
  std::optional<uvnostr::relay> r = *uvnostr::relay::make(world.loop(), url);
  int events = 0;
  subscription s = *r->subscribe(filter{}, {.on_event = [&](relay_id, const event_view&) {
                                   ++events;
                                   r.reset();
                                 }});
  world.advance(1min);
  EXPECT_EQ(events, 1);
  EXPECT_EQ(relay.counters().open, 0U);
}

TEST(Simulation, EndsInAnyOrderAndInTheMiddleOfThings) {
  for (int step = 0; step < 12; ++step) {
    for (const bool relay_first : {true, false}) {
      simulation world;
      std::optional<test_relay> relay = *world.start_relay(url);
      for (int i = 0; i < 5; ++i) relay->add(make_event(std::to_string(i)));
      std::optional<program> p;
      p.emplace(world, relay_options{});
      world.advance(std::chrono::milliseconds(step));
      relay_first ? relay.reset() : p.reset();
      if (step % 2 == 0) world.advance(1ms);
    }
  }
}

TEST(Simulation, ClosesWithinItsTimeWhenTheRelayDoesNotAnswer) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  relay.behaviour().answer_close = false;
  program p(world, {});
  // A pong is on its way.
  ASSERT_TRUE(world.run_until([&] { return relay.counters().pings == 1; }));
  p.relay->close();
  world.advance(1'900ms);
  EXPECT_FALSE(p.closed);
  world.advance(200ms);
  EXPECT_TRUE(p.closed);
}

TEST(SimulationDeathTest, SaysWhoWasForgotten) {
  EXPECT_DEATH(
      {
        std::optional<simulation> world(std::in_place);
        const auto relay = world->start_relay(url);
        world.reset();
      },
      "before a test_relay that it has started");
  EXPECT_DEATH(
      {
        std::optional<simulation> world(std::in_place);
        const auto relay = uvnostr::relay::make(world->loop(), url);
        world.reset();
      },
      "before a pool or relay that was made on its loop");
}

}  // namespace
}  // namespace uvnostr
