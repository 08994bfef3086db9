// SPDX-License-Identifier: MIT
// The test relay as a misbehaving relay: by rule, by script, by hand.
#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "loopback/loop_fixture.hpp"
#include "loopback/raw_client.hpp"

namespace uvnostr {
namespace {

using namespace uvnostr::testing;

using TestRelayFaults = LoopTest;
using std::chrono::milliseconds;

std::string event_for(const event& e) { return "[\"EVENT\",\"s\"," + std::string(e.json()) + "]"; }
constexpr std::string_view req = R"(["REQ","s",{}])";
constexpr std::string_view eose = R"(["EOSE","s"])";

test_relay_options with(handshake how) {
  test_relay_options options;
  options.behaviour.on_connect.how = how;
  return options;
}

// The Date header of a relay with such a clock.
class TestRelayClock : public LoopTest {
 protected:
  std::string date_with(std::chrono::seconds offset) {
    test_relay_options options;
    options.behaviour.clock_offset = offset;
    test_relay relay = start(std::move(options));
    raw_client client(&loop, relay.port());
    EXPECT_TRUE(until([&] { return client.is_upgraded(); }));
    const std::string head = client.http_head() + "\r\n";
    const std::size_t at = head.find("\r\nDate: ");
    EXPECT_NE(at, std::string::npos) << head;
    return head.substr(at + 8, head.find("\r\n", at + 2) - at - 8);
  }
};

TEST_F(TestRelayClock, IsInTheAnswerToTheUpgradeRequest) {
  const std::string date = date_with({});
  EXPECT_TRUE(date.ends_with(" GMT")) << date;
  EXPECT_NE(date, date_with(std::chrono::days(400)));
  EXPECT_NE(date, date_with(std::chrono::days(-400)));
}

TEST_F(TestRelayFaults, ResetsNewConnections) {
  test_relay relay = start(with(handshake::reset));
  raw_client client(&loop, relay.port());
  ASSERT_TRUE(until([&] { return client.ended() != 0; }));
  EXPECT_EQ(client.ended(), UV_ECONNRESET);
}

TEST_F(TestRelayFaults, ClosesNewConnections) {
  test_relay relay = start(with(handshake::close));
  raw_client client(&loop, relay.port());
  ASSERT_TRUE(until([&] { return client.ended() != 0; }));
  EXPECT_EQ(client.ended(), UV_EOF);
  EXPECT_EQ(client.bytes(), "");
}

TEST_F(TestRelayFaults, RefusesWithAnHttpStatusAsOftenAsAsked) {
  test_relay relay = start();
  relay.behaviour().on_connect = {.how = handshake::http_status,
                                  .times = 1,
                                  .status = 429,
                                  .headers = {{"Retry-After", "7"}, {"Date", "today"}},
                                  .body = "slow"};
  raw_client refused(&loop, relay.port());
  ASSERT_TRUE(until([&] { return refused.ended() != 0; }));
  EXPECT_EQ(refused.bytes(),
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nDate: today\r\nContent-Length: 4\r\nConnection: "
            "close\r\n\r\nslow");
  raw_client accepted(&loop, relay.port());
  EXPECT_TRUE(until([&] { return accepted.is_upgraded(); }));
}

TEST_F(TestRelayFaults, SpoilsTheUpgradeInTheWayAsked) {
  const std::string good = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
  const auto answer_of = [&](handshake how) {
    test_relay relay = start(with(how));
    raw_client client(&loop, relay.port());
    EXPECT_TRUE(until([&] { return client.bytes().find("\r\n\r\n") != std::string::npos; }));
    EXPECT_EQ(relay.counters().open, 0U);
    return client.http_head();
  };
  EXPECT_EQ(answer_of(handshake::wrong_accept_header).find(good), std::string::npos);
  EXPECT_EQ(answer_of(handshake::no_accept_header).find("Accept"), std::string::npos);
  EXPECT_EQ(answer_of(handshake::no_upgrade_header).find("Upgrade: websocket"), std::string::npos);
  EXPECT_NE(answer_of(handshake::unoffered_extension).find("Sec-WebSocket-Extensions"), std::string::npos);
  EXPECT_NE(answer_of(handshake::unoffered_subprotocol).find("Sec-WebSocket-Protocol"), std::string::npos);
}

TEST_F(TestRelayFaults, TalksGarbageBeforeTheRequest) {
  test_relay relay = start(with(handshake::banner));
  raw_client client(&loop, relay.port(), false);
  ASSERT_TRUE(until([&] { return !client.bytes().empty(); }));
  EXPECT_TRUE(client.bytes().starts_with("220 "));
}

TEST_F(TestRelayFaults, DripsTheHandshakeAndWorksAfterIt) {
  test_relay_options options = with(handshake::slow);
  options.behaviour.on_connect.interval = milliseconds(0);
  test_relay relay = start(options);
  raw_client client(&loop, relay.port());
  client.send(req);
  ASSERT_TRUE(until([&] { return client.texts().size() == 1; }));
  EXPECT_EQ(client.texts()[0], eose);
}

TEST_F(TestRelayFaults, SendsAHeaderWithoutEnd) {
  test_relay relay = start(with(handshake::endless_headers));
  raw_client client(&loop, relay.port());
  ASSERT_TRUE(until([&] { return client.bytes().size() > 100'000; }));
  EXPECT_EQ(client.bytes().find("\r\n\r\n"), std::string::npos);
}

TEST_F(TestRelayFaults, NeverAnswersTheHandshake) {
  test_relay relay = start(with(handshake::no_answer));
  raw_client silent(&loop, relay.port());
  ASSERT_TRUE(
      until([&] { return relay.all_connections().size() == 1 && !relay.all_connections()[0].request().empty(); }));
  relay.behaviour().on_connect = {};
  raw_client answered(&loop, relay.port());
  ASSERT_TRUE(until([&] { return answered.is_upgraded(); }));
  EXPECT_EQ(silent.bytes(), "");
  EXPECT_EQ(silent.ended(), 0);
}

TEST_F(TestRelayFaults, CutsTheConnectionInTheMiddleOfTheSecondEvent) {
  test_relay relay = start();
  const event newer = make_event("newer", test_time + std::chrono::seconds(1));
  const event older = make_event("older");
  relay.add(newer);
  relay.add(older);
  relay.behaviour().drop = drop_rule{.after_events = 2, .mid_frame = true, .times = 1};
  raw_client client(&loop, relay.port());
  client.send(req);
  ASSERT_TRUE(until([&] { return client.ended() != 0; }));
  EXPECT_EQ(client.texts(), (lines{event_for(newer)}));
  EXPECT_NE(client.bytes().find(older.json().substr(0, 20)), std::string::npos);
  raw_client again(&loop, relay.port());
  again.send(req);
  EXPECT_TRUE(until([&] { return again.texts().size() == 3; }));
}

TEST_F(TestRelayFaults, DropsAfterEose) {
  test_relay relay = start();
  relay.behaviour().drop = drop_rule{.after_eose = true, .how = ending::reset};
  raw_client client(&loop, relay.port());
  client.send(req);
  ASSERT_TRUE(until([&] { return client.ended() != 0; }));
  EXPECT_EQ(client.texts(), (lines{std::string(eose)}));
}

TEST_F(TestRelayFaults, ResetsOneConnectionAndKeepsTheOthers) {
  test_relay relay = start();
  raw_client first(&loop, relay.port());
  ASSERT_TRUE(until([&] { return first.is_upgraded(); }));
  raw_client second(&loop, relay.port());
  ASSERT_TRUE(until([&] { return second.is_upgraded(); }));
  relay.connections().at(0).reset();
  ASSERT_TRUE(until([&] { return first.ended() != 0; }));
  EXPECT_EQ(first.ended(), UV_ECONNRESET);
  EXPECT_EQ(relay.counters().open, 1U);
  EXPECT_EQ(second.ended(), 0);
}

TEST_F(TestRelayFaults, CutsOrClosesAllConnectionsAsAsked) {
  test_relay relay = start();
  for (const ending how : {ending::abrupt, ending::graceful}) {
    raw_client client(&loop, relay.port());
    ASSERT_TRUE(until([&] { return client.is_upgraded(); }));
    relay.drop_connections(how);
    ASSERT_TRUE(until([&] { return client.ended() != 0; }));
    EXPECT_EQ(client.ended(), UV_EOF);
    EXPECT_EQ(client.frames().size(), how == ending::graceful ? 1U : 0U);
  }
}

TEST_F(TestRelayFaults, RefusesOnceWithTheWordsGiven) {
  test_relay relay = start();
  const event e = make_event("x");
  relay.behaviour().refuse_req = refusal{"rate-limited: later", 1};
  relay.behaviour().refuse_event = refusal{"blocked: \"you\"", 1};
  raw_client client(&loop, relay.port());
  client.send(req);
  client.send("[\"EVENT\"," + std::string(e.json()) + "]");
  client.send(req);
  ASSERT_TRUE(until([&] { return client.texts().size() >= 3; }));
  EXPECT_EQ(client.texts(),
            (lines{R"(["CLOSED","s","rate-limited: later"])",
                   "[\"OK\",\"" + e.id().to_hex() + R"(",false,"blocked: \"you\""])", std::string(eose)}));
}

TEST_F(TestRelayFaults, StaysSilentToReqAndEvent) {
  test_relay relay = start();
  relay.behaviour().send_eose = false;
  relay.behaviour().answer_events = false;
  relay.behaviour().answer_pings = false;
  const event e = make_event("x");
  raw_client client(&loop, relay.port());
  client.send_frame(9, "");
  client.send(req);
  client.send("[\"EVENT\"," + std::string(e.json()) + "]");
  client.send("nonsense");
  ASSERT_TRUE(until([&] { return client.frames().size() >= 2; }));
  EXPECT_EQ(client.texts()[0], event_for(e));
  EXPECT_TRUE(client.texts()[1].starts_with(R"(["NOTICE")"));
}

TEST_F(TestRelayFaults, SendsForgeriesCopiesFragmentsAndPieces) {
  test_relay relay = start();
  const event e = make_event("x");
  relay.add(e);
  relay.behaviour().forge = forgery::signature;
  relay.behaviour().copies = 2;
  relay.behaviour().max_fragment_bytes = 50;
  relay.behaviour().max_write_bytes = 7;
  relay.behaviour().delay = milliseconds(1);
  raw_client client(&loop, relay.port());
  client.send(req);
  ASSERT_TRUE(until([&] { return client.texts().size() >= 3; }));
  EXPECT_EQ(client.texts()[0], client.texts()[1]);
  EXPECT_NE(client.texts()[0], event_for(e));
  EXPECT_NE(client.texts()[0].find(e.id().to_hex()), std::string::npos);
  EXPECT_EQ(client.texts()[2], eose);
  EXPECT_GT(client.frames().size(), 6U);
}

TEST_F(TestRelayFaults, GivesTextThatIsNoEventToEveryReq) {
  test_relay relay = start();
  relay.add_json(R"({"id":7})");
  raw_client client(&loop, relay.port());
  client.send(req);
  ASSERT_TRUE(until([&] { return client.texts().size() >= 2; }));
  EXPECT_EQ(client.texts(), (lines{R"(["EVENT","s",{"id":7}])", std::string(eose)}));
}

TEST_F(TestRelayFaults, DemandsAuthentication) {
  test_relay relay = start();
  relay.behaviour().auth = {.demand = auth_demand::on_connect, .challenge = "c"};
  raw_client client(&loop, relay.port());
  client.send(req);
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto auth = [&](std::string challenge) {
    const event e = make_event(test_key(), 22242, "", {{"relay", relay.url() + "/"}, {"challenge", challenge}}, now);
    client.send("[\"AUTH\"," + std::string(e.json()) + "]");
  };
  auth("other");
  client.send(req);
  auth("c");
  client.send(req);
  ASSERT_TRUE(until([&] { return client.texts().size() >= 6; }));
  EXPECT_EQ(client.texts()[0], R"(["AUTH","c"])");
  EXPECT_TRUE(client.texts()[1].starts_with(R"(["CLOSED","s","auth-required: )"));
  EXPECT_NE(client.texts()[2].find(",false,\"invalid: the challenge"), std::string::npos);
  EXPECT_TRUE(client.texts()[3].starts_with(R"(["CLOSED","s","auth-required: )"));
  EXPECT_NE(client.texts()[4].find(",true,"), std::string::npos);
  EXPECT_EQ(client.texts()[5], eose);
}

TEST_F(TestRelayFaults, DoesNotReadWhilePaused) {
  test_relay relay = start();
  raw_client client(&loop, relay.port());
  ASSERT_TRUE(until([&] { return client.is_upgraded(); }));
  relay.pause_reading();
  client.send(req);
  raw_client other(&loop, relay.port());
  ASSERT_TRUE(until([&] { return relay.counters().accepted == 2; }));
  EXPECT_EQ(relay.counters().messages, 0U);
  relay.resume_reading();
  EXPECT_TRUE(until([&] { return client.texts().size() == 1 && other.is_upgraded(); }));
}

TEST_F(TestRelayFaults, SurvivesAClientThatIsGoneWhileItWrites) {
  test_relay relay = start();
  raw_client client(&loop, relay.port());
  client.send(req);
  ASSERT_TRUE(until([&] { return client.texts().size() == 1; }));
  relay.pause_reading();
  client.close(true);
  ASSERT_TRUE(until([&] {
    relay.add(make_event("x"));
    return relay.counters().open == 0;
  }));
}

TEST_F(TestRelayFaults, SendsAnyBytesByHand) {
  test_relay relay = start();
  raw_client client(&loop, relay.port());
  ASSERT_TRUE(until([&] { return relay.connections().size() == 1; }));
  const connection c = relay.connections()[0];
  c.send_raw("\x83\x01x");
  c.send_ping("p");
  c.close(4000, "go");
  c.send_text("after the close");
  ASSERT_TRUE(until([&] { return client.frames().size() >= 3; }));
  EXPECT_EQ(client.frames()[0].opcode, 3);
  EXPECT_EQ(client.frames()[1].payload, "p");
  EXPECT_EQ(client.frames()[2].payload, "\x0f\xa0go");
  EXPECT_FALSE(c.is_open());
  EXPECT_EQ(client.frames().size(), 3U);
}

TEST_F(TestRelayFaults, FollowsAScriptOverThreeConnections) {
  test_relay relay = start();
  const event e = make_event("x");
  relay.script().expect_req().send_event(e).drop().refuse_http(503).expect_req().send_event(e).send_eose();
  raw_client first(&loop, relay.port());
  first.send(req);
  ASSERT_TRUE(until([&] { return first.ended() != 0; }));
  EXPECT_EQ(first.texts(), (lines{event_for(e)}));
  raw_client second(&loop, relay.port());
  ASSERT_TRUE(until([&] { return second.ended() != 0; }));
  EXPECT_TRUE(second.bytes().starts_with("HTTP/1.1 503 "));
  EXPECT_FALSE(relay.script().done());
  raw_client third(&loop, relay.port());
  third.send(req);
  ASSERT_TRUE(until([&] { return third.texts().size() >= 2; }));
  EXPECT_EQ(third.texts(), (lines{event_for(e), std::string(eose)}));
  EXPECT_TRUE(relay.script().done()) << relay.script().unmet();
  const event live = make_event("live");
  relay.add(live);
  EXPECT_TRUE(until([&] { return third.texts().size() == 3; }));
}

TEST_F(TestRelayFaults, SaysWhatAScriptStillWaitsFor) {
  test_relay relay = start();
  relay.script().expect_req().send_eose().expect_event([](const event_view& e) { return e.kind() == 7; }).send_ok();
  EXPECT_EQ(relay.script().unmet(), "step 1 of 4 waits for a REQ; there is no connection");
  raw_client client(&loop, relay.port());
  client.send(req);
  client.send(R"(["CLOSE","s"])");
  ASSERT_TRUE(until([&] { return relay.counters().closes == 1; }));
  EXPECT_EQ(relay.script().unmet(), R"(step 3 of 4 waits for an EVENT; what came instead: ["CLOSE","s"])");
}

TEST_F(TestRelayFaults, KeepsMessagesThatComeWhileAScriptWaits) {
  test_relay relay = start();
  relay.script().expect_connection().wait(milliseconds(20)).expect_req().send_eose();
  raw_client client(&loop, relay.port());
  client.send(req);
  EXPECT_TRUE(until([&] { return relay.script().done(); }));
  EXPECT_TRUE(until([&] { return client.texts() == lines{std::string(eose)}; }));
}

}  // namespace
}  // namespace uvnostr
