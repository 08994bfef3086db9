// SPDX-License-Identifier: MIT
// The test relay as a well-behaved relay.
#include <string>
#include <vector>

#include "loopback/loop_fixture.hpp"
#include "loopback/raw_client.hpp"

namespace uvnostr {
namespace {

using namespace uvnostr::testing;

using TestRelay = LoopTest;

std::string event_for(std::string_view subscription, std::string_view json) {
  return "[\"EVENT\",\"" + std::string(subscription) + "\"," + std::string(json) + "]";
}
std::string publish(const event& e) { return "[\"EVENT\"," + std::string(e.json()) + "]"; }
std::string ok(const event& e, bool accepted, std::string_view reason) {
  return "[\"OK\",\"" + e.id().to_hex() + "\"," + (accepted ? "true" : "false") + ",\"" + std::string(reason) + "\"]";
}
unix_seconds at(int second) { return test_time + std::chrono::seconds(second); }

TEST_F(TestRelay, AnswersTheHandshakeAsTheRfcShowsIt) {
  test_relay relay = start();
  raw_client client(&loop, relay.port());
  ASSERT_TRUE(until([&] { return client.is_upgraded(); }));
  EXPECT_NE(client.http_head().find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
  EXPECT_EQ(relay.connections().size(), 1U);
  EXPECT_EQ(relay.connections()[0].request(), raw_client::upgrade_request);
}

TEST_F(TestRelay, RefusesARequestThatIsNoUpgrade) {
  test_relay relay = start();
  raw_client client(&loop, relay.port(), false);
  client.send_raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(until([&] { return client.ended() != 0; }));
  EXPECT_TRUE(client.bytes().starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(relay.counters().violations, 1U);
}

TEST_F(TestRelay, GivesStoredEventsNewestFirstThenEose) {
  test_relay relay = start();
  const event older = make_event("older", at(1));
  const event newer = make_event("newer", at(2));
  relay.add(older);
  relay.add(newer);
  raw_client client(&loop, relay.port());
  client.send(R"(["REQ","s",{}])");
  ASSERT_TRUE(until([&] { return client.texts().size() >= 3; }));
  EXPECT_EQ(client.texts(), (lines{event_for("s", newer.json()), event_for("s", older.json()), R"(["EOSE","s"])"}));
}

TEST_F(TestRelay, GivesTheLowestIdFirstAmongEventsOfOneSecond) {
  test_relay relay = start();
  const event a = make_event("a");
  const event b = make_event("b");
  relay.add(a);
  relay.add(b);
  raw_client client(&loop, relay.port());
  client.send(R"(["REQ","s",{"limit":1}])");
  ASSERT_TRUE(until([&] { return client.texts().size() >= 2; }));
  EXPECT_EQ(client.texts()[0], event_for("s", a.id() < b.id() ? a.json() : b.json()));
}

TEST_F(TestRelay, CountsTheLimitForEachFilter) {
  test_relay relay = start();
  const event note = make_event(test_key(), 1, "note", {}, at(1));
  const event reaction = make_event(test_key(), 7, "+", {}, at(0));
  relay.add(make_event(test_key(), 1, "older note", {}, at(0)));
  relay.add(note);
  relay.add(reaction);
  raw_client client(&loop, relay.port());
  client.send(R"(["REQ","s",{"kinds":[1],"limit":1},{"kinds":[7],"limit":5}])");
  ASSERT_TRUE(until([&] { return client.texts().size() >= 3; }));
  EXPECT_EQ(client.texts(), (lines{event_for("s", note.json()), event_for("s", reaction.json()), R"(["EOSE","s"])"}));
}

TEST_F(TestRelay, GivesJsonBackByteForByte) {
  test_relay relay = start();
  std::string spaced(make_event("x").json());
  spaced.insert(1, " \t ");
  spaced.insert(spaced.size() - 1, "\n");
  raw_client client(&loop, relay.port());
  client.send("[\"EVENT\" , " + spaced + " ]");
  client.send(R"(["REQ","s",{}])");
  ASSERT_TRUE(until([&] { return client.texts().size() >= 3; }));
  EXPECT_EQ(client.texts()[1], event_for("s", spaced));
}

TEST_F(TestRelay, AnswersPublishedEventsWithOk) {
  test_relay relay = start();
  const event e = make_event("hello");
  raw_client client(&loop, relay.port());
  client.send(publish(e));
  client.send(publish(e));
  ASSERT_TRUE(until([&] { return client.texts().size() >= 2; }));
  EXPECT_EQ(client.texts(), (lines{ok(e, true, ""), ok(e, true, "duplicate: have it")}));
  EXPECT_EQ(relay.events().size(), 1U);
}

TEST_F(TestRelay, RefusesForgedEvents) {
  test_relay relay = start();
  const event e = make_event("hello");
  raw_client client(&loop, relay.port());
  for (const std::string& json : {with_wrong_signature(e), with_wrong_id(e), with_changed_content(e)})
    client.send("[\"EVENT\"," + json + "]");
  ASSERT_TRUE(until([&] { return client.texts().size() >= 3; }));
  for (const std::string& text : client.texts()) EXPECT_NE(text.find(",false,\"invalid: "), std::string::npos) << text;
  EXPECT_TRUE(relay.events().empty());
}

TEST_F(TestRelay, SendsLiveEventsToSubscriptionsThatMatch) {
  test_relay relay = start();
  const event note = make_event(test_key(), 1, "note");
  const event ephemeral = make_event(test_key(), 20001, "now");
  raw_client reader(&loop, relay.port());
  reader.send(R"(["REQ","notes",{"kinds":[1]}])");
  reader.send(R"(["REQ","rest",{"kinds":[20001]}])");
  ASSERT_TRUE(until([&] { return reader.texts().size() >= 2; }));
  raw_client writer(&loop, relay.port());
  writer.send(publish(note));
  writer.send(publish(ephemeral));
  ASSERT_TRUE(until([&] { return reader.texts().size() >= 4; }));
  EXPECT_EQ(reader.texts()[2], event_for("notes", note.json()));
  EXPECT_EQ(reader.texts()[3], event_for("rest", ephemeral.json()));
  EXPECT_FALSE(relay.has(ephemeral.id()));
}

TEST_F(TestRelay, SendsNothingForAClosedSubscription) {
  test_relay relay = start();
  raw_client client(&loop, relay.port());
  client.send(R"(["REQ","s",{}])");
  client.send(R"(["CLOSE","s"])");
  ASSERT_TRUE(until([&] { return relay.counters().closes == 1; }));
  relay.add(make_event("late"));
  client.send("nonsense");
  ASSERT_TRUE(until([&] { return client.texts().size() >= 2; }));
  EXPECT_EQ(client.texts()[0], R"(["EOSE","s"])");
  EXPECT_TRUE(client.texts()[1].starts_with(R"(["NOTICE",)"));
}

TEST_F(TestRelay, KeepsTheNewestOfReplaceableAndAddressableEvents) {
  test_relay relay = start();
  const event profile = make_event(test_key(), 0, "new", {}, at(2));
  const event list = make_event(test_key(), 30000, "new", {{"d", "a"}}, at(2));
  const event other_list = make_event(test_key(), 30000, "other", {{"d", "b"}}, at(1));
  raw_client client(&loop, relay.port());
  client.send(publish(make_event(test_key(), 0, "old", {}, at(1))));
  client.send(publish(profile));
  client.send(publish(make_event(test_key(), 0, "older", {}, at(0))));
  client.send(publish(make_event(test_key(), 30000, "old", {{"d", "a"}}, at(0))));
  client.send(publish(list));
  client.send(publish(other_list));
  ASSERT_TRUE(until([&] { return client.texts().size() >= 6; }));
  EXPECT_EQ(relay.events().size(), 3U);
  EXPECT_TRUE(relay.has(profile.id()));
  EXPECT_TRUE(relay.has(list.id()));
  EXPECT_TRUE(relay.has(other_list.id()));
}

TEST_F(TestRelay, ReadsFragmentsWithAPingBetweenThem) {
  test_relay relay = start();
  raw_client client(&loop, relay.port());
  client.send_frame(1, R"(["REQ",)", false);
  client.send_frame(9, "between");
  client.send_frame(0, R"("s",{})", false);
  client.send_frame(0, "]");
  ASSERT_TRUE(until([&] { return client.frames().size() >= 2; }));
  EXPECT_EQ(client.frames()[0].opcode, 10);
  EXPECT_EQ(client.frames()[0].payload, "between");
  EXPECT_EQ(client.texts(), (lines{R"(["EOSE","s"])"}));
  EXPECT_EQ(relay.received(), (lines{R"(["REQ","s",{}])"}));
}

TEST_F(TestRelay, ClosesWith1002WhenAFrameIsNotMasked) {
  test_relay relay = start();
  raw_client client(&loop, relay.port());
  client.send_raw(std::string_view("\x81\x02hi", 4));
  ASSERT_TRUE(until([&] { return client.ended() != 0; }));
  ASSERT_EQ(client.frames().size(), 1U);
  EXPECT_EQ(client.frames()[0].payload.substr(0, 2), "\x03\xea");
  EXPECT_EQ(relay.all_connections()[0].violation(), "a frame of the client is not masked");
}

TEST_F(TestRelay, ClosesWith1009FromTheHeaderOfAMessageThatIsTooBig) {
  test_relay relay = start({.max_message_bytes = 1000});
  raw_client client(&loop, relay.port());
  client.send_raw(std::string_view("\x81\xff\0\0\0\0\x7f\xff\xff\xff\1\2\3\4", 14));
  ASSERT_TRUE(until([&] { return client.ended() != 0; }));
  ASSERT_EQ(client.frames().size(), 1U);
  EXPECT_EQ(client.frames()[0].payload.substr(0, 2), "\x03\xf1");
}

TEST_F(TestRelay, AnswersACloseFrameAndKeepsItsCode) {
  test_relay relay = start();
  raw_client client(&loop, relay.port());
  client.send_frame(8,
                    "\x03\xe8"
                    "bye");
  ASSERT_TRUE(until([&] { return client.ended() != 0; }));
  EXPECT_EQ(client.ended(), UV_EOF);
  EXPECT_EQ(client.frames().at(0).payload,
            "\x03\xe8"
            "bye");
  EXPECT_EQ(relay.all_connections()[0].close_code(), 1000);
  EXPECT_EQ(relay.all_connections()[0].close_reason(), "bye");
}

TEST_F(TestRelay, ComesBackOnItsPortWithItsStore) {
  test_relay relay = start();
  const std::string url = relay.url();
  const event e = make_event("kept");
  relay.add(e);
  raw_client before(&loop, relay.port());
  ASSERT_TRUE(until([&] { return before.is_upgraded(); }));
  relay.stop();
  ASSERT_TRUE(until([&] { return before.ended() != 0; }));
  EXPECT_EQ(before.frames().at(0).payload.substr(0, 2), "\x03\xe9");
  raw_client meanwhile(&loop, relay.port());
  ASSERT_TRUE(until([&] { return meanwhile.ended() != 0; }));
  EXPECT_EQ(meanwhile.ended(), UV_ECONNREFUSED);
  ASSERT_FALSE(relay.restart());
  EXPECT_EQ(relay.url(), url);
  raw_client after(&loop, relay.port());
  after.send(R"(["REQ","s",{}])");
  ASSERT_TRUE(until([&] { return after.texts().size() >= 2; }));
  EXPECT_EQ(after.texts()[0], event_for("s", e.json()));
}

TEST_F(TestRelay, CanBeGivenThePortOfOneThatHasStopped) {
  test_relay first = start();
  const std::uint16_t port = first.port();
  first.stop();
  test_relay second = start({.port = port});
  raw_client client(&loop, port);
  EXPECT_TRUE(until([&] { return client.is_upgraded(); }));
  EXPECT_EQ(second.counters().open, 1U);
}

TEST_F(TestRelay, SaysThatAPortIsTaken) {
  test_relay first = start();
  const result<test_relay> second = test_relay::start(&loop, {.port = first.port()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), std::errc::address_in_use);
}

TEST_F(TestRelay, MayBeDestroyedWhileItHandsAMessageToTheTest) {
  auto relay = std::make_unique<test_relay>(start());
  raw_client client(&loop, relay->port());
  relay->on_message([&](const connection& from, std::string_view) {
    from.send_text("last words");
    relay.reset();
    return false;
  });
  client.send("x");
  client.send("y");
  ASSERT_TRUE(until([&] { return client.ended() != 0; }));
  EXPECT_EQ(client.texts(), (lines{"last words"}));
}

TEST_F(TestRelay, DoesNotKeepTheLoopAliveIfToldSo) {
  test_relay relay = start({.keep_loop_alive = false});
  EXPECT_EQ(uv_run(&loop, UV_RUN_DEFAULT), 0);
  EXPECT_TRUE(relay.is_listening());
}

TEST_F(TestRelay, ListensOnIpv6) {
  const result<test_relay> relay = test_relay::start(&loop, {.ipv6 = true});
  if (!relay) GTEST_SKIP() << relay.error().message();
  EXPECT_TRUE(relay->url().starts_with("ws://[::1]:"));
}

}  // namespace
}  // namespace uvnostr
