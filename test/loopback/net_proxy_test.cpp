// SPDX-License-Identifier: MIT
// Connections through a proxy. No name that goes to it is looked up.
#include <memory>

#include "loopback/net_fixture.hpp"
#include "loopback/small_proxy.hpp"

namespace uvnostr::test {
namespace {

struct NetProxy : net_test {
  void SetUp() override {
    net_test::SetUp();
    proxy = std::make_unique<small_proxy>(&loop, server->port());
    // Nothing answers there, so that a look-up would be noticed.
    options.name_servers = {"127.0.0.1:" + std::to_string(refusing_port(&loop))};
  }
  void TearDown() override {
    release();
    proxy->close();
    net_test::TearDown();
  }
  /// Dials and waits until the connection is open or has failed. The recorder lives as long as the connection.
  void dial_and_wait(const std::string& url, recorder& r) {
    dial(url, r);
    run_until([&] { return r.opens + r.disconnects == 1; });
  }
  void expect_open(const std::string& url, recorder& r) {
    dial_and_wait(url, r);
    EXPECT_EQ(r.opens, 1U) << r.last.cause.message() << r.last.detail;
  }
  port::disconnect refusal_of(const std::string& url) {
    recorder r;
    dial_and_wait(url, r);
    EXPECT_EQ(r.disconnects, 1U);
    return r.last;
  }

  std::unique_ptr<small_proxy> proxy;
};

TEST_F(NetProxy, GivesNamesToSocksAsTheyAre) {
  options.proxy = proxy->url("socks5");
  server->on_request = [](peer& p) { p.send(p.acceptance() + text_frame("hello")); };
  recorder r;
  dial("ws://relay.onion:7777/path", r);
  run_until([&] { return r.texts.size() == 1 || r.disconnects == 1; });
  EXPECT_EQ(r.opens, 1U) << r.last.cause.message() << r.last.detail;
  EXPECT_EQ(proxy->asked, std::vector<std::string>{"relay.onion:7777"});
  EXPECT_NE(server->peers.front()->request.find("GET /path "), std::string::npos);
  EXPECT_NE(server->peers.front()->request.find("Host: relay.onion:7777\r\n"), std::string::npos);
}

TEST_F(NetProxy, LogsInToSocks) {
  proxy->user = "me";
  proxy->password = "secret";
  options.proxy = proxy->url("socks5", "me:secret@");
  recorder r;
  expect_open("ws://relay.test", r);
  options.proxy = proxy->url("socks5", "me:wrong@");
  const port::disconnect refused = refusal_of("ws://relay.test");
  EXPECT_EQ(refused.cause, errc::connection_failed);
  EXPECT_NE(refused.detail.find("refuses this user"), std::string::npos) << refused.detail;
}

TEST_F(NetProxy, ConnectsByHttp) {
  proxy->is_http = true;
  proxy->user = "me";
  options.proxy = proxy->url("http", "me:secret@");
  recorder r;
  expect_open("ws://relay.test", r);
  EXPECT_EQ(proxy->asked, std::vector<std::string>{"relay.test:80"});
  options.proxy = proxy->url("http");
  const port::disconnect refused = refusal_of("ws://relay.test");
  EXPECT_NE(refused.detail.find("407"), std::string::npos) << refused.detail;
}

TEST_F(NetProxy, SaysWhatTheProxySays) {
  options.proxy = proxy->url("socks5");
  proxy->refusal = 5;
  const port::disconnect refused = refusal_of("ws://relay.test");
  EXPECT_EQ(refused.cause, errc::connection_refused);
  proxy->hangs_up = true;
  const port::disconnect lost = refusal_of("ws://relay.test");
  EXPECT_EQ(lost.cause, errc::connection_failed);
  EXPECT_NE(lost.detail.find("hung up"), std::string::npos) << lost.detail;
  options.proxy = "socks5://127.0.0.1:" + std::to_string(refusing_port(&loop));
  const port::disconnect unreachable = refusal_of("ws://relay.test");
  EXPECT_EQ(unreachable.cause, errc::connection_refused);
  EXPECT_NE(unreachable.detail.find("proxy"), std::string::npos) << unreachable.detail;
  EXPECT_TRUE(server->peers.empty());
}

TEST_F(NetProxy, SpeaksTlsWithTheRelayThroughIt) {
  options.proxy = proxy->url("socks5");
  std::string hello;
  server->on_bytes = [&](std::string_view bytes) { hello += bytes; };
  recorder r;
  auto* connection = dial("wss://relay.test", r);
  run_until([&] { return hello.size() > 100; });
  EXPECT_EQ(hello.front(), '\x16');
  EXPECT_NE(hello.find("relay.test"), std::string::npos);
  connection->abort();
}

TEST_F(NetProxy, IsNotSpokenToAfterAnAbort) {
  options.proxy = proxy->url("socks5");
  recorder r;
  dial("ws://relay.test", r)->abort();
  run_turns(10);
  EXPECT_EQ(r.calls(), 0U);
  EXPECT_TRUE(proxy->asked.empty());
}

TEST_F(NetProxy, IsNeededForOnions) {
  const port::disconnect refused = refusal_of("ws://relay.onion");
  EXPECT_EQ(refused.cause, errc::host_not_found);
  EXPECT_NE(refused.detail.find("proxy"), std::string::npos);
}

TEST_F(NetProxy, MustBeWellFormedAndKeepsItsPasswordToItself) {
  options.proxy = "socks5://me:secret@";
  const error found = world->transport().check(options);
  EXPECT_EQ(found, errc::option_range);
  EXPECT_EQ(found.message().find("secret"), std::string::npos);
  options.proxy = "socks5://me:secret@127.0.0.1:1";
  EXPECT_FALSE(world->transport().check(options));
}

}  // namespace
}  // namespace uvnostr::test
