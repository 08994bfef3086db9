// SPDX-License-Identifier: MIT
// Events above max_message_bytes: each costs itself, and nothing else.
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/testing/simulation.hpp>
#include <uvnostr/uvnostr.hpp>

#include "support/names.hpp"

namespace uvnostr {
namespace {

using testing::simulation;

class TooBig : public ::testing::Test {
 protected:
  static event large(unix_seconds at) { return make_event(std::string(20'000, 'y'), at); }
  void start() {
    relay_options defaults;
    defaults.max_message_bytes = 10'000;
    pool.emplace(*pool::make(world.loop(), {.relays = {relay.url()}, .relay_defaults = defaults}));
  }
  subscription subscribe(filter f) {
    return *pool->subscribe(std::move(f),
                            {.on_event = [this](relay_id, const event_view& e) { seen.emplace_back(e.content()); },
                             .on_caught_up =
                                 [this](relay_id, std::span<const gap> missing) {
                                   ++caught_up;
                                   for (const gap& each : missing) gaps.push_back(each);
                                 }});
  }
  relay_stats stats() { return pool->stats().relays[0]; }

  simulation world;
  test_relay relay = *world.start_relay("wss://relay.example.com");
  std::optional<uvnostr::pool> pool;
  lines seen;
  std::vector<gap> gaps;
  int caught_up = 0;
};

TEST_F(TooBig, AStoredEventIsAGapAndTheOthersCome) {
  relay.add(make_event("before", test_time - 10s));
  relay.add(large(test_time));
  relay.add(make_event("after", test_time + 10s));
  start();
  const subscription s = subscribe({.kinds = {1}});
  world.advance(10s);
  EXPECT_EQ(seen, (lines{"after", "before"}));
  EXPECT_EQ(gaps, (std::vector<gap>{{test_time, test_time, gap_reason::too_big}}));
  EXPECT_EQ(stats().messages.too_big, stats().messages_in - stats().messages.sum() + stats().messages.too_big);
  EXPECT_GE(stats().messages.too_big, 1U);
  EXPECT_EQ(stats().connects, 1U);
}

TEST_F(TooBig, WholePagesOfThemHideNothing) {
  relay.behaviour().max_limit = 5;
  relay.add(make_event("old", test_time - 1h));
  for (int i = 0; i < 20; ++i) relay.add(large(test_time + std::chrono::seconds(i)));
  start();
  const subscription s = subscribe({.kinds = {1}});
  world.advance(1min);
  EXPECT_EQ(seen, lines{"old"});
  EXPECT_EQ(caught_up, 1);
}

TEST_F(TooBig, ALiveEventIsToldAtOnceAndTheNextOnesCome) {
  start();
  const subscription s = subscribe({.kinds = {1}});
  world.advance(10s);
  const unix_seconds now = world.wall_clock();
  relay.add(large(now));
  relay.add(make_event("next", now));
  world.advance(1s);
  EXPECT_EQ(seen, lines{"next"});
  EXPECT_EQ(gaps, (std::vector<gap>{{now, now, gap_reason::too_big}}));
  EXPECT_EQ(caught_up, 2);
  EXPECT_EQ(stats().connects, 1U);
}

TEST_F(TooBig, SeveralFiltersAreAskedOnAroundIt) {
  relay.behaviour().max_limit = 3;
  for (int i = 0; i < 10; ++i) {
    relay.add(make_event("note " + std::to_string(i), test_time - std::chrono::seconds(10 * i)));
    relay.add(make_event(test_key(), 7, "reaction", {}, test_time - std::chrono::seconds(10 * i + 5)));
  }
  relay.add(large(test_time - 45s));
  start();
  const subscription s =
      *pool->subscribe({filter{.kinds = {1}}, filter{.kinds = {7}}},
                       {.on_event = [this](relay_id, const event_view& e) { seen.emplace_back(e.content()); }});
  world.advance(5min);
  EXPECT_EQ(seen.size(), 20U);
}

TEST_F(TooBig, ManyTimesTheLimitIsTheEndOfTheConnection) {
  start();
  const subscription s = subscribe({.kinds = {1}});
  world.advance(10s);
  relay.connections()[0].send_text("[\"NOTICE\",\"" + std::string(170'000, 'x') + "\"]");
  world.advance(100ms);
  EXPECT_EQ(stats().disconnects, 1U);
}

TEST_F(TooBig, AnExpiredEventIsLeftOutIfThatIsWanted) {
  const auto with = [&](const std::string& content, unix_seconds expires) {
    return make_event(test_key(), 1, content, {{"expiration", std::to_string(expires.time_since_epoch().count())}},
                      test_time);
  };
  relay.add(with("over", world.wall_clock() - 1s));
  relay.add(with("not over", world.wall_clock() + 1h));
  relay.add(make_event(test_key(), 1, "garbled", {{"expiration", "soon"}}));
  start();
  const subscription all = subscribe({.kinds = {1}});
  world.advance(1s);
  EXPECT_EQ(seen.size(), 3U);
  seen.clear();
  const subscription some = *pool->subscribe(
      filter{.kinds = {1}}, {.on_event = [this](relay_id, const event_view& e) { seen.emplace_back(e.content()); }},
      {.leave_out_expired = true});
  world.advance(1s);
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_EQ(stats().messages.expired, 1U);
}

}  // namespace
}  // namespace uvnostr
