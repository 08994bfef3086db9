// SPDX-License-Identifier: MIT
// A pool of many relays, most of them bad: which ones are dialled, and when.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/testing/simulation.hpp>
#include <uvnostr/uvnostr.hpp>

#include "support/names.hpp"

namespace uvnostr {
namespace {

using testing::connection;
using testing::simulation;

class Dialling : public ::testing::Test {
 protected:
  test_relay& start_relay(std::string url) { return relays.emplace_back(*world.start_relay(url)); }
  void start_silent(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      start_relay("wss://silent" + std::to_string(i) + ".example.com").behaviour().on_connect.how = handshake::silent;
    }
  }
  void make_pool(pool_options options = {}) {
    for (const test_relay& each : relays) options.relays.push_back(each.url());
    pool.emplace(*pool::make(world.loop(), std::move(options), {.on_relay_state = [this](const relay_status& status) {
                               if (status.state == relay_state::waiting && status.next_attempt)
                                 waits.push_back(*status.next_attempt);
                               if (status.state == relay_state::connecting) dials.push_back(world.elapsed());
                             }}));
  }
  std::chrono::microseconds time_until_open(test_relay& relay) {
    const auto begun = world.elapsed();
    EXPECT_TRUE(world.run_until([&] { return relay.counters().open == 1; }, 1h));
    return world.elapsed() - begun;
  }
  std::uint64_t attempts() const {
    std::uint64_t sum = 0;
    for (const relay_stats& each : pool->stats().relays) sum += each.attempts;
    return sum;
  }
  /// Cuts all connections and stops answering, exactly as if the network were down.
  void go_silent() {
    for (test_relay& each : relays) {
      each.behaviour().on_connect.how = handshake::silent;
      for (const connection& c : each.connections()) c.drop(ending::reset);
    }
  }

  simulation world;
  std::deque<test_relay> relays;
  std::optional<uvnostr::pool> pool;
  std::vector<std::chrono::milliseconds> waits;
  std::vector<std::chrono::microseconds> dials;  // their start times
};

TEST_F(Dialling, ReachesAGoodRelayAmongSilentOnesSoon) {
  start_silent(300);
  test_relay& good = start_relay("wss://good.example.com");
  good.add(make_event("x"));
  make_pool();
  int events = 0;
  const subscription s =
      *pool->subscribe(filter{.kinds = {1}}, {.on_event = [&](relay_id, const event_view&) { ++events; }});
  ASSERT_TRUE(world.run_until([&] { return events == 1; }, 1h));
  EXPECT_LE(world.elapsed(), 1'100ms);
}

TEST_F(Dialling, ComesBackToAGoodRelayWithinItsOwnDelay) {
  test_relay& good = start_relay("wss://good.example.com");
  start_silent(300);
  for (const std::size_t max_dials : {std::size_t{1}, std::size_t{32}}) {
    make_pool({.max_dials = max_dials});
    const subscription s = *pool->subscribe(filter{.kinds = {1}}, {});
    world.advance(20min);
    for (int round = 0; round < 8; ++round) {
      good.stop(ending::abrupt);
      world.advance(500ms);
      ASSERT_FALSE(good.restart());
      EXPECT_LE(time_until_open(good), 1'100ms) << max_dials;
      world.advance(97s);
    }
    pool.reset();
  }
}

TEST_F(Dialling, TriesNewRelaysBeforeThoseThatFail) {
  start_silent(100);
  make_pool({.max_dials = 2});
  world.advance(20min);
  test_relay& added = start_relay("wss://good.example.com");
  ASSERT_TRUE(pool->add_relay(added.url()));
  EXPECT_LE(time_until_open(added), 500ms);
}

TEST_F(Dialling, AsksOneHostForFewConnectionsAtATime) {
  for (int i = 0; i < 20; ++i)
    start_relay("wss://busy.example.com/" + std::to_string(i)).behaviour().on_connect = {.how = handshake::slow,
                                                                                         .interval = 10ms};
  make_pool();
  std::size_t most = 0;
  EXPECT_TRUE(world.run_until(
      [&] {
        std::size_t connecting = 0;
        std::size_t connected = 0;
        for (const relay_stats& each : pool->stats().relays) {
          connecting += each.state == relay_state::connecting ? 1 : 0;
          connected += each.state == relay_state::connected ? 1 : 0;
        }
        most = std::max(most, connecting);
        return connected == 20;
      },
      1h));
  EXPECT_EQ(most, 4U);
}

TEST_F(Dialling, StaysAwayLongerFromARelayThatSendsUsAway) {
  test_relay& relay = start_relay("wss://relay.example.com");
  relay.behaviour().on_connect = {.how = handshake::http_status, .times = 3, .status = 429};
  make_pool({.relay_defaults = {.reconnect = {.jitter = 0}}});
  ASSERT_TRUE(world.run_until([&] { return relay.counters().open == 1; }, 1h));
  EXPECT_EQ(waits, (std::vector<std::chrono::milliseconds>{10s, 20s, 40s}));
  for (const std::uint16_t code : {std::uint16_t{1008}, std::uint16_t{4003}, std::uint16_t{1001}}) {
    world.advance(1min);
    ASSERT_EQ(relay.counters().open, 1U);
    relay.connections().front().close(code, "policy");
    world.advance(1s);
    EXPECT_EQ(waits.back(), code == 1001 ? 1s : 10s) << code;
  }
}

TEST_F(Dialling, ProbesSlowlyWhileTheNetworkIsDown) {
  for (int i = 0; i < 200; ++i) start_relay("wss://relay" + std::to_string(i) + ".example.com");
  make_pool();
  const subscription s = *pool->subscribe(filter{.kinds = {1}}, {});
  world.advance(1min);
  go_silent();
  world.advance(2min);
  const std::uint64_t before = attempts();
  world.advance(10min);
  EXPECT_LE(attempts() - before, 400U);
  EXPECT_GE(attempts() - before, 200U) << "the pool must notice that the network has come back";
  for (test_relay& each : relays) each.behaviour().on_connect.how = handshake::accept;
  dials.clear();
  EXPECT_TRUE(world.run_until(
      [&] { return std::ranges::all_of(relays, [](const test_relay& each) { return each.counters().open == 1; }); },
      75s));
  for (std::size_t i = 32; i < dials.size(); ++i) EXPECT_GT(dials[i] - dials[i - 32], 1ms) << "not all at once";
}

TEST_F(Dialling, DialsAllAtOnceWhenTheProgramAsks) {
  for (int i = 0; i < 20; ++i) start_relay("wss://relay" + std::to_string(i) + ".example.com");
  make_pool();
  const subscription s = *pool->subscribe(filter{.kinds = {1}}, {});
  world.advance(1min);
  go_silent();
  world.advance(1h);
  for (test_relay& each : relays) each.behaviour().on_connect.how = handshake::accept;
  world.advance(10ms);
  EXPECT_FALSE(pool->reconnect());
  world.advance(12s);  // relays that are being dialled get no second dial
  EXPECT_TRUE(std::ranges::all_of(relays, [](const test_relay& each) { return each.counters().open == 1; }));
  pool->close();
  EXPECT_EQ(pool->reconnect(), errc::closed);
}

}  // namespace
}  // namespace uvnostr
