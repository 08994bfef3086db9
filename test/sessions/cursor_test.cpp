// SPDX-License-Identifier: MIT
// What a cursor covers, and what comes again: in the next run of a program, and after its relay was removed and added.
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

class Cursor : public ::testing::Test {
 protected:
  /// An event of so many days ago, sent as a live one.
  void publish(int days_ago) {
    relay.add(make_event(std::to_string(days_ago), world.wall_clock() - std::chrono::hours(24 * days_ago)));
    world.advance(1s);
  }
  /// Begins another run of the program. With limit 0 the relay sends live events of any date.
  void run(std::string from = {}, std::uint64_t max_unacknowledged = 0) {
    notes.reset();
    seen.clear();
    pool.emplace(*pool::make(world.loop(), {.relays = {relay.url()}}));
    notes.emplace(*pool->subscribe(filter{.kinds = {1}, .limit = 0},
                                   {.on_event =
                                        [this](relay_id, const event_view& e) {
                                          seen.emplace_back(e.content());
                                          if (e.content() == save_at) saved = notes->cursor();
                                        }},
                                   {.resume_from = std::move(from), .max_unacknowledged = max_unacknowledged}));
    world.advance(1min);
  }
  /// The cursor of a run that has processed events of these days ago.
  std::string after_a_run(const std::vector<int>& days) {
    run();
    for (const int each : days) publish(each);
    EXPECT_EQ(seen.size(), days.size());
    return notes->cursor();
  }
  void add_relay_again() {
    ASSERT_FALSE(pool->remove_relay(*pool->find(relay.url())));
    world.advance(1min);
    ASSERT_TRUE(pool->add_relay(relay.url()));
    world.advance(1min);
  }

  simulation world;
  test_relay relay = *world.start_relay("wss://relay.example.com");
  std::optional<uvnostr::pool> pool;
  std::optional<subscription> notes;
  lines seen;
  std::string save_at = "none";
  std::string saved;
};

TEST_F(Cursor, DoesNotCoverTheEventThatIsBeingHandled) {
  const std::string first = after_a_run({1});
  save_at = "5";
  run(first);
  seen.clear();
  publish(5);
  ASSERT_EQ(seen, lines{"5"});
  run(saved);
  EXPECT_EQ(seen, lines{"5"});
}

TEST_F(Cursor, DoesNotCoverAnEventThatIsNotVerifiedYet) {
  const std::string first = after_a_run({1});
  save_at = "2";
  run(first);
  seen.clear();
  for (const int days : {2, 5}) {
    relay.add(make_event(std::to_string(days), world.wall_clock() - std::chrono::hours(24 * days)));
  }
  world.advance(1s);
  ASSERT_EQ(seen, (lines{"2", "5"}));
  run(saved);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "5"), 1);
}

TEST_F(Cursor, CoversItOnceItWasAcknowledged) {
  const std::string first = after_a_run({1});
  run(first, 10);
  publish(5);
  notes->acknowledge(notes->delivered());
  const std::string then = notes->cursor();
  run(then, 10);
  EXPECT_TRUE(seen.empty());
}

TEST_F(Cursor, WhatWasNotAcknowledgedComesAgainInTheNextRunOnly) {
  const std::string first = after_a_run({3, 5});
  run(first, 10);
  seen.clear();
  publish(8);
  publish(2);
  ASSERT_EQ(seen, (lines{"8", "2"}));
  add_relay_again();
  EXPECT_EQ(seen, (lines{"8", "2"})) << "nothing comes again";
  const std::string then = notes->cursor();
  run(then, 10);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "8"), 1);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "2"), 1);
}

TEST_F(Cursor, CoversNothingThatARemovedRelayGaveWithoutAcknowledgement) {
  const std::string first = after_a_run({1});
  run(first, 10);
  publish(8);
  ASSERT_FALSE(pool->remove_relay(*pool->find(relay.url())));
  const std::string then = notes->cursor();
  run(then, 10);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "8"), 1);
}

TEST_F(Cursor, WhatWaitedForARemovedRelayComesAgainAndNothingElse) {
  const std::string first = after_a_run({3, 5});
  run(first);
  seen.clear();
  notes->pause();
  publish(8);
  publish(2);
  add_relay_again();
  notes->resume();
  world.advance(1min);
  EXPECT_EQ(seen, (lines{"2", "8"}));
}

TEST_F(Cursor, CoversNothingThatWaitedWhenItsSubscriptionWasClosed) {
  const std::string first = after_a_run({1});
  run(first);
  notes->pause();
  publish(8);
  notes->close();
  world.advance(1s);
  const std::string then = notes->cursor();
  run(then);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), "8"), 1);
}

}  // namespace
}  // namespace uvnostr
