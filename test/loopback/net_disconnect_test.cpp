// SPDX-License-Identifier: MIT
#include <csignal>

#include "loopback/net_fixture.hpp"

namespace uvnostr::test {
namespace {

using NetDisconnect = net_test;

std::string answer(std::string_view status, std::string_view headers = {}) {
  return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(headers) + "Content-Length: 0\r\n\r\n";
}

TEST_F(NetDisconnect, NamesARefusedPort) {
  recorder r;
  dial("ws://127.0.0.1:" + std::to_string(refusing_port(&loop)), r);
  EXPECT_EQ(r.calls(), 0U) << "called from inside of dial()";
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::connection_refused);
}

TEST_F(NetDisconnect, TriesTheNextAddressOfAName) {
  recorder r;
  // Where the name is ::1 first, nobody listens there.
  dial("ws://localhost:" + std::to_string(server->port()), r);
  run_until([&] { return r.opens + r.disconnects == 1; });
  EXPECT_EQ(r.opens, 1U) << r.last.cause.message();
}

TEST_F(NetDisconnect, NamesARefusedPortOfAName) {
  recorder r;
  dial("ws://localhost:" + std::to_string(refusing_port(&loop)), r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::connection_refused);
}

TEST_F(NetDisconnect, NamesANetworkWithoutARoute) {
  recorder r;
  // The broadcast address is refused by connect() itself.
  dial("ws://255.255.255.255:7", r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_TRUE(r.last.cause == errc::network_unreachable || r.last.cause == errc::connection_failed);
}

TEST_F(NetDisconnect, TellsAnHttpStatusAndWhenToTryAgain) {
  recorder r;
  server->on_request = [](peer& p) { p.send(answer("503 Service Unavailable", "Retry-After: 120\r\n")); };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::http_status);
  EXPECT_EQ(r.last.http_status, 503);
  EXPECT_EQ(r.last.retry_after, std::chrono::seconds(120));
}

TEST_F(NetDisconnect, TellsAnHttpStatusWithoutRetryAfter) {
  for (const auto& [status, number] : {std::pair("401 Unauthorized", 401), std::pair("200 OK", 200)}) {
    recorder r;
    server->on_request = [&, text = status](peer& p) { p.send(answer(text, "Retry-After: soon\r\n")); };
    dial(r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, errc::http_status);
    EXPECT_EQ(r.last.http_status, number);
    EXPECT_FALSE(r.last.retry_after);
  }
}

TEST_F(NetDisconnect, FollowsNoRedirect) {
  recorder r;
  server->on_request = [&](peer& p) { p.send(answer("301 Moved", "Location: " + server->url() + "/other\r\n")); };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.http_status, 301);
  EXPECT_EQ(server->peers.size(), 1U);
}

