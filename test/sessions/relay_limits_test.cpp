// SPDX-License-Identifier: MIT
// What a relay's information document says of limits is obeyed once it is known. Source: NIP-11.
#include <algorithm>
#include <map>
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

class RelayLimits : public ::testing::Test {
 protected:
  void start(relay_options defaults = {}) {
    pool.emplace(*pool::make(world.loop(), {.relays = {relay.url()}, .relay_defaults = std::move(defaults)}));
    world.advance(1s);
  }
  /// The relay says that it has these limits, and the pool learns it.
  void learn(const std::string& limitation) {
    relay.behaviour().information = R"({"limitation":{)" + limitation + "}}";
    bool is_known = false;
    ASSERT_FALSE(pool->information(
        pool->relays()[0], [&](const result<relay_information>& what) { is_known = what.has_value(); }, 0s));
    world.advance(1s);
    ASSERT_TRUE(is_known);
  }
  subscription subscribe(std::vector<filter> filters, subscribe_options options = {}) {
    auto made =
        pool->subscribe(filters,
                        {.on_event = [this](relay_id, const event_view& e) { ++seen[std::string(e.content())]; },
                         .on_eose = [this](relay_id, eose_hint) { ++eoses; },
                         .on_caught_up = [this](relay_id, std::span<const gap> all) { gaps += all.size(); },
                         .on_all_eose = [this](const answer_counts& all) { counts = all; },
                         .on_relay_closed = [this](const relay_closed& said) { closed.push_back(said); }},
                        std::move(options));
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }
  receipt publish(const event& e) {
    std::optional<receipt> got;
    EXPECT_FALSE(pool->publish(e, {.on_receipt = [&](const receipt& r) {
                                 got = r;
                                 words = r.message;
                               }}));
    world.advance(1s);
    EXPECT_TRUE(got);
    return got.value_or(receipt());
  }
  std::size_t longest_req() const {
    std::size_t longest = 0;
    for (const std::string& each : relay.received()) {
      if (each.starts_with(R"(["REQ")")) longest = std::max(longest, each.size());
    }
    return longest;
  }
  static std::vector<pubkey> authors(unsigned count) {
    std::vector<pubkey> all;
    for (unsigned i = 1; i <= count; ++i) all.push_back(test_key(i).pubkey());
    return all;
  }
  /// One of each author, each a second after the other.
  void store(unsigned count, std::string_view of = "") {
    for (unsigned i = 1; i <= count; ++i) {
      relay.add(
          make_event(test_key(i), 1, std::string(of) + std::to_string(i), {}, test_time + std::chrono::seconds(i)));
    }
  }
  void expect_each_once(std::size_t count) const {
    EXPECT_EQ(seen.size(), count);
    for (const auto& [content, times] : seen) EXPECT_EQ(times, 1) << content;
  }

  simulation world;
  test_relay relay = *world.start_relay("wss://relay.example.com");
  std::optional<uvnostr::pool> pool;
  std::map<std::string, int> seen;
  int eoses = 0;
  std::size_t gaps = 0;
  std::optional<answer_counts> counts;
  std::vector<relay_closed> closed;
  std::string words;
};

