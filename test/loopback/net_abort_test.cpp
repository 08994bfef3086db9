// SPDX-License-Identifier: MIT
#include "loopback/net_fixture.hpp"

namespace uvnostr::test {
namespace {

using NetAbort = net_test;

std::string messages(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += text_frame("message " + std::to_string(i));
  return bytes;
}

TEST_F(NetAbort, BeforeTheNameIsResolved) {
  recorder r;
  dial("ws://localhost:" + std::to_string(server->port()), r)->abort();
  run_turns(20);
  release();
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(r.calls(), 0U);
}

TEST_F(NetAbort, RightAfterDialling) {
  recorder r;
  dial(r)->abort();
  run_turns(20);
  EXPECT_EQ(r.calls(), 0U);
}

TEST_F(NetAbort, AtEveryTurnUntilTheUpgrade) {
  for (unsigned turns = 1; turns < 12; ++turns) {
    recorder r;
    auto* connection = dial(r);
    run_turns(turns);
    const unsigned before = r.calls();
    connection->abort();
    run_until([&] { return server->open_peers() == 0; });
    run_turns(5);
    EXPECT_EQ(r.calls(), before);
  }
}

TEST_F(NetAbort, WhileTheServerNeverAnswers) {
  recorder r;
  server->on_request = [](peer&) {};
  auto* connection = dial(r);
  run_until([&] { return !server->peers.empty() && !server->peers.front()->request.empty(); });
  connection->abort();
  run_until([&] { return server->open_peers() == 0; });
  EXPECT_EQ(r.calls(), 0U);
}

TEST_F(NetAbort, InsideOfOnOpen) {
  recorder r;
  auto* connection = dial(r);
  server->on_request = [](peer& p) { p.send(p.acceptance() + messages(10)); };
  r.when_open = [&] { connection->abort(); };
  run_until([&] { return r.opens == 1 && server->open_peers() == 0; });
  EXPECT_EQ(r.calls(), 1U);
}

TEST_F(NetAbort, InsideOfOnText) {
  recorder r;
  auto* connection = dial(r);
  server->on_request = [](peer& p) { p.send(p.acceptance() + messages(10)); };
  r.when_text = [&](std::string_view) {
    if (r.texts.size() == 3) connection->abort();
  };
  run_until([&] { return r.texts.size() == 3 && server->open_peers() == 0; });
  run_turns(5);
  EXPECT_EQ(r.calls(), 4U);
}

TEST_F(NetAbort, InsideOfOnTextOfAMessageInPieces) {
  recorder r;
  auto* connection = dial(r);
  const std::string big(200'000, 'b');
  server->on_request = [&](peer& p) { p.send(p.acceptance() + text_frame(big) + messages(3)); };
  r.when_text = [&](std::string_view text) {
    connection->abort();
    EXPECT_EQ(text, big);
  };
  run_until([&] { return r.texts.size() == 1 && server->open_peers() == 0; });
  EXPECT_EQ(r.calls(), 2U);
}

TEST_F(NetAbort, InsideOfOnPong) {
  recorder r;
  auto* connection = dial(r);
  server->on_frame = [](peer& p, const client_frame& f) { p.send(frame(10, f.payload) + messages(3)); };
  r.when_open = [&] { connection->send_ping(); };
  r.when_pong = [&] { connection->abort(); };
  run_until([&] { return r.pongs == 1 && server->open_peers() == 0; });
  EXPECT_EQ(r.calls(), 2U);
}

TEST_F(NetAbort, InsideOfOnWritable) {
  recorder r;
  auto* connection = dial(r);
  r.when_open = [&] {
    while (connection->send_text(std::string(50'000, 'w'))) {
    }
  };
  r.when_writable = [&] { connection->abort(); };
  run_until([&] { return r.writables == 1 && server->open_peers() == 0; });
  EXPECT_EQ(r.calls(), 2U);
}

TEST_F(NetAbort, InsideOfACallbackOfAnotherConnection) {
  recorder first;
  recorder second;
  server->on_request = [](peer& p) { p.send(p.acceptance() + messages(5)); };
  auto* one = dial(first);
  auto* two = dial(second);
  // The first callback ends the other connection in the middle of the same turn.
  bool ended_one = false;
  first.when_text = [&](std::string_view) {
    if (!std::exchange(ended_one, true)) two->abort();
  };
  second.when_text = [&](std::string_view) {
    if (!std::exchange(ended_one, true)) one->abort();
  };
  run_until([&] { return server->peers.size() == 2 && server->open_peers() == 1; });
  run_turns(5);
  EXPECT_EQ(std::max(first.texts.size(), second.texts.size()), 5U);
  EXPECT_EQ(first.disconnects + second.disconnects, 0U);
}

TEST_F(NetAbort, SendsACloseFrameWhereTheSocketTakesIt) {
  for (const bool inside : {false, true}) {
    SCOPED_TRACE(inside);
    recorder r;
    auto* connection = dial(r);
    std::vector<client_frame> frames;
    server->on_frame = [&](peer& p, const client_frame& f) {
      frames.push_back(f);
      p.send(text_frame("echo"));
    };
    r.when_open = [&] { connection->send_text("hello"); };
    r.when_text = [&](std::string_view) {
      if (inside) connection->abort();
    };
    run_until([&] { return r.texts.size() == 1; });
    if (!inside) connection->abort();
    run_until([&] { return server->open_peers() == 0; });
    ASSERT_EQ(frames.size(), 2U);
    EXPECT_EQ(frames[1].opcode, 8U);
    EXPECT_EQ(frames[1].payload, std::string("\x03\xe9", 2)) << "going away";
    EXPECT_EQ(r.disconnects, 0U);
  }
}

TEST_F(NetAbort, OfTheWholeWorldSendsCloseFrames) {
  recorder r;
  dial(r);
  run_until([&] { return r.opens == 1; });
  unsigned closes = 0;
  server->on_frame = [&](peer&, const client_frame& f) { closes += f.opcode == 8 ? 1U : 0U; };
  release();
  run_until([&] { return server->open_peers() == 0; });
  EXPECT_EQ(closes, 1U);
}

TEST_F(NetAbort, WithALotUnsent) {
  recorder r;
  server->on_request = [](peer& p) {
    p.send(p.acceptance());
    p.stop_reading();
  };
  auto* connection = dial(r);
  run_until([&] { return r.opens == 1; });
  connection->send_text(std::string(8'000'000, 'u'));
  run_turns(10);
  connection->abort();
  run_turns(10);
  server->peers.front()->start_reading();
  run_until([&] { return server->open_peers() == 0; });
  EXPECT_TRUE(server->peers.front()->frames.empty());
}

TEST_F(NetAbort, WhileClosing) {
  recorder r;
  auto* connection = dial(r);
  run_until([&] { return r.opens == 1; });
  connection->close(1000, "");
  run_turns(3);
  connection->abort();
  run_until([&] { return server->open_peers() == 0; });
  EXPECT_EQ(r.disconnects, 0U);
}

TEST_F(NetAbort, OfARefusedConnectionBeforeItIsTold) {
  recorder r;
  auto* connection = dial("ws://127.0.0.1:" + std::to_string(refusing_port(&loop)), r);
  r.when_disconnected = [&] { connection = nullptr; };
  run_turns(1);
  if (connection != nullptr) connection->abort();
  const unsigned before = r.calls();
  run_turns(20);
  EXPECT_EQ(r.calls(), before);
}

TEST_F(NetAbort, TheWorldMayBeReleasedInsideOfOnOpen) {
  recorder r;
  server->on_request = [](peer& p) { p.send(p.acceptance() + messages(5)); };
  dial(r);
  r.when_open = [&] { release(); };
  run_until([&] { return r.opens == 1 && server->open_peers() == 0; });
  EXPECT_EQ(r.calls(), 1U);
}

TEST_F(NetAbort, TheWorldMayBeReleasedInsideOfOnText) {
  recorder first;
  recorder second;
  server->on_request = [](peer& p) { p.send(p.acceptance() + messages(5)); };
  dial(first);
  dial(second);
  first.when_text = [&](std::string_view) { release(); };
  second.when_text = first.when_text;
  run_until([&] { return world == nullptr && server->open_peers() == 0; });
  EXPECT_EQ(first.texts.size() + second.texts.size(), 1U);
}

TEST_F(NetAbort, TheWorldMayBeReleasedInsideOfOnDisconnect) {
  for (const bool refused : {false, true}) {
    recorder r;
    if (world == nullptr) world = *net::open_world(&loop, true);
    server->on_request = [](peer& p) { p.send(p.acceptance() + close_frame(1000, "")); };
    r.when_disconnected = [&] { release(); };
    dial(refused ? "ws://127.0.0.1:" + std::to_string(refusing_port(&loop)) : server->url(), r);
    run_until([&] { return world == nullptr; });
    EXPECT_EQ(r.disconnects, 1U);
  }
}

TEST_F(NetAbort, TheWorldMayBeReleasedAtAnyTurn) {
  for (unsigned turns = 0; turns < 12; ++turns) {
    if (world == nullptr) world = *net::open_world(&loop, true);
    recorder by_address;
    recorder by_name;
    recorder refused;
    dial(by_address);
    dial("ws://localhost:" + std::to_string(server->port()), by_name);
    dial("ws://127.0.0.1:" + std::to_string(refusing_port(&loop)), refused);
    run_turns(turns);
    const unsigned before = by_address.calls() + by_name.calls() + refused.calls();
    release();
    uv_run(&loop, UV_RUN_DEFAULT);
    EXPECT_EQ(by_address.calls() + by_name.calls() + refused.calls(), before);
  }
}

}  // namespace
}  // namespace uvnostr::test
