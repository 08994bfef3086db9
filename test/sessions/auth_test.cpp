// SPDX-License-Identifier: MIT
// NIP-42 over time: AUTH that expires, comes late, or is refused for the moment.
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

class AuthOverTime : public ::testing::Test {
 protected:
  void start(auth_demand demand) {
    relay.emplace(*world.start_relay("wss://relay.example.com"));
    relay->behaviour().auth.demand = demand;
    relay_options defaults;
    defaults.auth_users = {test_key(2)};
    pool.emplace(*pool::make(world.loop(), {.relays = {relay->url()}, .relay_defaults = defaults},
                             {.on_auth = [this](const auth_status& status) {
                               steps.push_back(std::string(to_string(status.step)) +
                                               (status.words.empty() ? "" : ": " + std::string(status.words)));
                             }}));
    notes.emplace(
        *pool->subscribe(filter{.kinds = {1}},
                         {.on_event = [this](relay_id, const event_view& e) { seen.emplace_back(e.content()); },
                          .on_eose = [this](relay_id, eose_hint) { ++eoses; },
                          .on_relay_closed = [this](const relay_closed& told) { refusals.emplace_back(told.words); }}));
  }
  /// From now on, the relay demands another AUTH for each challenge that expire() sends.
  void let_auth_expire() {
    relay->on_message([this](const connection& c, std::string_view m) {
      const auto is = [&](std::string_view verb) { return m.starts_with("[\"" + std::string(verb) + "\""); };
      const auto id = [&] { return std::string(m.substr(m.find("\"id\":\"") + 6, 64)); };
      if (is("AUTH") && m.find(challenge) != m.npos) {
        ++answers;
        expired = false;
        c.send_text("[\"OK\",\"" + id() + "\",true,\"\"]");
        return true;
      }
      if (is("REQ") && m.find("\"until\"") != m.npos && std::exchange(expires_at_page, false)) {
        expired = true;
        challenge = "challenge for a page";
        c.send_text("[\"AUTH\",\"" + challenge + "\"]");
      }
      if (is("REQ") && expired) {
        c.send_text("[\"CLOSED\",\"" + std::string(m.substr(8, m.find('"', 8) - 8)) + "\",\"auth-required: expired\"]");
        return true;
      }
      if (is("EVENT") && expired) {
        c.send_text("[\"OK\",\"" + id() + "\",false,\"auth-required: expired\"]");
        return true;
      }
      return false;
    });
  }
  void expire(bool challenge_first) {
    expired = true;
    challenge = "challenge number " + std::to_string(++challenges);
    const connection c = relay->connections().front();
    if (challenge_first) c.send_text("[\"AUTH\",\"" + challenge + "\"]");
    std::string open;
    for (const std::string& m : c.received()) {
      if (m.starts_with("[\"REQ\"") && m.find("\"until\"") == m.npos) open = m.substr(8, m.find('"', 8) - 8);
    }
    c.send_text("[\"CLOSED\",\"" + open + "\",\"auth-required: expired\"]");
    if (!challenge_first) c.send_text("[\"AUTH\",\"" + challenge + "\"]");
  }

  simulation world;
  std::optional<test_relay> relay;
  std::optional<uvnostr::pool> pool;
  std::optional<subscription> notes;
  lines steps;
  lines seen;
  lines refusals;
  int eoses = 0;
  int answers = 0;
  int challenges = 0;
  bool expired = false;
  bool expires_at_page = false;
  std::string challenge = "none";
};

TEST_F(AuthOverTime, IsAnsweredAgainAsOftenAsItExpires) {
  start(auth_demand::on_connect);
  ASSERT_TRUE(world.run_until([&] { return eoses == 1; }, 1min));
  let_auth_expire();
  for (int round = 0; round < 10; ++round) {
    world.advance(1h);
    expire(round % 2 == 0);
    world.advance(10s);
    EXPECT_EQ(answers, round + 1);
    relay->add(make_event(std::to_string(round), world.wall_clock()));
    world.advance(1s);
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(round) + 1);
  }
  EXPECT_EQ(pool->stats().relays[0].connects, 1U);
  EXPECT_TRUE(refusals.empty());
}

