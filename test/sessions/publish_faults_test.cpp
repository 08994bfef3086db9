// SPDX-License-Identifier: MIT
// Every publish ends in a receipt, whatever a relay does, and no event holds up the others.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/testing/simulation.hpp>
#include <uvnostr/uvnostr.hpp>

#include "support/names.hpp"

namespace uvnostr {
namespace {

using testing::connection;
using testing::simulation;

std::string ok_text(std::string_view id, bool accepted, std::string_view words = "") {
  return "[\"OK\",\"" + std::string(id) + "\"," + (accepted ? "true" : "false") + ",\"" + std::string(words) + "\"]";
}
/// The id of the event in an EVENT or AUTH message.
std::string id_in(std::string_view message) { return std::string(message.substr(message.find("\"id\":\"") + 6, 64)); }

class PublishFaults : public ::testing::Test {
 protected:
  struct answer {
    std::string content;
    uvnostr::outcome outcome;
    std::string prefix;
    std::string text;
    std::error_code cause;
    std::chrono::microseconds at;
  };

  void make_pool(relay_options defaults = {}) {
    relay.emplace(*world.start_relay("wss://relay.example.com"));
    pool.emplace(*pool::make(world.loop(), {.relays = {relay->url()}, .relay_defaults = std::move(defaults)}));
  }
  void publish(const std::string& content, publish_options options = {}) {
    const event e = make_event(test_key(), 1, content, {}, test_time + std::chrono::seconds(++published));
    ASSERT_FALSE(pool->publish(e,
                               {.on_receipt =
                                    [this, content](const receipt& r) {
                                      answers.push_back({content, r.outcome, std::string(r.prefix), std::string(r.text),
                                                         r.cause, world.elapsed()});
                                    },
                                .on_enough = {},
                                .on_done = [this](std::size_t, std::size_t) { ++done; }},
                               options));
  }
  /// In the order of the receipts.
  lines accepted() const {
    lines all;
    for (const answer& each : answers) {
      if (each.outcome == outcome::accepted) all.push_back(each.content);
    }
    return all;
  }
  const answer* answer_to(std::string_view content) const {
    for (const answer& each : answers) {
      if (each.content == content) return &each;
    }
    return nullptr;
  }
  simulation world;
  std::optional<test_relay> relay;
  std::optional<uvnostr::pool> pool;
  std::vector<answer> answers;
  int done = 0;
  int published = 0;
};

TEST_F(PublishFaults, EndInAReceiptWhenTheRelayIsGoneAfterAuth) {
  make_pool({.auth_users = {test_key(2)}});
  relay->on_message([&](const connection& c, std::string_view m) {
    if (m.starts_with("[\"AUTH\"")) {
      c.send_text(ok_text(id_in(m), true));
      relay->stop(ending::abrupt);
      return true;
    }
    if (!m.starts_with("[\"EVENT\"")) return false;
    c.send_text("[\"AUTH\",\"abc\"]");
    c.send_text(ok_text(id_in(m), false, "auth-required: who are you"));
    return true;
  });
  publish("x");
  world.advance(24h);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_NE(answers[0].outcome, outcome::accepted);
  EXPECT_LE(answers[0].at, 61s);
  EXPECT_EQ(done, 1);
}

TEST_F(PublishFaults, FindOutWhichEventIsTooBigAndSendTheOthers) {
  make_pool();
  relay->behaviour().max_event_bytes = 128 * 1024;
  const std::string big(200'000, 'x');
  lines small;
  for (int i = 0; i < 9; ++i) {
    if (i == 4) publish(big);
    publish(small.emplace_back("small " + std::to_string(i)));
  }
  world.advance(20s);
  EXPECT_EQ(accepted(), small);
  ASSERT_NE(answer_to(big), nullptr);
  EXPECT_EQ(answer_to(big)->outcome, outcome::rejected);
  EXPECT_EQ(answer_to(big)->cause, errc::event_too_big);
  EXPECT_EQ(done, 10);
  EXPECT_LE(pool->stats().relays[0].connects, 3U);
}

TEST_F(PublishFaults, FindOutWhichEventTheRelayHangsUpOver) {
  make_pool();
  relay->on_message([](const connection& c, std::string_view m) {
    if (!m.starts_with("[\"EVENT\"") || m.find("poison") == m.npos) return false;
    c.drop(ending::abrupt);
    return true;
  });
  lines harmless;
  for (int i = 0; i < 200; ++i) {
    if (i == 120) publish("poison");
    publish(harmless.emplace_back("harmless " + std::to_string(i)));
  }
  const subscription s = *pool->subscribe(filter{.kinds = {7}}, {.on_relay_closed = [](const relay_closed& told) {
                                            ADD_FAILURE() << "the request is refused: " << told.words;
                                          }});
  world.advance(60s);
  EXPECT_EQ(accepted(), harmless);
  ASSERT_NE(answer_to("poison"), nullptr);
  EXPECT_EQ(answer_to("poison")->outcome, outcome::timed_out);
  EXPECT_EQ(answer_to("poison")->cause, errc::connection_lost);
  EXPECT_LE(pool->stats().relays[0].connects, 6U);
}

TEST_F(PublishFaults, BlameNoEventForARequestThatTheRelayHangsUpOver) {
  make_pool();
  relay->behaviour().max_req_bytes = 1'000;
  filter large{.kinds = {1}};
  for (std::uint8_t i = 0; i < 100; ++i) large.authors.push_back(test_key(static_cast<std::uint8_t>(i + 1)).pubkey());
  int refused = 0;
  const subscription s = *pool->subscribe(large, {.on_relay_closed = [&](const relay_closed&) { ++refused; }});
  lines all;
  for (int i = 0; i < 5; ++i) publish(all.emplace_back(std::to_string(i)));
  world.advance(60s);
  EXPECT_EQ(accepted(), all);
  EXPECT_EQ(refused, 1);
}

TEST_F(PublishFaults, TrustWhatARestartingRelayDidNotAnswer) {
  make_pool();
  world.advance(1s);
  relay->pause_reading();
  lines all;
  for (int i = 0; i < 500; ++i) publish(all.emplace_back(std::to_string(i)));
  world.advance(1s);
  relay->stop(ending::abrupt);
  ASSERT_FALSE(relay->restart());
  relay->resume_reading();
  world.advance(5s);
  EXPECT_EQ(accepted(), all);
}

TEST_F(PublishFaults, TakeARefusedDuplicateForAccepted) {
  make_pool();
  relay->behaviour().refuse_event = refusal{"duplicate: have it"};
  publish("x");
  world.advance(1s);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].outcome, outcome::accepted);
  EXPECT_FALSE(answers[0].cause);
  EXPECT_EQ(answers[0].prefix, "duplicate");
}

TEST_F(PublishFaults, ShowTheWordForProgramsAndTheOneForHumans) {
  make_pool();
  relay->behaviour().refuse_event = refusal{"blocked: not you: never", 1};
  publish("x");
  world.advance(1s);
  relay->behaviour().refuse_event = refusal{"Sorry: no", 1};
  publish("y");
  world.advance(1s);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].prefix, "blocked");
  EXPECT_EQ(answers[0].text, "not you: never");
  EXPECT_EQ(answers[1].prefix, "");
  EXPECT_EQ(answers[1].text, "Sorry: no");
}

