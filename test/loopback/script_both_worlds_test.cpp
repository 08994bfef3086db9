// SPDX-License-Identifier: MIT
// Stories that a client is led through, told twice with the same code: on sockets, and in the simulation.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>

#include <uvnostr/testing/simulation.hpp>
#include <uvnostr/uvnostr.hpp>

namespace uvnostr {
namespace {

using namespace std::chrono_literals;
using uvnostr::testing::ending;
using uvnostr::testing::handshake;
using uvnostr::testing::make_event;
using uvnostr::testing::simulation;
using uvnostr::testing::test_relay;
using lines = std::vector<std::string>;

enum class world { sockets, simulated };

class BothWorlds : public ::testing::TestWithParam<world> {
 protected:
  BothWorlds() {
    if (GetParam() == world::simulated) {
      simulated_ = std::make_unique<simulation>();
    } else {
      uv_loop_init(&loop_);
    }
    relay.emplace(start());
  }
  ~BothWorlds() override {
    notes.reset();
    pool.reset();
    relay.reset();
    if (simulated_) return;
    EXPECT_TRUE(uvnostr::testing::run_until_idle(&loop_));
    EXPECT_EQ(uv_loop_close(&loop_), 0);
  }

  test_relay start() {
    auto started = simulated_ ? simulated_->start_relay("wss://relay.example.com") : test_relay::start(&loop_);
    EXPECT_TRUE(started) << started.error().message();
    return std::move(started).value();
  }
  bool until(callback<bool()> condition) {
    return simulated_ ? simulated_->run_until(std::move(condition)) : uvnostr::testing::run_until(&loop_, std::move(condition));
  }
  /// The script is over and the client has had its part.
  bool until_told(std::size_t lines_said) {
    return until([&] { return relay->script().done() && said.size() >= lines_said; });
  }

  void join(relay_options defaults = {}) {
    pool_options options;
    options.relays = {relay->url()};
    defaults.reconnect = {.initial_delay = 100ms, .max_delay = 100ms};
    options.relay_defaults = std::move(defaults);
    pool_callbacks callbacks;
    callbacks.on_notice = [this](relay_id, std::string_view words) { said.push_back("notice " + std::string(words)); };
    callbacks.on_relay_state = [this](const relay_status& status) {
      if (!status.cause || status.state == relay_state::connected) return;
      ends.push_back(status.cause);
      last_end = status;
    };
    pool.emplace(*uvnostr::pool::make(simulated_ ? simulated_->loop() : &loop_, std::move(options), std::move(callbacks)));
  }
  void subscribe() {
    notes.emplace(*pool->subscribe(filter{.kinds = {1}}, {
        .on_event = [this](relay_id, const event_view& e) { said.emplace_back(e.content()); },
        .on_eose = [this](relay_id, eose_hint) { said.emplace_back("eose"); },
        .on_relay_closed = [this](relay_id, std::string_view words) { said.push_back("closed " + std::string(words)); }}));
  }
  void publish(const event& e) {
    ASSERT_FALSE(pool->publish(e, {.on_receipt = [this](const receipt& r) {
      said.push_back((r.outcome == outcome::accepted ? "accepted" : "not accepted ") + std::string(r.message));
    }}));
  }

  const event a = make_event("a");
  const event b = make_event("b");
  const event c = make_event("c");
  std::optional<test_relay> relay;
  std::optional<uvnostr::pool> pool;
  std::optional<subscription> notes;
  lines said;
  std::vector<std::error_code> ends;
  relay_status last_end;  // without its texts

