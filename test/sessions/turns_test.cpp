// SPDX-License-Identifier: MIT
// Relays that let few REQs be open, or take few a second: all subscriptions are served all the same.
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/testing/simulation.hpp>
#include <uvnostr/uvnostr.hpp>

#include "support/names.hpp"

namespace uvnostr {
namespace {

using testing::simulation;

class Turns : public ::testing::Test {
 protected:
  void start(test_relay_options options = {}) {
    relay.emplace(*world.start_relay("wss://relay.example.com", std::move(options)));
    pool.emplace(*pool::make(world.loop(), {.relays = {relay->url()}}));
  }
  void subscribe(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      subscriptions.push_back(*pool->subscribe(
          filter{.kinds = {kind(i)}},
          {.on_event = [this, i](relay_id, const event_view&) { got.insert(i); },
           .on_eose = [this, i](relay_id, eose_hint) { answered.insert(i); },
           .on_relay_closed = [this](const relay_closed& told) { refusals.emplace_back(told.words); }}));
    }
  }
  void store_one_for_each(unsigned count) {
    ++round;
    for (unsigned i = 0; i < count; ++i) {
      relay->add(make_event(test_key(), kind(i), std::to_string(round), {}, world.wall_clock()));
    }
  }
  /// Three events of each of 20 kinds, on a relay that gives two at a time.
  void store_two_pages_of_each_kind() {
    for (unsigned i = 0; i < 20; ++i) {
      for (int n = 0; n < 3; ++n) {
        relay->add(
            make_event(test_key(), kind(i), std::to_string(n), {}, world.wall_clock() - std::chrono::seconds(n)));
      }
    }
    relay->behaviour().max_limit = 2;
  }
  static event_kind kind(unsigned i) { return static_cast<event_kind>(1000 + i); }
  relay_stats stats() { return pool->stats().relays[0]; }