TEST_F(NetDisconnect, RefusesAnswersThatAreNoUpgrade) {
  const std::vector<std::function<std::string(const peer&)>> answers = {
      [](const peer&) {
        return std::string(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n");
      },
      [](const peer&) {
        return std::string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
      },
      [](const peer& p) {
        std::string text = p.acceptance();
        return text.insert(text.find("Connection:"), "Sec-WebSocket-Protocol: nostr\r\n");
      },
      [](const peer& p) {
        std::string text = p.acceptance();
        return text.insert(text.find("Connection:"), "Sec-WebSocket-Extensions: permessage-deflate\r\n");
      },
      [](const peer& p) {
        std::string text = p.acceptance();
        return text.insert(text.find("Connection:"), "Sec-WebSocket-Extensions: x-unasked\r\n");
      },
      [](const peer& p) {
        std::string text = p.acceptance();
        return text.replace(text.find("Upgrade: websocket"), 18, "Upgrade: nonsense!");
      },
      [](const peer& p) {
        std::string text = p.acceptance();
        return text.erase(text.find("Upgrade: websocket"), 20);
      },
  };
  for (std::size_t i = 0; i < answers.size(); ++i) {
    SCOPED_TRACE(i);
    recorder r;
    server->on_request = [&](peer& p) { p.send(answers[i](p) + text_frame("not to be taken")); };
    dial(r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, errc::handshake_failed) << r.last.detail;
    EXPECT_EQ(r.calls(), 1U);
  }
}

TEST_F(NetDisconnect, GivesUpAtAnAnswerHeaderWithoutEnd) {
  recorder r;
  server->on_request = [](peer& p) {
    p.send("HTTP/1.1 101 Switching Protocols\r\n");
    for (int i = 0; i < 400; ++i) p.send("X-Filler-" + std::to_string(i) + ": " + std::string(200, 'f') + "\r\n");
  };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_TRUE(r.last.cause == errc::handshake_failed || r.last.cause == errc::connection_lost) << r.last.detail;
}

TEST_F(NetDisconnect, ReportsGarbageInsteadOfAnAnswerWhenItEnds) {
  recorder r;
  server->on_connect = [](peer& p) {
    p.send("220 mail.example ESMTP ready\r\n");
    p.finish();
  };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_TRUE(r.last.cause == errc::handshake_failed || r.last.cause == errc::connection_lost) << r.last.detail;
}

TEST_F(NetDisconnect, ReportsAnEndWithoutAnAnswer) {
  for (const bool with_reset : {false, true}) {
    SCOPED_TRACE(with_reset);
    recorder r;
    server->on_request = [&](peer& p) { with_reset ? p.reset() : p.finish(); };
    dial(r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, errc::connection_lost);
  }
}

TEST_F(NetDisconnect, ReportsAResetRightAfterTheConnection) {
  server->on_connect = [](peer& p) { p.reset(); };
  for (int i = 0; i < 20; ++i) {
    recorder r;
    dial(r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_TRUE(r.last.cause == errc::connection_failed || r.last.cause == errc::connection_lost) << r.last.detail;
  }
}

TEST_F(NetDisconnect, TellsTheCodeAndReasonOfTheRelaysCloseFrame) {
  recorder r;
  server->on_request = [](peer& p) { p.send(p.acceptance() + text_frame("last") + close_frame(4000, "bye bye")); };
  server->on_frame = [](peer& p, const client_frame& f) {
    if (f.opcode == 8) p.finish();
  };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.texts, std::vector<std::string>{"last"});
  EXPECT_EQ(r.last.cause, errc::closed_by_relay);
  EXPECT_EQ(r.last.close_code, 4000);
  EXPECT_EQ(r.last.detail, "bye bye");
}

TEST_F(NetDisconnect, TellsTheFirstCloseFrameIfThereAreMore) {
  recorder r;
  server->on_request = [](peer& p) {
    p.send(p.acceptance() + close_frame(4000, "bye bye") + close_frame(4001, "again"));
  };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.close_code, 4000);
  EXPECT_EQ(r.last.detail, "bye bye");
}

TEST_F(NetDisconnect, TakesACloseFrameWithoutACode) {
  recorder r;
  server->on_request = [](peer& p) { p.send(p.acceptance() + frame(8, "")); };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::closed_by_relay);
  EXPECT_EQ(r.last.close_code, 0);
}

TEST_F(NetDisconnect, LeavesOutACloseReasonThatIsNotText) {
  recorder r;
  server->on_request = [](peer& p) { p.send(p.acceptance() + close_frame(1001, "\xff\xfe")); };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.close_code, 1001);
  EXPECT_EQ(r.last.detail, "");
}

TEST_F(NetDisconnect, ReportsALossInTheMiddleOfAMessage) {
  for (const bool with_reset : {false, true}) {
    recorder r;
    server->on_request = [&](peer& p) {
      p.send(p.acceptance() + frame(1, "half", false) + long_frame_header(0, 100) + "and a bit");
    };
    dial(r);
    run_until([&] { return r.opens == 1; });
    run_turns(5);
    with_reset ? server->peers.back()->reset() : server->peers.back()->finish();
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, errc::connection_lost);
    EXPECT_TRUE(r.texts.empty());
  }
}

TEST_F(NetDisconnect, SaysGoodbyeAfterWhatIsQueued) {
  recorder r;
  auto* connection = dial(r);
  server->on_frame = [](peer& p, const client_frame& f) {
    if (f.opcode == 8) p.send(text_frame("too late") + frame(8, f.payload));
  };
  r.when_open = [&] {
    connection->send_text("one");
    connection->send_text("two");
    connection->close(1000, "done");
  };
  run_until([&] { return r.disconnects == 1; });
  const auto& frames = server->peers.front()->frames;
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[1].payload, "two");
  EXPECT_EQ(frames[2].payload, std::string("\x03\xe8") + "done");
  EXPECT_FALSE(r.last.cause) << r.last.cause.message();
  EXPECT_TRUE(r.texts.empty());
}

TEST_F(NetDisconnect, CutsALongCloseReasonBetweenCharacters) {
  recorder r;
  auto* connection = dial(r);
  std::string reason(122, 'r');
  reason += "\xc3\xa9";
  r.when_open = [&] { connection->close(4321, reason); };
  server->on_frame = [](peer& p, const client_frame& f) { p.send(frame(8, f.payload)); };
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(server->peers.front()->frames.front().payload.size(), 2U + 122U);
}

