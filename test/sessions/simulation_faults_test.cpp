// SPDX-License-Identifier: MIT
// The simulation step by step, with failing system calls and held worker threads.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sessions/simulated_program.hpp"

namespace uvnostr {
namespace {

TEST(SimulationFaults, GoesOnStepByStep) {
  simulation world;
  EXPECT_FALSE(world.step());
  test_relay relay = *world.start_relay(url);
  program p(world, {.ping_interval = 0ms});
  int steps = 0;
  while (p.said.empty() && world.step()) ++steps;
  EXPECT_EQ(p.said, (lines{"4000 eose from 1"})) << "two trips to connect, two for the answer";
  EXPECT_GT(steps, 4);
}

TEST(SimulationFaults, MakesACallFailAtItsNthUse) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  world.fail(testing::system_call::connect, 2, 2);
  relay.behaviour().drop = drop_rule{.after_eose = true, .times = 1};
  program p(world, {});
  world.advance(1min);
  EXPECT_EQ(world.failures(), 2U);
  EXPECT_EQ(p.causes(),
            (std::vector<std::error_code>{errc::connection_lost, errc::connection_failed, errc::connection_failed}));
  EXPECT_EQ(p.relay->stats().connects, 2U);
}

TEST(SimulationFaults, MakesNoRelayWithoutRandomBytes) {
  simulation world;
  world.fail(testing::system_call::random_bytes, 1, testing::always);
  EXPECT_EQ(relay::make(world.loop(), url).error(), errc::random_unavailable);
  world.fail(testing::system_call::random_bytes, 1, 0);
  EXPECT_TRUE(relay::make(world.loop(), url));
}

TEST(SimulationFaults, SendsLaterWhatAFullSocketDidNotTake) {
  simulation world;
  test_relay relay = *world.start_relay(url);
  world.fail(testing::system_call::send, 1, 3);
  program p(world, {});
  ASSERT_TRUE(world.run_until([&] { return p.eoses == 1; }));
  EXPECT_EQ(world.failures(), 3U);
  EXPECT_EQ(world.elapsed(), 7ms) << "three times it waited a millisecond";
}

/// A program whose event waits, because the workers are held.
struct HeldWorkers : ::testing::Test {
  HeldWorkers() {
    relay.add(make_event("x"));
    world.hold_workers();
    world.advance(1min);
    EXPECT_TRUE(p.contents.empty());
    EXPECT_EQ(p.relay->stats().messages.unverified, 1U);
  }

  simulation world;
  test_relay relay = *world.start_relay(url);
  program p{world, {}};
};

TEST_F(HeldWorkers, GiveTheEventOnceTheyAreReleased) {
  world.release_workers();
  world.advance(0ms);
  EXPECT_EQ(p.contents, lines{"x"});
}

TEST_F(HeldWorkers, MayStillBeHeldAtTheEnd) { EXPECT_EQ(p.notes->delivered(), 0U); }

}  // namespace
}  // namespace uvnostr