TEST_F(RelayLimits, FiltersThatAreTooLongAreSplitAndAnsweredAsOne) {
  relay.behaviour().max_req_bytes = 2'000;
  store(100);
  start();
  learn(R"("max_message_length":2000)");
  const subscription notes = subscribe({{.authors = authors(100), .kinds = {1}}});
  world.advance(1min);
  expect_each_once(100);
  EXPECT_EQ(eoses, 1);
  EXPECT_EQ(gaps, 0U);
  EXPECT_EQ(counts, (answer_counts{.asked = 1, .answered = 1}));
  EXPECT_LE(longest_req(), 2'000U);
  for (const unsigned i : {1U, 50U, 100U}) relay.add(make_event(test_key(i), 1, "live " + std::to_string(i)));
  world.advance(1s);
  expect_each_once(103);
  EXPECT_EQ(pool->stats().relays[0].disconnects, 0U);
}

TEST_F(RelayLimits, ThePagesOfEachPartAreAskedFor) {
  relay.behaviour().max_req_bytes = 2'000;
  relay.behaviour().max_limit = 7;
  for (int round = 0; round < 5; ++round) store(60, std::to_string(round) + '/');
  start();
  learn(R"("max_message_length":2000)");
  const std::vector<filter> wanted = {{.authors = authors(60), .kinds = {1}}};
  std::size_t complete = 0;
  const auto fetched =
      pool->fetch(wanted, {.on_event = [this](relay_id, const event_view& e) { ++seen[std::string(e.content())]; },
                           .on_done = [&](const fetch_result& what) { complete = what.complete; }});
  ASSERT_TRUE(fetched);
  world.advance(10min);
  expect_each_once(300);
  EXPECT_EQ(complete, 1U);
  EXPECT_LE(longest_req(), 2'000U);
}

TEST_F(RelayLimits, WhatIsLearntLaterSplitsWhatIsOpen) {
  relay.behaviour().hints = eose_hints::honest;  // no page is needed to know that there is no more
  store(100);
  start();
  const subscription notes = subscribe({{.authors = authors(100), .kinds = {1}}});
  world.advance(1min);
  expect_each_once(100);
  EXPECT_EQ(relay.counters().reqs, 1U);
  learn(R"("max_message_length":2000)");
  relay.behaviour().max_req_bytes = 2'000;
  relay.drop_connections();
  relay.add(make_event(test_key(70), 1, "meanwhile", {}, world.wall_clock()));
  world.advance(1min);
  relay.add(make_event(test_key(3), 1, "live", {}, world.wall_clock()));
  world.advance(1min);
  expect_each_once(102);
  EXPECT_EQ(eoses, 1);
  EXPECT_EQ(counts, (answer_counts{.asked = 1, .answered = 1}));
  // No limit any more: one request again.
  relay.behaviour().max_req_bytes = testing::unlimited;
  learn(R"("max_limit":1000)");
  const std::uint64_t before = relay.counters().reqs;
  relay.drop_connections();
  world.advance(1min);
  EXPECT_EQ(relay.counters().reqs, before + 1);
}

TEST_F(RelayLimits, AFilterThatCannotBeSplitIsToldAndTheOthersAreServed) {
  relay.behaviour().max_req_bytes = 2'000;
  store(3);
  start();
  learn(R"("max_message_length":2000)");
  subscription notes = subscribe({{.authors = authors(3)}, {.search = std::string(3'000, 'x')}});
  world.advance(1min);
  expect_each_once(3);
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_TRUE(closed[0].too_long);
  EXPECT_EQ(closed[0].asked_again, relay_closed::again::never);
  EXPECT_EQ(counts, (answer_counts{.asked = 1, .refused = 1}));
  EXPECT_EQ(eoses, 1);
  relay.drop_connections();
  world.advance(1min);
  EXPECT_EQ(closed.size(), 1U) << "it is told once";
  EXPECT_TRUE(notes.ask_again(pool->relays()[0]));
  world.advance(1s);
  EXPECT_EQ(closed.size(), 2U);
  EXPECT_LE(longest_req(), 2'000U);
}

TEST_F(RelayLimits, ACursorOfPartsIsThatOfTheWhole) {
  relay.behaviour().max_req_bytes = 2'000;
  for (unsigned i = 1; i <= 100; ++i)
    relay.add(make_event(test_key(i), 1, std::to_string(i), {}, world.wall_clock() - 2h + std::chrono::seconds(i)));
  start();
  learn(R"("max_message_length":2000)");
  const std::vector<filter> wanted = {{.authors = authors(100), .kinds = {1}}};
  std::string cursor;
  {
    const subscription notes = subscribe(wanted);
    world.advance(1min);
    expect_each_once(100);
    cursor = notes.cursor();
  }
  pool.reset();
  seen.clear();
  relay.add(make_event(test_key(42), 1, "meanwhile", {}, world.wall_clock()));
  world.advance(1min);
  // The next run does not know the limit, and the relay has none any more.
  relay.behaviour().max_req_bytes = testing::unlimited;
  start();
  subscribe_options options;
  options.resume_from = cursor;
  const std::size_t before = relay.received().size();
  const subscription again = subscribe(wanted, options);
  world.advance(1min);
  EXPECT_EQ(seen.count("meanwhile"), 1U);
  const lines asked = relay.received();
  ASSERT_GT(asked.size(), before);
  EXPECT_NE(asked[before].find(R"("since":)"), std::string::npos) << asked[before];
}

TEST_F(RelayLimits, PagesAreNoLargerThanTheRelayGives) {
  relay.behaviour().max_limit = 20;
  store(100);
  start();
  learn(R"("max_limit":20)");
  const subscription notes = subscribe({{.kinds = {1}}});
  world.advance(5min);
  expect_each_once(100);
  bool any = false;
  for (const std::string& each : relay.received()) {
    any = any || each.find(R"("limit":)") != std::string::npos;
    EXPECT_EQ(each.find(R"("limit":500)"), std::string::npos) << each;
  }
  EXPECT_TRUE(any);
}

TEST_F(RelayLimits, AnEventThatWouldBeRefusedIsNotSent) {
  start();
  const auto note = [&](std::string content, std::vector<std::vector<std::string>> tags = {},
                        std::chrono::seconds from_now = 0s) {
    return make_event(test_key(), 1, content, std::move(tags), world.wall_clock() + from_now);
  };
  const std::string euros = "\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac";
  struct example {
    std::string limitation;
    event refused;
    event taken;
    std::string words;
  };
  const std::vector<example> all = {
      {R"("max_content_length":10)", note("12345678901"), note(euros), "max_content_length is 10"},
      {R"("max_event_tags":1)", note("2", {{"t", "a"}, {"t", "b"}}), note("3", {{"t", "a"}}), "max_event_tags is 1"},
      {R"("max_message_length":500)", note(std::string(300, 'x')), note("x"), "max_message_length is 500"},
      {R"("created_at_lower_limit":3600)", note("a", {}, -2h), note("b", {}, -30min), "created_at_lower_limit is 3600"},
      {R"("created_at_upper_limit":60)", note("c", {}, 2h), note("d", {}, 30s), "created_at_upper_limit is 60"},
      {R"("min_pow_difficulty":200)", note("e"), note("f"), "min_pow_difficulty is 200"},
  };
  std::uint64_t sent = 0;
  for (const example& each : all) {
    learn(each.limitation);
    const receipt told = publish(each.refused);
    EXPECT_EQ(told.outcome, outcome::not_sent) << each.words;
    EXPECT_EQ(told.cause, errc::relay_limit) << each.words;
    EXPECT_TRUE(words.starts_with(each.words)) << words;
    EXPECT_EQ(relay.counters().events, sent);
    if (each.words.starts_with("min_pow")) continue;
    EXPECT_EQ(publish(each.taken).outcome, outcome::accepted) << each.words;
    EXPECT_EQ(relay.counters().events, ++sent);
  }
  // 0 is how relays say that they have no limit.
  learn(R"("max_content_length":0,"max_event_tags":0,"max_message_length":0,"created_at_lower_limit":0)");
  EXPECT_EQ(publish(note("no limit", {{"t", "a"}}, -1h)).outcome, outcome::accepted);
}

TEST_F(RelayLimits, WhoIsNobodyToARelayThatDemandsAuthIsToldAtOnce) {
  start();
  learn(R"("auth_required":true)");
  const receipt told = publish(make_event("x"));
  EXPECT_EQ(told.outcome, outcome::not_sent);
  EXPECT_EQ(told.cause, errc::auth_required);
  EXPECT_EQ(relay.counters().events, 0U);
}

TEST_F(RelayLimits, ARelayThatDemandsAuthGetsItBeforeItRefuses) {
  relay.behaviour().auth.demand = auth_demand::on_connect;
  relay_options options;
  options.auth_users = {test_key()};
  start(options);
  learn(R"("auth_required":true)");
  relay.drop_connections();
  world.advance(1min);
  const subscription notes = subscribe({{.kinds = {1}}});
  world.advance(1min);
  EXPECT_EQ(eoses, 1);
  EXPECT_EQ(relay.counters().auths, 1U);
  EXPECT_EQ(pool->stats().relays[0].refused_reqs, 0U);
}

}  // namespace
}  // namespace uvnostr
