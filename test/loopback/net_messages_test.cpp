// SPDX-License-Identifier: MIT
#include <set>

#include "loopback/net_fixture.hpp"

namespace uvnostr::test {
namespace {

using NetMessages = net_test;

TEST_F(NetMessages, OpensAndCarriesTextBothWays) {
  recorder r;
  auto* connection = dial(r);
  r.when_open = [&] { EXPECT_TRUE(connection->send_text("from us")); };
  server->on_frame = [](peer& p, const client_frame& f) { p.send(text_frame("echo of " + f.payload)); };
  run_until([&] { return !r.texts.empty(); });
  EXPECT_EQ(r.opens, 1U);
  EXPECT_EQ(r.texts, std::vector<std::string>{"echo of from us"});
}

TEST_F(NetMessages, AsksForTheUpgradeAsTheOptionsSay) {
  recorder r;
  options.user_agent = "tester/1";
  options.headers = {{"X-One", "1"}, {"X-Two", "b c"}};
  dial(server->url() + "/path?q=1", r);
  run_until([&] { return r.opens == 1; });
  const std::string& request = server->peers.front()->request;
  EXPECT_NE(request.find("GET /path?q=1 HTTP/1.1\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("Host: 127.0.0.1:" + std::to_string(server->port()) + "\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("user-agent: tester/1\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("X-One: 1\r\n"), std::string::npos) << request;
  EXPECT_NE(request.find("X-Two: b c\r\n"), std::string::npos) << request;
  EXPECT_EQ(request.find("Sec-WebSocket-Protocol"), std::string::npos) << request;
  EXPECT_EQ(request.find("Sec-WebSocket-Extensions"), std::string::npos) << request;
}

TEST_F(NetMessages, TakesAMessageThatCameInOnePieceWithTheUpgrade) {
  recorder r;
  server->on_request = [](peer& p) { p.send(p.acceptance() + text_frame("early") + text_frame("bird")); };
  dial(r);
  run_until([&] { return r.texts.size() == 2; });
  EXPECT_EQ(r.texts, (std::vector<std::string>{"early", "bird"}));
}

TEST_F(NetMessages, TakesTheUpgradeAndFramesInSingleBytes) {
  recorder r;
  const std::string longer(300, 'x');
  server->on_request = [&](peer& p) {
    p.send_in_single_bytes(p.acceptance() + text_frame("abc") + text_frame(longer));
  };
  dial(r);
  run_until([&] { return r.texts.size() == 2; });
  EXPECT_EQ(r.texts, (std::vector<std::string>{"abc", longer}));
}

TEST_F(NetMessages, PutsFragmentsTogetherAcrossPings) {
  recorder r;
  server->on_request = [](peer& p) {
    p.send(p.acceptance() + frame(1, "one ", false) + frame(9, "ping") + frame(0, "", false) + frame(0, "two ", false) +
           frame(0, "three", true) + text_frame("next"));
  };
  dial(r);
  run_until([&] { return r.texts.size() == 2; });
  EXPECT_EQ(r.texts, (std::vector<std::string>{"one two three", "next"}));
}

TEST_F(NetMessages, KeepsTheContentOfFramesOfAnySize) {
  recorder r;
  std::vector<std::string> sent;
  for (const std::size_t size :
       std::initializer_list<std::size_t>{0, 1, 125, 126, 127, 4096, 65535, 65536, 65537, 300'000}) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
    sent.push_back(std::move(text));
  }
  server->on_request = [&](peer& p) {
    p.send(p.acceptance());
    for (const auto& text : sent) p.send(text_frame(text));
  };
  dial(r);
  run_until([&] { return r.texts.size() == sent.size(); });
  EXPECT_EQ(r.texts, sent);
}

TEST_F(NetMessages, SendsTextOfAnySizeInOrderBetweenPongs) {
  recorder r;
  auto* connection = dial(r);
  std::vector<std::string> sent;
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 7, 8, 9, 125, 126, 127, 16'384, 65'521, 65'535,
                                                                   65'536, 65'537, 200'000}) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
    sent.push_back(std::move(text));
  }
  for (int i = 0; i < 2000; ++i)
    sent.push_back("message " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 300), '.'));
  std::vector<std::string> received;
  std::size_t pongs = 0;
  server->on_frame = [&](peer& p, const client_frame& f) {
    if (f.opcode == 1) received.push_back(f.payload);
    if (f.opcode == 10) ++pongs;
    if (received.size() % 20 == 0) p.send(frame(9, "are you there"));
  };
  std::size_t next = 0;
  const auto send = [&] {
    while (next < sent.size() && connection->send_text(sent[next])) ++next;
  };
  r.when_open = send;
  r.when_writable = send;
  run_until([&] { return received.size() == sent.size() && pongs != 0; });
  EXPECT_EQ(received, sent);
}

TEST_F(NetMessages, MasksEachFrameWithAnotherKey) {
  recorder r;
  auto* connection = dial(r);
  std::set<std::string> masks;
  server->on_frame = [&](peer&, const client_frame& f) { masks.insert(f.mask); };
  r.when_open = [&] {
    for (int i = 0; i < 1000; ++i) connection->send_text("the same");
  };
  run_until([&] { return !server->peers.empty() && server->peers.front()->frames.size() == 1000; });
  // Two of a thousand random 32-bit keys are equal once in 8,600 runs.
  EXPECT_GE(masks.size(), 998U);
}

TEST_F(NetMessages, ReportsBinaryMessagesByTheirSize) {
  recorder r;
  server->on_request = [](peer& p) {
    p.send(p.acceptance() + frame(2, std::string(10, 'b')) + frame(2, "12", false) + frame(0, "345") + text_frame("t"));
  };
  dial(r);
  run_until([&] { return !r.texts.empty(); });
  EXPECT_EQ(r.binaries, (std::vector<std::size_t>{10, 5}));
}

TEST_F(NetMessages, AnswersPingsAndReportsPongs) {
  recorder r;
  auto* connection = dial(r);
  bool ponged = false;
  server->on_frame = [&](peer& p, const client_frame& f) {
    if (f.opcode == 9) p.send(frame(10, f.payload) + frame(9, "are you there"));
    if (f.opcode == 10) ponged = f.payload == "are you there";
  };
  r.when_open = [&] { connection->send_ping(); };
  run_until([&] { return r.pongs == 1 && ponged; });
}

#if UVNOSTR_BUNDLED_LWS
// RFC 6455, 5.5.3: older pings need no answer. Other libwebsockets answer the oldest.
TEST_F(NetMessages, AnswersTheNewestOfPingsThatComeTogether) {
  recorder r;
  dial(r);
  std::vector<std::string> pongs;
  server->on_request = [](peer& p) {
    p.send(p.acceptance() + frame(9, "one") + text_frame("t") + frame(9, "two") + frame(9, "three"));
  };
  server->on_frame = [&](peer&, const client_frame& f) {
    if (f.opcode == 10) pongs.push_back(f.payload);
  };
  run_until([&] { return !pongs.empty() && r.texts.size() == 1; });
  EXPECT_EQ(pongs.back(), "three");
}
#endif

TEST_F(NetMessages, DoesNotDoubleAPingThatWaits) {
  recorder r;
  auto* connection = dial(r);
  r.when_open = [&] {
    connection->send_ping();
    connection->send_ping();
    connection->send_text("end");
  };
  run_until([&] { return !server->peers.empty() && server->peers.front()->frames.size() == 2; });
  EXPECT_EQ(server->peers.front()->frames[0].opcode, 9U);
  EXPECT_EQ(server->peers.front()->frames[1].payload, "end");
}

TEST_F(NetMessages, DeliversNothingWhilePausedAndAllAfterwards) {
  recorder r;
  auto* connection = dial(r);
  r.when_text = [&](std::string_view) {
    if (r.texts.size() == 1) connection->pause_reading();
  };
  server->on_request = [](peer& p) {
    p.send(p.acceptance());
    for (int i = 0; i < 100; ++i) p.send(text_frame("message " + std::to_string(i)));
  };
  run_until([&] { return r.texts.size() == 1; });
  run_turns(50);
  EXPECT_EQ(r.texts.size(), 1U);
  connection->resume_reading();
  connection->resume_reading();
  run_until([&] { return r.texts.size() == 100; });
  EXPECT_EQ(r.texts.back(), "message 99");
}

TEST_F(NetMessages, StaysPausedFromBeforeTheUpgrade) {
  recorder r;
  auto* connection = dial(r);
  connection->pause_reading();
  server->on_request = [](peer& p) { p.send(p.acceptance() + text_frame("early")); };
  run_until([&] { return r.opens == 1; });
  run_turns(50);
  EXPECT_TRUE(r.texts.empty());
  connection->resume_reading();
  run_until([&] { return r.texts.size() == 1; });
}

TEST_F(NetMessages, RefusesTextWhenTheQueueIsFullAndSaysWhenThereIsRoom) {
  recorder r;
  auto* connection = dial(r);
  const std::string text(100'000, 'q');
  server->on_request = [](peer& p) {
    p.send(p.acceptance());
    p.stop_reading();
  };
  run_until([&] { return r.opens == 1; });
  std::size_t accepted = 0;
  // The turns are needed because the kernel's buffer takes bytes besides the queue.
  for (unsigned refused = 0; refused < 20; run_turns(2)) {
    if (connection->send_text(text)) {
      ++accepted;
      refused = 0;
    } else {
      ++refused;
    }
    ASSERT_LT(accepted, 1000U) << "the queue has no limit";
  }
  EXPECT_EQ(r.writables, 0U);
  server->peers.front()->start_reading();
  run_until([&] { return r.writables == 1 && server->peers.front()->frames.size() == accepted; });
  EXPECT_EQ(server->peers.front()->frames.back().payload, text);
}

TEST_F(NetMessages, WritesDuringABurstWhichMayBeLargerThanTheQueue) {
  recorder r;
  auto* connection = dial(r);
  const std::string text(1000, 'b');
  constexpr std::size_t messages = 300;  // the queue has room for 260
  std::size_t accepted = 0;
  r.when_open = [&] {
    while (accepted < messages && connection->send_text(text)) ++accepted;
  };
  run_until(
      [&] { return !server->peers.empty() && accepted != 0 && server->peers.front()->frames.size() == accepted; });
  EXPECT_EQ(accepted, messages);
  EXPECT_EQ(server->peers.front()->frames.back().payload, text);
}

TEST_F(NetMessages, TakesOneMessageOfAnySizeIntoAnEmptyQueue) {
  recorder r;
  auto* connection = dial(r);
  const std::string huge(3'000'000, 'h');
  r.when_open = [&] {
    EXPECT_TRUE(connection->send_text(huge));
    EXPECT_FALSE(connection->send_text("another"));
  };
  run_until([&] { return !server->peers.empty() && server->peers.front()->frames.size() == 1 && r.writables == 1; });
  EXPECT_EQ(server->peers.front()->frames.front().payload, huge);
}

}  // namespace
}  // namespace uvnostr::test