TEST_F(AuthOverTime, IsAnsweredAgainForAPage) {
  start(auth_demand::on_connect);
  relay->behaviour().max_limit = 2;
  for (int i = 0; i < 6; ++i) relay->add(make_event(std::to_string(i), world.wall_clock() - std::chrono::minutes(i)));
  expires_at_page = true;
  let_auth_expire();
  world.advance(1min);
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(seen.size(), 6U);
  EXPECT_TRUE(refusals.empty());
}

TEST_F(AuthOverTime, IsAnsweredAgainForEvents) {
  start(auth_demand::on_connect);
  ASSERT_TRUE(world.run_until([&] { return eoses == 1; }, 1min));
  let_auth_expire();
  for (int round = 0; round < 5; ++round) {
    world.advance(1h);
    expired = true;
    challenge = "challenge number " + std::to_string(++challenges);
    relay->connections().front().send_text("[\"AUTH\",\"" + challenge + "\"]");
    world.advance(1s);
    EXPECT_EQ(answers, round) << "nothing was refused yet";
    std::optional<outcome> end;
    ASSERT_FALSE(pool->publish(make_event(std::to_string(round), world.wall_clock()),
                               {.on_receipt = [&](const receipt& r) { end = r.outcome; }}));
    world.advance(1s);
    EXPECT_EQ(end, outcome::accepted);
    EXPECT_EQ(answers, round + 1);
  }
}

TEST_F(AuthOverTime, CostsNoTimeWhereTheChallengeComesWithTheRefusal) {
  start(auth_demand::on_refusal);
  ASSERT_TRUE(world.run_until([&] { return eoses == 1; }, 1min));
  for (int round = 0; round < 5; ++round) {
    world.advance(1min);
    relay->drop_connections();
    ASSERT_TRUE(world.run_until([&] { return relay->counters().open == 0; }, 1s));
    ASSERT_TRUE(world.run_until([&] { return relay->counters().open == 1; }, 1min));
    const auto open = world.elapsed();
    relay->add(make_event(std::to_string(round), world.wall_clock()), delivery::store_only);
    ASSERT_TRUE(world.run_until([&] { return seen.size() == static_cast<std::size_t>(round) + 1; }, 1min));
    EXPECT_LE(world.elapsed() - open, round == 0 ? 4s : 1s);
  }
}

TEST_F(AuthOverTime, IsTriedAgainWhenItWasRefusedForTheMoment) {
  start(auth_demand::on_connect);
  relay->add(make_event("x"));
  relay->behaviour().auth.refuse = refusal{"invalid: your clock is wrong", 1};
  world.advance(10s);
  EXPECT_EQ(refusals, lines{"invalid: your clock is wrong"});
  EXPECT_TRUE(seen.empty());
  world.advance(20s);
  EXPECT_EQ(seen, lines{"x"});
  EXPECT_EQ(relay->counters().upgraded, 1U);
}

TEST_F(AuthOverTime, LetsThroughWhoWasRefusedWhileItsNextTryWaited) {
  start(auth_demand::on_connect);
  relay->add(make_event("x"));
  relay->behaviour().auth.refuse = refusal{"invalid: your clock is wrong", 1};
  ASSERT_TRUE(world.run_until([&] { return refusals.size() == 1; }, 10s));
  bool has_eose = false;
  const subscription late =
      *pool->subscribe(filter{.kinds = {1}}, {.on_eose = [&](relay_id, eose_hint) { has_eose = true; }});
  world.advance(5s);
  EXPECT_FALSE(has_eose);
  world.advance(20s);
  EXPECT_TRUE(has_eose);
}

TEST_F(AuthOverTime, IsShownStepByStep) {
  start(auth_demand::on_connect);
  relay->behaviour().auth.refuse = refusal{"restricted: not yet", 1};
  world.advance(1min);
  EXPECT_EQ(steps, (lines{"challenged", "answered", "refused: restricted: not yet", "answered", "accepted"}));
}

}  // namespace
}  // namespace uvnostr
