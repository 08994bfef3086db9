// SPDX-License-Identifier: MIT
// Takes a client through scripts and behaviours, in both worlds with the same code.
#include <algorithm>
#include <vector>

#include "loopback/both_worlds.hpp"

namespace uvnostr {
namespace {

class Script : public BothWorlds {};

TEST_P(Script, ThreeEventsAndALossAndTheRestOnce) {
  relay->script()
      .expect_req()
      .send_event(a)
      .send_event(b)
      .send_event(c)
      .send_eose()
      .drop()
      .refuse_http(503)
      .wait(20ms)
      .expect_req()
      .send_event(a)
      .send_eose();
  join();
  subscribe();
  ASSERT_TRUE(until_done(5)) << relay->script().unmet();
  EXPECT_EQ(said, (lines{"event a from 1", "event b from 1", "event c from 1", "all eose", "eose from 1"}))
      << "the relay was away before it had proved that these were all";
  EXPECT_EQ(causes(), (std::vector<std::error_code>{errc::connection_lost, errc::http_status}));
  EXPECT_EQ(last_end().http_status, 503);
}

TEST_P(Script, ARefusalThatSaysWhenToComeBack) {
  relay->script()
      .refuse({.how = handshake::http_status, .status = 429, .headers = {{"Retry-After", "1"}}})
      .expect_req()
      .send_eose();
  join();
  subscribe();
  ASSERT_TRUE(until_ended());
  EXPECT_EQ(last_end().http_status, 429);
  // A random part is added, so that not all clients are back at the same moment.
  EXPECT_GE(last_end().next_attempt, std::chrono::milliseconds(1000));
  EXPECT_LE(last_end().next_attempt, std::chrono::milliseconds(1200));
  EXPECT_TRUE(until_done(1)) << relay->script().unmet();
}

TEST_P(Script, EventsThatAreAcceptedAndNot) {
  relay->script()
      .expect_event()
      .send_ok(true)
      .expect_event([](const event_view& e) { return e.content() == "b"; })
      .send_ok(false, "blocked: no");
  join();
  publish(a);
  publish(b);
  ASSERT_TRUE(until_done(4)) << relay->script().unmet();
  const std::string refused = std::to_string(static_cast<int>(errc::refused));
  EXPECT_EQ(said, (lines{"accepted by 1", "done 1/1", "rejected by 1: blocked: no (" + refused + ")", "done 0/1"}));
}

TEST_P(Script, AnEventWhoseAnswerIsLostIsSentAgain) {
  relay->script().expect_event().drop(ending::reset).expect_event().send_ok();
  join();
  publish(a);
  ASSERT_TRUE(until_done(2)) << relay->script().unmet();
  EXPECT_EQ(said, (lines{"accepted by 1", "done 1/1"}));
  EXPECT_EQ(causes(), (std::vector<std::error_code>{errc::connection_lost}));
}

TEST_P(Script, AChallengeThatIsAnswered) {
  relay->script()
      .expect_req()
      .send_auth("prove it")
      .send_closed("auth-required: who are you")
      .expect_auth()
      .send_ok()
      .expect_req()
      .send_event(a)
      .send_eose();
  relay_options options;
  options.auth_users = {test_key(7)};
  join(options);
  subscribe();
  ASSERT_TRUE(until_done(3)) << relay->script().unmet();
  EXPECT_EQ(said, (lines{"event a from 1", "eose from 1", "all eose"}));
}

TEST_P(Script, ARelayThatJudgesTheAnswerByItsClock) {
  relay->behaviour().auth.demand = auth_demand::on_refusal;
  relay->add(a);
  relay_options options;
  options.auth_users = {test_key(7)};
  join(options);
  subscribe();
  ASSERT_TRUE(until_said(3));
  EXPECT_EQ(said, (lines{"event a from 1", "eose from 1", "all eose"}));
  EXPECT_EQ(relay->counters().auths, 1U);
}

TEST_P(Script, ClosedAndNotice) {
  relay->script().expect_req().send_notice("be quick").send_closed("error: shutting down");
  join();
  subscribe();
  ASSERT_TRUE(until_done(3)) << relay->script().unmet();
  EXPECT_EQ(said, (lines{"notice be quick", "closed by 1: error: shutting down", "all eose"}));
}

TEST_P(Script, ACloseCodeAndItsReason) {
  relay->script().expect_req().close(4003, "enough").expect_req().send_eose();
  join();
  subscribe();
  ASSERT_TRUE(until_done(1)) << relay->script().unmet();
  EXPECT_EQ(causes(), (std::vector<std::error_code>{errc::closed_by_relay}));
  EXPECT_EQ(last_end().close_code, 4003);
  EXPECT_EQ(relay->all_connections()[0].close_code(), 4003);
}

TEST_P(Script, ARelayThatGoesAndComesBack) {
  relay->add(a);
  join();
  subscribe();
  ASSERT_TRUE(until_said(3));
  relay->stop();
  ASSERT_TRUE(until([&] { return std::ranges::count(causes(), errc::connection_refused) >= 2; }));
  EXPECT_EQ(causes().front(), errc::closed_by_relay);
  relay->add(b);
  ASSERT_FALSE(relay->restart());
  ASSERT_TRUE(until_said(4));
  EXPECT_EQ(said, (lines{"event a from 1", "eose from 1", "all eose", "event b from 1"}));
}

TEST_P(Script, WaysInWhichADialFails) {
  const auto cause_of = [&](handshake how) {
    forget_states();
    relay->behaviour().on_connect = {.how = how, .times = 1, .status = 404};
    join();
    EXPECT_TRUE(until_ended());
    pool.reset();
    return causes().front();
  };
  EXPECT_EQ(cause_of(handshake::http_status), errc::http_status);
  EXPECT_EQ(last_end().http_status, 404);
  for (const handshake how : {handshake::wrong_accept_header, handshake::no_accept_header, handshake::no_upgrade_header,
                              handshake::unoffered_extension, handshake::unoffered_subprotocol}) {
    EXPECT_EQ(cause_of(how), errc::handshake_failed) << static_cast<int>(how);
  }
#if UVNOSTR_BUNDLED_LWS
  EXPECT_EQ(cause_of(handshake::garbage), errc::handshake_failed);
#endif
}

TEST_P(Script, SilenceUntilTheTimeIsUp) {
  for (const handshake how : {handshake::silent, handshake::no_answer}) {
    forget_states();
    relay->behaviour().on_connect = {.how = how};
    relay_options options;
    options.connect_timeout = 50ms;
    join(options);
    ASSERT_TRUE(until_ended());
    EXPECT_EQ(causes().front(), errc::connect_timeout) << static_cast<int>(how);
    pool.reset();
  }
}

TEST_P(Script, BytesThatAreNoProtocol) {
  relay->script().expect_req().send_raw("\x83\x01x").expect_req().send_eose();
  join();
  subscribe();
  ASSERT_TRUE(until_done(1)) << relay->script().unmet();
  EXPECT_EQ(causes(), (std::vector<std::error_code>{errc::protocol_error}));
}

TEST_P(Script, AMessageFarAboveTheLimit) {
  relay->script().expect_req().send_notice(std::string(70'000, 'x')).expect_req().send_eose();
  relay_options options;
  options.max_message_bytes = 4'000;
  join(options);
  subscribe();
  ASSERT_TRUE(until_done(1)) << relay->script().unmet();
  EXPECT_EQ(causes(), (std::vector<std::error_code>{errc::message_too_big}));
  EXPECT_EQ(relay->all_connections()[0].close_code(), 1009);
}

TEST_P(Script, WhatAScriptStillWaitsFor) {
  relay->script().expect_event();
  join();
  subscribe();
  ASSERT_TRUE(until([&] { return relay->counters().reqs == 1; }));
  EXPECT_TRUE(relay->script().unmet().starts_with(R"(step 1 of 1 waits for an EVENT; what came instead: ["REQ",)"))
      << relay->script().unmet();
}

TEST_P(Script, AClientThatSaysGoodbye) {
  relay->script().expect_req().send_eose().expect_close().expect_disconnect();
  join();
  subscribe();
  ASSERT_TRUE(until_said(1));
  notes.reset();
  ASSERT_TRUE(until([&] { return relay->counters().closes == 1; }));
  pool->close();
  ASSERT_TRUE(until([&] { return relay->script().done(); })) << relay->script().unmet();
  EXPECT_EQ(relay->all_connections()[0].close_code(), 1000);
  EXPECT_TRUE(relay->connections().empty());
}

TEST_P(Script, ForgeriesCopiesAndHeadersOfTheRequest) {
  relay->add(a);
  relay->add(b);
  relay->behaviour().copies = 2;
  relay_options options;
  options.headers = {{"X-One", "1"}};
  join(options);
  subscribe();
  ASSERT_TRUE(until_said(4));
  EXPECT_EQ(pool->stats().messages.duplicate, 6U) << "two of the answer, and the four of the page that proves its end";
  EXPECT_NE(relay->connections()[0].request().find("X-One: 1\r\n"), std::string_view::npos);
  relay->behaviour().forge = forgery::signature;
  relay->add(c);
  ASSERT_TRUE(until([&] { return pool->stats().messages.wrong_signature == 2; }));
  EXPECT_EQ(said.size(), 4U);
}

INSTANTIATE_TEST_SUITE_P(, Script, ::testing::Values(world_kind::sockets, world_kind::simulated), name_of_world);

}  // namespace
}  // namespace uvnostr
