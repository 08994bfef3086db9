// SPDX-License-Identifier: MIT
#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class Reconnect : public CoreTest {
 protected:
  /// Fails every dial until there is none, and returns the pauses between them.
  std::vector<std::chrono::milliseconds> waits_of_failing_dials(std::size_t most) {
    std::vector<std::chrono::milliseconds> waits;
    while (waits.size() < most && world.last().alive()) {
      world.last().drop(errc::connection_refused);
      world.settle();
      const auto wait = world.until_next();
      if (!wait) break;
      waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(*wait));
      world.advance(waits.back());
    }
    return waits;
  }
  void add_open_with_pings(std::chrono::milliseconds interval) {
    relay_options options = plain_relay();
    options.ping_interval = interval;
    options.pong_timeout = 10s;
    add_open(std::move(options));
  }
};

TEST_F(Reconnect, DialsFromTheLoopAndNotInTheCall) {
  make();
  core->add_relay("ws://relay.test", plain_relay()).value();
  EXPECT_TRUE(world.connections.empty());
  world.settle();
  EXPECT_EQ(world.connections.size(), 1U);
}

TEST_F(Reconnect, DoublesTheDelayUpToItsMaximum) {
  make();
  add();
  using ms = std::chrono::milliseconds;
  EXPECT_EQ(waits_of_failing_dials(9), (std::vector<ms>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}));
}

TEST_F(Reconnect, TakesDelaysBelowASecond) {
  make();
  relay_options options = plain_relay();
  options.reconnect.initial_delay = 200ms;
  options.reconnect.max_delay = 500ms;
  options.reconnect.multiplier = 1.5;
  add(options);
  using ms = std::chrono::milliseconds;
  EXPECT_EQ(waits_of_failing_dials(4), (std::vector<ms>{200ms, 300ms, 450ms, 500ms}));
}

TEST_F(Reconnect, KeepsJitterWithinItsPart) {
  make();
  relay_options options = plain_relay();
  options.reconnect.jitter = 0.25;
  options.reconnect.initial_delay = 1000ms;
  options.reconnect.multiplier = 1;
  add(options);
  const auto waits = waits_of_failing_dials(50);
  ASSERT_EQ(waits.size(), 50U);
  const auto [least, most] = std::minmax_element(waits.begin(), waits.end());
  EXPECT_GE(*least, 750ms);
  EXPECT_LE(*most, 1250ms);
  EXPECT_LT(*least, *most);
}

TEST_F(Reconnect, EndsForGoodAfterMaxRetriesAndSaysSoOnce) {
  make();
  relay_options options = plain_relay();
  options.reconnect.max_retries = 2;
  add(options);
  EXPECT_EQ(waits_of_failing_dials(10).size(), 2U);
  world.advance(24h);
  EXPECT_EQ(world.connections.size(), 3U);
  EXPECT_EQ(std::count_if(states.begin(), states.end(), [](const auto& s) { return s.state == relay_state::stopped; }),
            1);
  EXPECT_EQ(states.back().state, relay_state::stopped);
  EXPECT_EQ(states.back().cause, errc::connection_refused);
  EXPECT_TRUE(state_texts.back().starts_with("Nothing listens")) << state_texts.back();
}

TEST_F(Reconnect, DoesNotRetryWhenDisabled) {
  make();
  relay_options options = plain_relay();
  options.reconnect.enabled = false;
  add(options);
  EXPECT_TRUE(waits_of_failing_dials(10).empty());
  EXPECT_EQ(states.back().state, relay_state::stopped);
}

TEST_F(Reconnect, KeepsGrowingTheDelayOfARelayThatAcceptsAndCloses) {
  make();
  add();
  std::vector<std::chrono::milliseconds> waits;
  for (int i = 0; i < 4; ++i) {
    world.last().open();
    world.last().drop();
    world.settle();
    waits.push_back(*states.back().next_attempt);
    world.advance(waits.back());
  }
  using ms = std::chrono::milliseconds;
  EXPECT_EQ(waits, (std::vector<ms>{1s, 2s, 4s, 8s}));
}