TEST_F(NetDisconnect, ClosingBeforeItIsOpenEndsAtOnceButNotInsideOfTheCall) {
  recorder r;
  auto* connection = dial(r);
  connection->close(1000, "changed my mind");
  EXPECT_EQ(r.calls(), 0U);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_FALSE(r.last.cause);
  EXPECT_EQ(r.opens, 0U);
}

TEST_F(NetDisconnect, RefusesAMessageFarAboveTheLimit) {
  options.max_message_bytes = 1000;
  const std::vector<std::string> floods = {
      text_frame(std::string(16'001, 'x')),
      frame(2, std::string(16'001, 'x')),
      frame(1, std::string(600, 'x'), false) + frame(0, std::string(15'401, 'x'), false),
      long_frame_header(1, std::uint64_t{1} << 40) + std::string(70'000, 'x'),
  };
  for (std::size_t i = 0; i < floods.size(); ++i) {
    SCOPED_TRACE(i);
    recorder r;
    server->on_request = [&](peer& p) { p.send(p.acceptance() + text_frame(std::string(1000, 'y')) + floods[i]); };
    dial(r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, errc::message_too_big);
    EXPECT_EQ(r.texts.size(), 1U);
    EXPECT_TRUE(r.binaries.empty());
    peer& p = *server->peers.back();
    run_until([&] { return !p.frames.empty() || !p.is_open(); });
    ASSERT_EQ(p.frames.size(), 1U);
    EXPECT_EQ(p.frames[0].opcode, 8U);
    EXPECT_EQ(p.frames[0].payload.substr(0, 2), "\x03\xf1");
  }
}

#if UVNOSTR_BUNDLED_LWS
TEST_F(NetDisconnect, RefusesAMessageAboveTheLimitByItsHeader) {
  recorder r;
  server->on_request = [](peer& p) { p.send(p.acceptance() + long_frame_header(1, std::uint64_t{1} << 62)); };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::message_too_big);
}
#endif

TEST_F(NetDisconnect, CallsABreachOfTheProtocolByItsName) {
  std::string masked = text_frame("abcd");
  masked[1] = static_cast<char>(masked[1] | 0x80);
  masked.insert(2, 4, '\0');
  std::vector<std::string> breaches = {frame(3, "x"), frame(0, "x"), frame(1, "a", false) + frame(1, "b"),
                                       frame(9, "x", false), std::string("\xC1\x01x", 3)};
  // libwebsockets 4.1.6 takes masked frames from a server.
  if (UVNOSTR_BUNDLED_LWS != 0) breaches.push_back(masked);
  for (std::size_t i = 0; i < breaches.size(); ++i) {
    SCOPED_TRACE(i);
    recorder r;
    server->on_request = [&](peer& p) { p.send(p.acceptance() + breaches[i]); };
    server->on_frame = [](peer& p, const client_frame& f) {
      if (f.opcode == 8) p.send(frame(8, f.payload));
    };
    dial(r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, errc::protocol_error);
    EXPECT_TRUE(r.texts.empty());
  }
}

#if !defined(_WIN32)  // no such signal there
volatile std::sig_atomic_t sigpipes = 0;

TEST_F(NetDisconnect, WritesToAResetSocketRaiseNoSignal) {
  release();
  server->on_frame = [](peer&, const client_frame&) {};
  struct sigaction counting {};
  counting.sa_handler = [](int) { sigpipes = sigpipes + 1; };
  struct sigaction before {};
  sigaction(SIGPIPE, &counting, &before);
  auto opened = net::open_world(&loop, true);
  ASSERT_TRUE(opened);
  world = *opened;
  struct sigaction after {};
  sigaction(SIGPIPE, nullptr, &after);
  EXPECT_EQ(after.sa_handler, counting.sa_handler);

  recorder r;
  auto* connection = dial(r);
  run_until([&] { return r.opens == 1; });
  connection->pause_reading();
  server->peers.back()->reset();
  r.when_disconnected = [&] { connection = nullptr; };
  run_until([&] {
    if (connection != nullptr) connection->send_text(std::string(10'000, 'w'));
    return r.disconnects == 1;
  });
  EXPECT_EQ(sigpipes, 0);
  sigaction(SIGPIPE, &before, nullptr);
}
#endif

}  // namespace
}  // namespace uvnostr::test
