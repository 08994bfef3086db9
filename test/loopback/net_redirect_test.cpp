// SPDX-License-Identifier: MIT
// Redirects of the upgrade. Source: RFC 9110, 15.4; RFC 6455, 4.1.
#include <optional>

#include <uvnostr/testing/relay.hpp>

#include "loopback/net_fixture.hpp"

namespace uvnostr::test {
namespace {

struct NetRedirect : net_test {
  void SetUp() override {
    net_test::SetUp();
    auto started = testing::test_relay::start(&loop, {.tls = true});
    ASSERT_TRUE(started) << started.error().message();
    relay.emplace(std::move(*started));
    options.ca_file = relay->ca_file();
    options.max_redirects = 2;
  }
  void TearDown() override {
    release();
    relay.reset();
    net_test::TearDown();
  }
  void redirect_to(const std::string& location, int status = 302) {
    server->on_request = [=](peer& p) {
      p.send("HTTP/1.1 " + std::to_string(status) + " \r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n");
    };
  }

  std::optional<testing::test_relay> relay;
};

TEST_F(NetRedirect, IsFollowedToWss) {
  options.headers = {{"Authorization", "Bearer secret"}};
  for (const int status : {301, 302, 307, 308}) {
    for (const std::string& location :
         {relay->url("localhost"), "https" + relay->url("localhost").substr(3) + "/x?y"}) {
      redirect_to(location, status);
      recorder r;
      auto* connection = dial(r);
      run_until([&] { return r.opens + r.disconnects == 1; });
      ASSERT_EQ(r.opens, 1U) << r.last.cause.message() << r.last.detail;
      EXPECT_TRUE(connection->reached_url().starts_with(relay->url("localhost"))) << connection->reached_url();
      EXPECT_NE(server->peers.back()->request.find("secret"), std::string::npos);
      EXPECT_EQ(relay->connections().back().request().find("secret"), std::string_view::npos);
      connection->abort();
    }
  }
}

TEST_F(NetRedirect, IsNotFollowedUnlessToldTo) {
  options.max_redirects = 0;
  redirect_to(relay->url("localhost"));
  recorder r;
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::http_status);
  EXPECT_EQ(r.last.http_status, 302);
  EXPECT_NE(r.last.detail.find(relay->url("localhost")), std::string::npos) << r.last.detail;
  EXPECT_NE(r.last.detail.find("max_redirects"), std::string::npos) << r.last.detail;
}

TEST_F(NetRedirect, IsNotFollowedToWhatIsNotWss) {
  for (const std::string& location :
       {server->url(), std::string("http://localhost/"), std::string("ftp://localhost/"), std::string("/here")}) {
    redirect_to(location);
    recorder r;
    dial(r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.http_status, 302);
    EXPECT_NE(r.last.detail.find("not wss"), std::string::npos) << r.last.detail;
  }
}

TEST_F(NetRedirect, IsToldWhereItFails) {
  redirect_to("wss://localhost:" + std::to_string(refusing_port(&loop)));
  recorder r;
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::connection_refused);
}

TEST_F(NetRedirect, MayBeAbortedAfterwards) {
  redirect_to("wss://relay.test");
  options.resolver = name_resolver::getaddrinfo;
  recorder r;
  auto* connection = dial(r);
  run_until([&] { return server->peers.size() == 1 && server->open_peers() == 0; });
  connection->abort();
  run_turns(3);
  EXPECT_EQ(r.calls(), 0U);
}

}  // namespace
}  // namespace uvnostr::test