 private:
  std::unique_ptr<simulation> simulated_;
  uv_loop_t loop_{};
};

TEST_P(BothWorlds, ThreeEventsAndALossAndTheRestOnce) {
  relay->script().expect_req().send(a).send(b).send(c).eose().drop().refuse_http(503).wait(20ms).expect_req().send(a).eose();
  join();
  subscribe();
  ASSERT_TRUE(until_told(4)) << relay->script().unmet();
  EXPECT_EQ(said, (lines{"a", "b", "c", "eose"}));
  EXPECT_EQ(ends, (std::vector<std::error_code>{errc::connection_lost, errc::http_status}));
  EXPECT_EQ(last_end.http_status, 503);
}

TEST_P(BothWorlds, ARefusalThatSaysWhenToComeBack) {
  relay->script().refuse({.how = handshake::http_status, .status = 429, .headers = {{"Retry-After", "1"}}}).expect_req().eose();
  join();
  subscribe();
  ASSERT_TRUE(until([&] { return !ends.empty(); }));
  EXPECT_EQ(last_end.http_status, 429);
  EXPECT_EQ(last_end.next_attempt, std::chrono::milliseconds(1000));
  EXPECT_TRUE(until_told(1)) << relay->script().unmet();
}

TEST_P(BothWorlds, EventsThatAreAcceptedAndNot) {
  relay->script().expect_event().ok(true).expect_event([](const event_view& e) { return e.content() == "b"; }).ok(false, "blocked: no");
  join();
  publish(a);
  publish(b);
  ASSERT_TRUE(until_told(2)) << relay->script().unmet();
  EXPECT_EQ(said, (lines{"accepted", "not accepted blocked: no"}));
}

TEST_P(BothWorlds, AnEventWhoseAnswerIsLostIsSentAgain) {
  relay->script().expect_event().drop(ending::reset).expect_event().ok();
  join();
  publish(a);
  ASSERT_TRUE(until_told(1)) << relay->script().unmet();
  EXPECT_EQ(said, (lines{"accepted"}));
  EXPECT_EQ(ends, (std::vector<std::error_code>{errc::connection_lost}));
}

TEST_P(BothWorlds, AChallengeThatIsAnswered) {
  relay->script().expect_req().challenge("prove it").closed("auth-required: who are you").expect_auth().ok().expect_req().send(a).eose();
  relay_options options;
  options.auth_key = uvnostr::testing::test_key(7);
  join(options);
  subscribe();
  ASSERT_TRUE(until_told(2)) << relay->script().unmet();
  EXPECT_EQ(said, (lines{"a", "eose"}));
}

TEST_P(BothWorlds, ARelayThatJudgesTheAnswerByItsClock) {
  relay->behave().auth.demand = uvnostr::testing::auth_demand::challenge_on_refusal;
  relay->add(a);
  relay_options options;
  options.auth_key = uvnostr::testing::test_key(7);
  join(options);
  subscribe();
  ASSERT_TRUE(until([&] { return said.size() == 2; }));
  EXPECT_EQ(said, (lines{"a", "eose"}));
  EXPECT_EQ(relay->counters().auths, 1U);
}

TEST_P(BothWorlds, ClosedAndNotice) {
  relay->script().expect_req().notice("be quick").closed("error: shutting down");
  join();
  subscribe();
  ASSERT_TRUE(until_told(2)) << relay->script().unmet();
  EXPECT_EQ(said, (lines{"notice be quick", "closed error: shutting down"}));
}

TEST_P(BothWorlds, ACloseCodeAndItsReason) {
  relay->script().expect_req().close(4003, "enough").expect_req().eose();
  join();
  subscribe();
  ASSERT_TRUE(until_told(1)) << relay->script().unmet();
  EXPECT_EQ(ends, (std::vector<std::error_code>{errc::closed_by_relay}));
  EXPECT_EQ(last_end.close_code, 4003);
  EXPECT_EQ(relay->all_connections()[0].close_code(), 4003);
}

TEST_P(BothWorlds, ARelayThatGoesAndComesBack) {
  relay->add(a);
  join();
  subscribe();
  ASSERT_TRUE(until([&] { return said.size() == 2; }));
  relay->stop();
  ASSERT_TRUE(until([&] { return std::ranges::count(ends, errc::connection_refused) >= 2; }));
  EXPECT_EQ(ends.front(), errc::closed_by_relay);
  relay->add(b);
  ASSERT_FALSE(relay->restart());
  ASSERT_TRUE(until([&] { return said.size() == 3; }));
  EXPECT_EQ(said, (lines{"a", "eose", "b"}));
}

TEST_P(BothWorlds, WaysInWhichADialFails) {
  const auto cause_of = [&](handshake how) {
    ends.clear();
    relay->behave().on_connect = {.how = how, .times = 1, .status = 404};
    join();
    EXPECT_TRUE(until([&] { return !ends.empty(); }));
    pool.reset();
    return ends.front();
  };
  EXPECT_EQ(cause_of(handshake::http_status), errc::http_status);
  EXPECT_EQ(last_end.http_status, 404);
  for (const handshake how : {handshake::wrong_accept, handshake::no_accept, handshake::no_upgrade, handshake::extension, handshake::subprotocol}) {
    EXPECT_EQ(cause_of(how), errc::handshake_failed) << static_cast<int>(how);
  }
}

TEST_P(BothWorlds, SilenceUntilTheTimeIsUp) {
  for (const handshake how : {handshake::silence, handshake::no_answer, handshake::garbage}) {
    ends.clear();
    relay->behave().on_connect = {.how = how};
    relay_options options;
    options.connect_timeout = 50ms;
    join(options);
    ASSERT_TRUE(until([&] { return !ends.empty(); }));
    EXPECT_EQ(ends.front(), errc::connect_timeout) << static_cast<int>(how);
    pool.reset();
  }
}

TEST_P(BothWorlds, BytesThatAreNoProtocol) {
  relay->script().expect_req().raw("\x83\x01x").expect_req().eose();
  join();
  subscribe();
  ASSERT_TRUE(until_told(1)) << relay->script().unmet();
  EXPECT_EQ(ends, (std::vector<std::error_code>{errc::protocol_error}));
}

TEST_P(BothWorlds, AMessageAboveTheLimit) {
  relay->script().expect_req().notice(std::string(5'000, 'x')).expect_req().eose();
  relay_options options;
  options.max_message_bytes = 4'000;
  join(options);
  subscribe();
  ASSERT_TRUE(until_told(1)) << relay->script().unmet();
  EXPECT_EQ(ends, (std::vector<std::error_code>{errc::message_too_big}));
  EXPECT_EQ(relay->all_connections()[0].close_code(), 1009);
}

TEST_P(BothWorlds, WhatAScriptStillWaitsFor) {
  relay->script().expect_event();
  join();
  subscribe();
  ASSERT_TRUE(until([&] { return relay->counters().reqs == 1; }));
  EXPECT_TRUE(relay->script().unmet().starts_with(R"(step 1 of 1 waits for an EVENT; what came instead: ["REQ",)")) << relay->script().unmet();
}

TEST_P(BothWorlds, AClientThatSaysGoodbye) {
  relay->script().expect_req().eose().expect_close().expect_disconnect();
  join();
  subscribe();
  ASSERT_TRUE(until([&] { return said.size() == 1; }));
  notes.reset();
  ASSERT_TRUE(until([&] { return relay->counters().closes == 1; }));
  pool->close();
  ASSERT_TRUE(until([&] { return relay->script().done(); })) << relay->script().unmet();
  EXPECT_EQ(relay->all_connections()[0].close_code(), 1000);
  EXPECT_TRUE(relay->connections().empty());
}

TEST_P(BothWorlds, ForgeriesCopiesAndHeadersOfTheRequest) {
  relay->add(a);
  relay->add(b);
  relay->behave().copies = 2;
  relay_options options;
  options.headers = {{"X-One", "1"}};
  join(options);
  subscribe();
  ASSERT_TRUE(until([&] { return said.size() == 3; }));
  EXPECT_EQ(pool->stats().messages.duplicate, 2U);
  EXPECT_NE(relay->connections()[0].request().find("X-One: 1\r\n"), std::string_view::npos);
  relay->behave().forge = uvnostr::testing::forgery::signature;
  relay->add(c);
  ASSERT_TRUE(until([&] { return pool->stats().messages.wrong_signature == 2; }));
  EXPECT_EQ(said.size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(, BothWorlds, ::testing::Values(world::sockets, world::simulated),
                         [](const auto& each) { return each.param == world::sockets ? "OnSockets" : "Simulated"; });

}  // namespace
}  // namespace uvnostr