  simulation world;
  std::optional<test_relay> relay;
  std::optional<uvnostr::pool> pool;
  std::vector<subscription> subscriptions;
  std::set<unsigned> answered;
  std::set<unsigned> got;
  lines refusals;
  int round = 0;
};

TEST_F(Turns, FiveHundredAreLiveWithinAMinuteAtTenAsSecond) {
  start();
  relay->behaviour().max_req_rate = testing::req_rate{.per_second = 10, .burst = 10};
  subscribe(500);
  EXPECT_TRUE(world.run_until([&] { return answered.size() == 500; }, 70s)) << answered.size();
  EXPECT_LE(stats().refused_reqs, 20U);
  EXPECT_TRUE(refusals.empty());
  EXPECT_EQ(stats().waiting_reqs, 0U);
  store_one_for_each(500);
  world.advance(1s);
  EXPECT_EQ(got.size(), 500U);
  EXPECT_EQ(stats().connects, 1U);
}

TEST_F(Turns, ARelayThatTakesEverythingIsSoonSentEverything) {
  start();
  subscribe(500);
  EXPECT_TRUE(world.run_until([&] { return answered.size() == 500; }, 2s)) << answered.size();
}

TEST_F(Turns, AreTakenWhereFewMayBeOpen) {
  start({.max_subscriptions = 20});
  store_one_for_each(100);
  subscribe(100);
  EXPECT_TRUE(world.run_until([&] { return answered.size() == 100 && got.size() == 100; }, 1min)) << answered.size();
  const std::uint64_t refused = stats().refused_reqs;
  EXPECT_LE(refused, 32U) << "those that were under way when the number was learnt";
  EXPECT_EQ(stats().most_reqs, 20U);
  EXPECT_TRUE(refusals.empty());
  got.clear();
  store_one_for_each(100);
  EXPECT_TRUE(world.run_until([&] { return got.size() == 100; }, 2min)) << got.size();
  EXPECT_EQ(stats().refused_reqs, refused);
}

TEST_F(Turns, APageTakesThePlaceOfItsOwnReq) {
  start({.max_subscriptions = 1});
  relay->behaviour().max_limit = 3;
  for (int i = 0; i < 10; ++i) {
    relay->add(make_event(test_key(), 1000, std::to_string(i), {}, test_time + std::chrono::seconds(i)));
    relay->add(make_event(test_key(), 1001, std::to_string(i), {}, test_time + std::chrono::seconds(i)));
  }
  int events = 0;
  for (const event_kind kind : {event_kind{1000}, event_kind{1001}}) {
    subscriptions.push_back(*pool->subscribe(filter{.kinds = {kind}},
                                             {.on_event = [&](relay_id, const event_view&) { ++events; },
                                              .on_eose = [&, kind](relay_id, eose_hint) { answered.insert(kind); }}));
  }
  EXPECT_TRUE(world.run_until([&] { return answered.size() == 2; }, 3min));
  EXPECT_EQ(events, 20);
  EXPECT_LE(stats().reqs, 40U);
  world.advance(1min);
  EXPECT_LE(stats().reqs, 200U) << "it is not asked without a pause";
  relay->add(make_event(test_key(), 1000, "live", {}, world.wall_clock()));
  EXPECT_TRUE(world.run_until([&] { return events == 21; }, 1min));
}

TEST_F(Turns, ANoticeRefusesAsWell) {
  start({.max_subscriptions = 20});
  relay->behaviour().refuse_by_notice = true;
  subscribe(60);
  EXPECT_TRUE(world.run_until([&] { return answered.size() == 60; }, 1min)) << answered.size();
  EXPECT_TRUE(refusals.empty());
}

TEST_F(Turns, ARelayThatLetsNoneBeOpenHasRefused) {
  start({.max_subscriptions = 0});
  subscribe(1);
  world.advance(1s);
  EXPECT_EQ(refusals.size(), 1U);
}

TEST_F(Turns, TheRelaysOwnDocumentIsObeyedFromTheStart) {
  start({.max_subscriptions = 5});
  relay->behaviour().information = R"({"limitation":{"max_subscriptions":5}})";
  std::optional<std::uint64_t> said;
  ASSERT_FALSE(pool->information(pool->relays()[0], [&](const result<relay_information>& came) {
    if (came) said = came->limitation.max_subscriptions;
    subscribe(30);
  }));
  EXPECT_TRUE(world.run_until([&] { return answered.size() == 30; }, 1min));
  EXPECT_EQ(said, 5U);
  EXPECT_EQ(stats().refused_reqs, 0U);
}

TEST_F(Turns, ARelayThatSlowsDownForeverDoesNotHoldUpAQuery) {
  start();
  relay->behaviour().refuse_req = testing::refusal{"rate-limited: slow down"};
  std::size_t over = 0;
  for (unsigned i = 0; i < 20; ++i) {
    subscriptions.push_back(*pool->fetch(filter{.kinds = {kind(i)}}, {.on_done = [&](const fetch_result& told) {
                                           ++over;
                                           EXPECT_EQ(told.refused + told.timed_out, 1U);
                                         }}));
  }
  EXPECT_TRUE(world.run_until([&] { return over == 20; }, 1min)) << over;
}

TEST_F(Turns, ARelayThatTakesNoPagesAnyMoreDoesNotHoldUpAQuery) {
  start();
  store_two_pages_of_each_kind();
  std::size_t over = 0;
  for (unsigned i = 0; i < 20; ++i) {
    subscriptions.push_back(*pool->fetch(
        filter{.kinds = {kind(i)}}, {.on_event =
                                         [&](relay_id, const event_view&) {
                                           relay->behaviour().refuse_req = testing::refusal{"rate-limited: slow down"};
                                         },
                                     .on_done = [&](const fetch_result&) { ++over; }}));
  }
  EXPECT_TRUE(world.run_until([&] { return over == 20; }, 3min)) << over;
}

TEST_F(Turns, PagesOfASubscriptionWaitForARelayThatSlowsDown) {
  start();
  store_two_pages_of_each_kind();
  std::size_t events = 0;
  std::size_t over = 0;
  std::size_t caught_up = 0;
  for (unsigned i = 0; i < 20; ++i) {
    subscriptions.push_back(
        *pool->subscribe(filter{.kinds = {kind(i)}}, {.on_event =
                                                          [&](relay_id, const event_view&) {
                                                            ++events;
                                                            if (over == 0)
                                                              relay->behaviour().refuse_req =
                                                                  testing::refusal{"rate-limited: slow down"};
                                                          },
                                                      .on_caught_up =
                                                          [&](relay_id, std::span<const gap> gaps) {
                                                            ++caught_up;
                                                            EXPECT_TRUE(gaps.empty());
                                                          },
                                                      .on_all_eose = [&](const answer_counts&) { ++over; }}));
  }
  EXPECT_TRUE(world.run_until([&] { return over == 20; }, 3min)) << over;
  EXPECT_LT(caught_up, 20U);
  relay->behaviour().refuse_req.reset();
  EXPECT_TRUE(world.run_until([&] { return caught_up == 20; }, 1h)) << caught_up;
  EXPECT_EQ(events, 60U);
}

}  // namespace
}  // namespace uvnostr