TEST_F(Reconnect, StartsDelaysAnewAfterProvenUptime) {
  make();
  add();
  waits_of_failing_dials(5);
  world.last().open();
  world.advance(31s);
  world.last().drop();
  world.settle();
  EXPECT_EQ(*states.back().next_attempt, 1s);
}

TEST_F(Reconnect, GivesUpAnAnswerThatNeverComes) {
  make();
  add();
  world.advance(9'999ms);
  EXPECT_FALSE(world.last().aborted());
  world.advance(1ms);
  EXPECT_TRUE(world.last().aborted());
  EXPECT_EQ(states.back().cause, errc::connect_timeout);
  world.advance(1s);
  EXPECT_EQ(world.connections.size(), 2U);
}

TEST_F(Reconnect, WaitsAsLongAsTheRelayAsks) {
  make();
  add();
  world.last().end({.cause = errc::http_status, .detail = {}, .http_status = 503, .retry_after = 90s});
  world.settle();
  EXPECT_EQ(*states.back().next_attempt, 90s);
  EXPECT_EQ(states.back().http_status, 503);
  EXPECT_NE(state_texts.back().find("503"), std::string::npos);
}

TEST_F(Reconnect, TellsTheStateBefore) {
  make();
  add_open();
  world.last().drop();
  world.settle();
  core->close();
  world.settle();
  std::vector<std::pair<relay_state, relay_state>> changes;
  for (const relay_status& each : states) changes.emplace_back(each.previous, each.state);
  using enum relay_state;
  EXPECT_EQ(changes, (std::vector<std::pair<relay_state, relay_state>>{
                         {waiting, connecting}, {connecting, connected}, {connected, waiting}, {waiting, stopped}}));
}

TEST_F(Reconnect, KeepsControlCharactersOfARelayOutOfTheSentenceAndGivesItsWordsAsTheyAre) {
  make();
  add_open();
  world.last().end(
      {.cause = errc::closed_by_relay, .detail = "bye\x1b[2J\r\n\x7f", .close_code = 4000, .retry_after = {}});
  world.settle();
  EXPECT_EQ(state_texts.back(), "The relay closed the connection (close code 4000): bye\xef\xbf\xbd[2J  \xef\xbf\xbd");
  EXPECT_EQ(state_words.back(), "bye\x1b[2J\r\n\x7f");
}

TEST_F(Reconnect, DropsAConnectionWithoutPong) {
  make();
  add_open_with_pings(30s);
  world.advance(30s);
  EXPECT_EQ(world.last().pings(), 1U);
  world.last().pong();
  world.advance(30s);
  EXPECT_EQ(world.last().pings(), 2U);
  world.advance(10s);
  EXPECT_TRUE(world.last().aborted());
  EXPECT_EQ(states.back().cause, errc::ping_timeout);
}

TEST_F(Reconnect, DropsAConnectionThatTakesEverythingAndSaysNothing) {
  make();
  relay_options options = plain_relay();
  options.ping_interval = 30s;
  options.pong_timeout = 10s;
  add_open(options);
  played_connection& silent = world.last();
  std::vector<subscription> asked;
  for (int i = 0; i < 20 && !silent.aborted(); ++i) {
    world.advance(3s);
    asked.push_back(subscribe());  // its bytes leave at once
  }
  EXPECT_EQ(silent.pings(), 1U);
  EXPECT_TRUE(silent.aborted());
  EXPECT_TRUE(std::any_of(states.begin(), states.end(), [](const auto& s) { return s.cause == errc::ping_timeout; }));
}

TEST_F(Reconnect, NeedsNoCallbacks) {
  pool_options options;
  options.relay_defaults = plain_relay();
  core = *pool_core::make(world.share(), options, {});
  add_open();
  world.last().drop();
  world.advance(1s);
  EXPECT_EQ(world.connections.size(), 2U);
}

TEST_F(Reconnect, PingsAgainAfterAPong) {
  make();
  add_open_with_pings(1s);
  world.advance(1s);
  world.last().pong();
  world.advance(1s);
  EXPECT_EQ(world.last().pings(), 2U);
}

TEST_F(Reconnect, DialsAtOnceWhenAsked) {
  make();
  const relay_id id = add();
  waits_of_failing_dials(6);
  world.last().drop(errc::connection_refused);
  world.settle();
  const std::size_t before = world.connections.size();
  EXPECT_FALSE(core->reconnect(id));
  world.settle();
  EXPECT_EQ(world.connections.size(), before + 1);
}

TEST_F(Reconnect, RevivesAStoppedRelayWhenAsked) {
  make();
  relay_options options = plain_relay();
  options.reconnect.enabled = false;
  const relay_id id = add(options);
  world.last().drop(errc::connection_refused);
  world.settle();
  EXPECT_FALSE(core->reconnect(id));
  world.settle();
  EXPECT_EQ(world.connections.size(), 2U);
}

TEST_F(Reconnect, MakesAtMostMaxDialsAtATime) {
  pool_options options;
  options.relay_defaults = plain_relay();
  options.max_dials = 2;
  for (int i = 0; i < 5; ++i) options.relays.push_back("ws://r" + std::to_string(i) + ".test");
  make(options);
  world.settle();
  ASSERT_EQ(world.connections.size(), 2U);
  world.connections[0]->open();
  world.settle();
  EXPECT_EQ(world.connections.size(), 3U);
  world.connections[1]->drop(errc::connection_refused);
  world.settle();
  EXPECT_EQ(world.connections.size(), 4U);
}

TEST_F(Reconnect, ReportsADialThatFailsAtOnceLikeAnyOther) {
  make();
  world.fail(testing::system_call::connect);
  add();
  EXPECT_EQ(states.back().cause, errc::connection_failed);
  world.advance(1s);
  EXPECT_EQ(world.connections.size(), 1U);
}

TEST_F(Reconnect, RefusesASecondSpellingOfTheSameRelay) {
  make();
  add("wss://Relay.test:443/");
  EXPECT_EQ(core->add_relay("wss://relay.test").error(), errc::duplicate_relay);
}

TEST_F(Reconnect, ClosesWithTheCloseHandshake) {
  make();
  add_open();
  core->close();
  world.settle();
  EXPECT_EQ(world.last().close_code(), 1000);
  EXPECT_TRUE(take_said().empty());
  world.last().drop({});
  world.settle();
  EXPECT_EQ(take_said(), lines{"pool closed"});
}

TEST_F(Reconnect, ClosesWithoutTheRelaysAnswerAfterCloseTimeout) {
  make();
  add_open();
  core->close();
  world.advance(1'999ms);
  EXPECT_TRUE(take_said().empty());
  world.advance(1ms);
  EXPECT_EQ(take_said(), lines{"pool closed"});
  EXPECT_TRUE(world.last().aborted());
}

TEST_F(Reconnect, ClosesTenHalfOpenRelaysAtOnce) {
  make();
  for (int i = 0; i < 10; ++i) add("ws://r" + std::to_string(i) + ".test");
  core->close();
  world.settle();
  EXPECT_EQ(take_said(), lines{"pool closed"});
  core->close();
  world.settle();
  EXPECT_TRUE(take_said().empty());
}

TEST_F(Reconnect, HoldsTheLoopAsLongAsThereIsARelay) {
  make();
  EXPECT_FALSE(world.holds_loop());
  const relay_id id = add_open();
  EXPECT_TRUE(world.holds_loop());
  EXPECT_FALSE(core->remove_relay(id));
  EXPECT_FALSE(world.holds_loop());
}

TEST_F(Reconnect, AnswersClosedAfterClose) {
  make();
  add_open();
  core->close();
  EXPECT_EQ(core->add_relay("ws://other.test").error(), errc::closed);
  EXPECT_EQ(core->publish(note("x"), {}, {}), errc::closed);
  const filter f{.kinds = {1}};
  EXPECT_EQ(core->subscribe(std::span(&f, 1), {}, {}).error(), errc::closed);
}

}  // namespace
}  // namespace uvnostr
