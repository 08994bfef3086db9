// SPDX-License-Identifier: MIT
#include "loopback/relay_fixture.hpp"

namespace uvnostr {
namespace {

TEST_F(Relay, SubscribesPublishesAndCloses) {
  test_relay server = start();
  relay r = make_relay(server.url());
  const subscription s = *r.subscribe(notes, noting());
  ASSERT_TRUE(until([this] { return eoses == 1; }));
  ASSERT_FALSE(r.publish(make_event("hello"), receipts()));
  ASSERT_TRUE(until_said(5));
  EXPECT_EQ(r.url(), server.url());
  EXPECT_EQ(r.stats().messages.delivered, 1U);
  r.close();
  ASSERT_TRUE(until([this] { return closed; }));
  EXPECT_EQ(close_cause, std::error_code());
  EXPECT_EQ(closes, 1);
  EXPECT_EQ(server.all_connections()[0].close_code(), 1000);
}

TEST_F(Relay, SaysOnceAndForGoodThatRetriesHaveEnded) {
  test_relay server = start();
  relay_options options = once();
  server.stop();
  options.reconnect = {.initial_delay = 100ms, .max_delay = 100ms, .max_retries = 3};
  EXPECT_EQ(cause_of(server.url(), options), errc::connection_refused);
  EXPECT_EQ(closes, 1);
  EXPECT_EQ(count(relay_state::connecting), 4U);
}

TEST_F(Relay, NamesTheCauseOfAFailedDial) {
  test_relay server = start();
  EXPECT_EQ(cause_of("ws://no-such-host.invalid"), errc::host_not_found);
  EXPECT_TRUE(state_texts.back().starts_with("The host name of the relay does not resolve")) << state_texts.back();

  server.behaviour().on_connect = {.how = handshake::http_status, .status = 429};
  EXPECT_EQ(cause_of(server.url()), errc::http_status);
  EXPECT_EQ(states.back().http_status, 429);

  for (const handshake how : {handshake::wrong_accept_header, handshake::no_accept_header, handshake::no_upgrade_header,
                              handshake::unoffered_extension, handshake::unoffered_subprotocol}) {
    server.behaviour().on_connect = {.how = how};
    const std::error_code cause = cause_of(server.url());
    EXPECT_EQ(cause, errc::handshake_failed) << static_cast<int>(how) << ": " << state_texts.back();
  }
  for (const handshake how : {handshake::reset, handshake::close}) {
    server.behaviour().on_connect = {.how = how};
    const std::error_code cause = cause_of(server.url());
    EXPECT_TRUE(cause == errc::connection_failed || cause == errc::connection_lost || cause == errc::handshake_failed)
        << static_cast<int>(how) << ": " << state_texts.back();
  }
}

TEST_F(Relay, GivesUpHandshakesThatNeverEnd) {
  test_relay server = start();
  for (const handshake how : {handshake::silent, handshake::no_answer, handshake::slow, handshake::endless_headers}) {
    server.behaviour().on_connect = {.how = how};
    relay_options options = once();
    options.connect_timeout = 100ms;
    const std::error_code cause = cause_of(server.url(), options);
    EXPECT_TRUE(cause == errc::connect_timeout ||
                (how == handshake::endless_headers && cause == errc::handshake_failed))
        << static_cast<int>(how) << ": " << state_texts.back();
  }
}

TEST_F(Relay, DropsAConnectionThatAnswersNoPing) {
  test_relay server = start();
  server.behaviour().answer_pings = false;
  relay_options options = once();
  options.ping_interval = 20ms;
  options.pong_timeout = 20ms;
  EXPECT_EQ(cause_of(server.url(), options), errc::ping_timeout);
}

TEST_F(Relay, KeepsAQuietOneThatAnswersPings) {
  test_relay server = start();
  relay_options options = once();
  options.ping_interval = 5ms;
  relay r = make_relay(server.url(), options);
  ASSERT_TRUE(until([&] { return server.counters().pings >= 5; }));
  EXPECT_TRUE(r.stats().ping_time.has_value());
  EXPECT_EQ(count(relay_state::connected), 1U);
  EXPECT_EQ(server.connections().size(), 1U);
}

TEST_F(Relay, ClosesWith1009FarAboveTheMessageLimit) {
  test_relay server = start();
  relay_options options = once();
  options.max_message_bytes = 10'000;
  for (const std::size_t fragment : {testing::unlimited, std::size_t{100}}) {
    server.behaviour().max_fragment_bytes = fragment;
    closed = false;
    states.clear();
    const relay r = make_relay(server.url(), options);
    ASSERT_TRUE(until_connected());
    ASSERT_TRUE(until([&] { return server.connections().size() == 1; }));
    server.connections()[0].send_text(R"(["NOTICE",")" + std::string(200'000, 'x') + "\"]");
    ASSERT_TRUE(until([this] { return closed; }));
    EXPECT_EQ(close_cause, errc::message_too_big);
    ASSERT_TRUE(until([&] { return server.counters().open == 0; }));
    EXPECT_EQ(server.all_connections().back().close_code(), 1009);
  }
}

TEST_F(Relay, TellsTheRelaysCloseCode) {
  test_relay server = start();
  const relay r = make_relay(server.url());
  ASSERT_TRUE(until_connected());
  ASSERT_TRUE(until([&] { return server.connections().size() == 1; }));
  server.connections()[0].close(4000, "go away");
  ASSERT_TRUE(until([this] { return closed; }));
  EXPECT_EQ(close_cause, errc::closed_by_relay);
  EXPECT_EQ(states.back().close_code, 4000);
  EXPECT_NE(state_texts.back().find("go away"), std::string::npos) << state_texts.back();
}

TEST_F(Relay, RefusesFramesThatNoServerMaySend) {
  test_relay server = start();
  for (const std::string_view raw : {
#if UVNOSTR_BUNDLED_LWS  // the system's libwebsockets takes masked frames from a server
         std::string_view("\x81\x81\0\0\0\0x", 7),
#endif
             std::string_view("\x83\x01x", 3), std::string_view("\x80\x01x", 3), std::string_view("\xc1\x01x", 3)
       }) {
    closed = false;
    states.clear();
    const relay r = make_relay(server.url());
    ASSERT_TRUE(until_connected());
    ASSERT_TRUE(until([&] { return server.connections().size() == 1; }));
    server.connections()[0].send_raw(raw);
    ASSERT_TRUE(until([this] { return closed; })) << ::testing::PrintToString(raw);
    EXPECT_TRUE(close_cause == errc::protocol_error || close_cause == errc::connection_lost) << close_cause.message();
    ASSERT_TRUE(until([&] { return server.connections().empty(); }));
  }
}

TEST_F(Relay, AuthenticatesWhereItIsAsked) {
  test_relay server = start();
  server.behaviour().auth.demand = auth_demand::on_refusal;
  server.add(make_event("for members"));
  relay_options options = once();
  options.auth_users = {test_key(7)};
  relay r = make_relay(server.url(), options);
  const subscription s = *r.subscribe(notes, noting());
  ASSERT_TRUE(until_said(1));
  EXPECT_EQ(said[0], "for members");
  ASSERT_FALSE(r.publish(make_event("by a member"), receipts()));
  ASSERT_TRUE(until([&] { return server.events().size() == 2; }));
  EXPECT_EQ(server.counters().auths, 1U);
}

}  // namespace
}  // namespace uvnostr
