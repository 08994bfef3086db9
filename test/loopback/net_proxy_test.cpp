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
  dial("ws://relay.test", r);
  run_until([&] { return r.opens + r.disconnects == 1; });
  EXPECT_EQ(r.opens, 1U) << r.last.cause.message() << r.last.detail;
  options.proxy = proxy->url("socks5", "me:wrong@");
  recorder refused;
  dial("ws://relay.test", refused);
  run_until([&] { return refused.disconnects == 1; });
  EXPECT_EQ(refused.last.cause, errc::connection_failed);
  EXPECT_NE(refused.last.detail.find("refuses this user"), std::string::npos) << refused.last.detail;
}

TEST_F(NetProxy, ConnectsByHttp) {
  proxy->is_http = true;
  proxy->user = "me";
  options.proxy = proxy->url("http", "me:secret@");
  recorder r;
  dial("ws://relay.test", r);
  run_until([&] { return r.opens + r.disconnects == 1; });
  EXPECT_EQ(r.opens, 1U) << r.last.cause.message() << r.last.detail;
  EXPECT_EQ(proxy->asked, std::vector<std::string>{"relay.test:80"});
  options.proxy = proxy->url("http");
  recorder refused;
  dial("ws://relay.test", refused);
  run_until([&] { return refused.disconnects == 1; });
  EXPECT_NE(refused.last.detail.find("407"), std::string::npos) << refused.last.detail;
}

TEST_F(NetProxy, SaysWhatTheProxySays) {
  options.proxy = proxy->url("socks5");
  proxy->refusal = 5;
  recorder refused;
  dial("ws://relay.test", refused);
  run_until([&] { return refused.disconnects == 1; });
  EXPECT_EQ(refused.last.cause, errc::connection_refused);
  proxy->hangs_up = true;
  recorder lost;
  dial("ws://relay.test", lost);
  run_until([&] { return lost.disconnects == 1; });
  EXPECT_EQ(lost.last.cause, errc::connection_failed);
  EXPECT_NE(lost.last.detail.find("hung up"), std::string::npos) << lost.last.detail;
  options.proxy = "socks5://127.0.0.1:" + std::to_string(refusing_port(&loop));
  recorder nobody;
  dial("ws://relay.test", nobody);
  run_until([&] { return nobody.disconnects == 1; });
  EXPECT_EQ(nobody.last.cause, errc::connection_refused);
  EXPECT_NE(nobody.last.detail.find("proxy"), std::string::npos) << nobody.last.detail;
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
  recorder r;
  dial("ws://relay.onion", r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::host_not_found);
  EXPECT_NE(r.last.detail.find("proxy"), std::string::npos);
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
