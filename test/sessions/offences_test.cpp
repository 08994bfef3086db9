// SPDX-License-Identifier: MIT
// Relays that send what they should not: counted, shown, and left after too much of it.
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

class Offences : public ::testing::Test {
 protected:
  void start(relay_options defaults = {}) {
    pool.emplace(*pool::make(world.loop(), {.relays = {bad.url(), good.url()}, .relay_defaults = defaults},
                             {.on_relay_state = [this](const relay_status& status) {
                               if (status.state != relay_state::waiting || status.cause != errc::misbehaved) return;
                               left.emplace_back(status.url);
                               pause = status.next_attempt;
                             }}));
    notes.emplace(*pool->subscribe(
        filter{.kinds = {1}}, {.on_event = [this](relay_id, const event_view& e) { seen.emplace_back(e.content()); }}));
  }

  simulation world;
  test_relay bad = *world.start_relay("wss://bad.example.com");
  test_relay good = *world.start_relay("wss://good.example.com");
  std::optional<uvnostr::pool> pool;
  std::optional<subscription> notes;
  lines left;
  lines seen;
  std::optional<std::chrono::milliseconds> pause;
};

TEST_F(Offences, AForgerIsLeftForALongPause) {
  bad.behaviour().forge = forgery::signature;
  for (int i = 0; i < 300; ++i) bad.add(make_event(std::to_string(i), test_time + std::chrono::seconds(i)));
  good.add(make_event("good"));
  start();
  world.advance(1min);
  EXPECT_EQ(seen, lines{"good"});
  EXPECT_EQ(left, lines{"wss://bad.example.com"});
  ASSERT_TRUE(pause);
  EXPECT_GE(*pause, 10min);
  EXPECT_EQ(bad.counters().accepted, 1U);
  world.advance(15min);
  EXPECT_EQ(bad.counters().accepted, 2U) << "it gets another chance";
}

TEST_F(Offences, NonsenseAndWhatNobodyAskedForCount) {
  start();
  world.advance(1s);
  const std::string id = bad.received()[0].substr(8, bad.received()[0].find('"', 8) - 8);
  const std::string unasked =
      "[\"EVENT\",\"" + id + "\"," + std::string(make_event(test_key(), 7, "a reaction").json()) + "]";
  for (int i = 0; i < 110; ++i) {
    bad.connections()[0].send_text("nonsense");
    bad.connections()[0].send_text(unasked);
  }
  world.advance(1s);
  EXPECT_EQ(left, lines{"wss://bad.example.com"});
}

TEST_F(Offences, FewAmongManyGoodEventsAreForgiven) {
  start();
  world.advance(1s);
  for (int i = 0; i < 10'000; ++i) {
    if (i % 25 == 0) bad.connections()[0].send_text("nonsense");
    bad.add(make_event(std::to_string(i), world.wall_clock() + std::chrono::seconds(i)));
    if (i % 100 == 0) world.advance(100ms);
  }
  world.advance(1s);
  EXPECT_EQ(seen.size(), 10'000U);
  EXPECT_TRUE(left.empty());
}

TEST_F(Offences, AFloodOfNoticesIsLeftAndFewOfThemAreNot) {
  start();
  world.advance(1s);
  for (int minute = 0; minute < 10; ++minute) {
    for (int i = 0; i < 100; ++i) bad.connections()[0].send_text(R"(["NOTICE","once more"])");
    world.advance(1min);
  }
  EXPECT_EQ(pool->stats().relays[0].flood_messages, 0U);
  for (int i = 0; i < 500; ++i) bad.connections()[0].send_text(R"(["NOTICE","once more"])");
  world.advance(1s);
  EXPECT_EQ(left, lines{"wss://bad.example.com"});
  EXPECT_GT(pool->stats().relays[0].flood_messages, 200U);
}

TEST_F(Offences, EventsThatNobodyAskedForAreAFlood) {
  start();
  world.advance(1s);
  const std::string e(make_event("x").json());
  for (int i = 0; i < 500; ++i) bad.connections()[0].send_text("[\"EVENT\",\"no such id\"," + e + "]");
  world.advance(1s);
  EXPECT_EQ(left, lines{"wss://bad.example.com"});
  EXPECT_TRUE(seen.empty());
}

TEST_F(Offences, EventsForASubscriptionAreAFloodOnlyLongAfterItWasClosed) {
  start();
  world.advance(1s);
  const std::string id = bad.received()[0].substr(8, bad.received()[0].find('"', 8) - 8);
  const std::string late = "[\"EVENT\",\"" + id + "\"," + std::string(make_event("x").json()) + "]";
  notes.reset();
  world.advance(1s);
  for (int i = 0; i < 1'000; ++i) bad.connections()[0].send_text(late);
  world.advance(1s);
  EXPECT_TRUE(left.empty());
  EXPECT_EQ(pool->stats().relays[0].flood_messages, 0U);
  world.advance(2min);
  for (int i = 0; i < 500; ++i) bad.connections()[0].send_text(late);
  world.advance(1s);
  EXPECT_EQ(left, lines{"wss://bad.example.com"});
}

TEST_F(Offences, MayBePutUpWith) {
  relay_options patient;
  patient.max_offences = 0;
  start(patient);
  world.advance(1s);
  for (int i = 0; i < 1'000; ++i) bad.connections()[0].send_text("nonsense");
  world.advance(1s);
  EXPECT_TRUE(left.empty());
  EXPECT_EQ(pool->stats().relays[0].offences, 1'000);
}

TEST_F(Offences, WhoRepeatsAnIdWithGarbageHasNotSentTheEvent) {
  const event e = make_event("x");
  good.add(e);
  start();
  world.advance(1s);
  bad.add_json(testing::with_wrong_signature(e));
  world.advance(1s);
  EXPECT_EQ(pool->seen_on(e.id()), std::vector<relay_id>{*pool->find(good.url())});
  EXPECT_EQ(pool->stats().relays[0].messages.false_copy, 1U);
  bad.clear_events();
  bad.add(e);
  world.advance(1s);
  EXPECT_EQ(pool->seen_on(e.id()).size(), 2U);
}

}  // namespace
}  // namespace uvnostr
