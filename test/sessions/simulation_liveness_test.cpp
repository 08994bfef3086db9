// SPDX-License-Identifier: MIT
// Which relays count as alive, over minutes that only the simulation has.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sessions/simulated_program.hpp"

namespace uvnostr {
namespace {

TEST(SimulatedLiveness, NoticesARelayThatAnswersNoPing) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  program p(world, {});
  world.advance(10min);
  EXPECT_EQ(relay.counters().pings, 19U);
  EXPECT_EQ(p.relay->stats().ping_time, 2ms);
  relay.behaviour().answer_pings = false;
  world.advance(1min);
  ASSERT_FALSE(p.causes().empty());
  EXPECT_EQ(p.causes().front(), errc::ping_timeout);
}

TEST(SimulatedLiveness, KeepsARelayWhosePongWaitsBehindEvents) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  program p(world, {});
  world.advance(1s);
  // A line of 256 kbit/s and 80 seconds of events: each message waits for those before it.
  for (int i = 1; i <= 80; ++i) {
    relay.behaviour().delay = std::chrono::seconds(i);
    relay.add(make_event(std::to_string(i)));
  }
  world.advance(79s);
  EXPECT_EQ(relay.counters().pings, 0U) << "there was no silence";
  relay.behaviour().delay = 0s;
  world.advance(2s);
  EXPECT_EQ(p.contents.size(), 80U);
  EXPECT_TRUE(p.causes().empty());
  world.advance(35s);
  EXPECT_EQ(relay.counters().pings, 1U);
}

TEST(SimulatedLiveness, NeedsNoPongFromARelayThatStartsToSend) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  relay.behaviour().answer_pings = false;
  program p(world, {});
  ASSERT_TRUE(world.run_until([&] { return relay.counters().pings == 1; }));
  world.advance(5s);
  relay.add(make_event("alive"));
  world.advance(20s);
  EXPECT_TRUE(p.causes().empty());
  world.advance(25s);
  EXPECT_EQ(p.causes(), std::vector<std::error_code>{errc::ping_timeout});
}

TEST(SimulatedLiveness, KeepsARelayToWhichItIsSending) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  relay.behaviour().answer_pings = false;
  relay.behaviour().answer_events = false;
  program p(world, {});
  world.advance(1s);
  relay.pause_reading();
  for (int i = 0; i < 20; ++i)
    ASSERT_FALSE(p.relay->publish(make_event(std::to_string(i)), {}, {.send_timeout = 1h, .ok_timeout = 1h}));
  // A line that takes one of them every six seconds.
  for (int i = 0; i < 20; ++i) {
    world.advance(6s);
    const std::uint64_t before = relay.counters().events;
    relay.resume_reading();
    ASSERT_TRUE(world.run_until([&] { return relay.counters().events > before; }, 1s));
    relay.pause_reading();
  }
  EXPECT_TRUE(p.causes().empty());
  world.advance(1min);
  EXPECT_EQ(p.causes().front(), errc::ping_timeout);
}

}  // namespace
}  // namespace uvnostr