TEST_F(PublishFaults, AreSentAgainAfterARateLimitInTheirOrder) {
  make_pool();
  relay->behaviour().refuse_event = refusal{"rate-limited: slow down", 3};
  const lines all{"a", "b", "c", "d"};
  for (const std::string& each : all) publish(each);
  world.advance(10s);
  EXPECT_EQ(accepted(), (lines{"d", "a", "b", "c"})) << "d was on its way";
  EXPECT_EQ(relay->counters().events, 7U);
}

TEST_F(PublishFaults, GiveARateLimitUpAfterRetryTimeout) {
  make_pool();
  relay->behaviour().refuse_event = refusal{"rate-limited: slow down"};
  publish("now", {.retry_timeout = 0ms});
  world.advance(1s);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].prefix, "rate-limited");
  publish("later", {.retry_timeout = 20s});
  world.advance(30s);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[1].outcome, outcome::rejected);
  EXPECT_EQ(answers[1].cause, errc::refused);
  EXPECT_EQ(answers[1].prefix, "rate-limited");
  EXPECT_LE(answers[1].at, 21s);
  EXPECT_GE(relay->counters().events, 4U);
  EXPECT_LE(relay->counters().events, 7U);
}

TEST_F(PublishFaults, TellOnceThatEnoughRelaysHaveAccepted) {
  make_pool();
  std::vector<test_relay> others;
  for (int i = 0; i < 3; ++i) {
    others.push_back(*world.start_relay("wss://other" + std::to_string(i) + ".example.com"));
    ASSERT_TRUE(pool->add_relay(others.back().url()));
  }
  others[0].behaviour().refuse_event = refusal{"blocked: no"};
  others[1].behaviour().answer_events = false;
  lines said;
  const auto ask = [&](std::size_t enough) {
    return pool->publish(make_event("x"),
                         {.on_receipt = {},
                          .on_enough = [&](bool yes) { said.push_back(yes ? "enough" : "too few"); },
                          .on_done = [&](std::size_t, std::size_t) { said.push_back("done"); }},
                         {.enough_accepted = enough});
  };
  ASSERT_FALSE(ask(2));
  world.advance(1s);
  EXPECT_EQ(said, lines{"enough"});
  world.advance(1min);
  EXPECT_EQ(said, (lines{"enough", "done"}));
  said.clear();
  ASSERT_FALSE(ask(4));
  world.advance(1s);
  EXPECT_EQ(said, lines{"too few"});
  world.advance(1min);
  EXPECT_EQ(said, (lines{"too few", "done"}));
  EXPECT_EQ(ask(5), errc::option_range);
}

TEST_F(PublishFaults, GetTheirTimeForAnAnswerOnceTheyHaveLeft) {
  make_pool({.ping_interval = 0ms});
  world.advance(1s);
  relay->pause_reading();
  lines all;
  for (int i = 0; i < 20; ++i) publish(all.emplace_back(std::to_string(i) + std::string(10'000, 'x')));
  // A line that takes one of them every six seconds.
  for (int i = 0; i < 20; ++i) {
    world.advance(6s);
    const std::uint64_t before = relay->counters().events;
    relay->resume_reading();
    ASSERT_TRUE(world.run_until([&] { return relay->counters().events > before; }, 1s));
    relay->pause_reading();
  }
  relay->resume_reading();
  world.advance(1s);
  EXPECT_EQ(accepted(), all);
}

}  // namespace
}  // namespace uvnostr
