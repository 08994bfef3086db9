// SPDX-License-Identifier: MIT
// Names as c-ares asks for them, against a name server of the test.
#include <map>
#include <memory>

#include <uvnostr/testing/events.hpp>
#include <uvnostr/testing/relay.hpp>
#include <uvnostr/uvnostr.hpp>

#include "loopback/name_server.hpp"
#include "loopback/net_fixture.hpp"
#include "net/ip_address.hpp"

namespace uvnostr::test {
namespace {

const dns_answer no_such_name{.addresses = {}, .code = 3};
const dns_answer no_address{};
const dns_answer failure{.addresses = {}, .code = 2};
const dns_answer silence{.hangs = true};
const dns_answer here{.addresses = {"127.0.0.1"}};

struct NetNames : net_test {
  void SetUp() override {
    net_test::SetUp();
    names = std::make_unique<name_server>(&loop);
    options.name_servers = {names->address()};
  }
  void TearDown() override {
    names->close();
    net_test::TearDown();
  }
  std::string url_of(const std::string& name) const { return "ws://" + name + ":" + std::to_string(server->port()); }
  /// The same answer for every name, by family.
  void answer(const dns_answer& v6, const dns_answer& v4) {
    names->on_question = [=](const dns_question& asked) { return asked.is_v6 ? v6 : v4; };
  }

  std::unique_ptr<name_server> names;
};

TEST_F(NetNames, AreAskedForInBothFamiliesAndConnectedTo) {
  answer(no_address, here);
  recorder r;
  dial(url_of("relay.test"), r);
  run_until([&] { return r.opens + r.disconnects == 1; });
  EXPECT_EQ(r.opens, 1U) << r.last.cause.message() << r.last.detail;
  ASSERT_EQ(names->questions.size(), 2U);
  EXPECT_NE(names->questions[0].is_v6, names->questions[1].is_v6);
  EXPECT_EQ(names->questions[0].name, "relay.test");
  EXPECT_NE(server->peers.front()->request.find("Host: relay.test:"), std::string::npos);
}

TEST_F(NetNames, ThatDoNotExistAreToldFromAResolverThatFails) {
  const std::vector<std::tuple<dns_answer, dns_answer, errc>> cases = {
      {no_such_name, no_such_name, errc::host_not_found}, {no_address, no_address, errc::host_not_found},
      {failure, failure, errc::resolver_failed},          {no_address, failure, errc::resolver_failed},
      {no_such_name, failure, errc::resolver_failed},
  };
  for (const auto& [v6, v4, expected] : cases) {
    answer(v6, v4);
    recorder r;
    dial(url_of("relay.test"), r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, expected) << r.last.detail;
    EXPECT_FALSE(r.last.detail.empty());
  }
}

TEST_F(NetNames, GoOnWithOneFamilyWhenTheOtherFails) {
  for (const dns_answer& v6 : {no_such_name, no_address, failure, silence}) {
    answer(v6, here);
    recorder r;
    dial(url_of("relay.test"), r);
    run_until([&] { return r.opens + r.disconnects == 1; });
    EXPECT_EQ(r.opens, 1U) << r.last.cause.message() << r.last.detail;
  }
}

TEST_F(NetNames, AreReachedAtTheLivingFamilyWhenTheOtherIsDead) {
  // ::1 refuses, because the server listens on 127.0.0.1 only; the discard prefix leads nowhere (RFC 6666).
  answer({.addresses = {"100::1", "::1"}}, here);
  recorder r;
  dial(url_of("relay.test"), r);
  run_until([&] { return r.opens + r.disconnects == 1; });
  EXPECT_EQ(r.opens, 1U) << r.last.cause.message() << r.last.detail;
}

TEST_F(NetNames, TakeALateFamilyWhenTheFirstOneRefuses) {
  answer(silence, {.addresses = {"127.0.0.9"}});
  recorder r;
  dial(url_of("relay.test"), r);
  // IPv4 is tried after a short wait, and refuses. Until the other family is answered the connection waits.
  run_until([&] { return names->questions.size() == 2; });
  EXPECT_EQ(r.calls(), 0U);
  answer(no_address, no_address);
  names->answer_late();
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::connection_refused);
}

TEST_F(NetNames, OfThisMachineAreNotAskedFor) {
  recorder r;
  recorder below;
  dial(url_of("localhost"), r);
  dial(url_of("relay.localhost"), below);
  run_until([&] { return r.opens + r.disconnects == 1 && below.opens + below.disconnects == 1; });
  EXPECT_EQ(r.opens + below.opens, 2U) << r.last.cause.message() << below.last.cause.message();
  EXPECT_TRUE(names->questions.empty());
}

TEST_F(NetNames, AreForgottenWhenNobodyWaitsForThem) {
  answer(silence, silence);
  recorder aborted;
  recorder closed;
  auto* first = dial(url_of("relay.test"), aborted);
  auto* second = dial(url_of("relay.test"), closed);
  run_until([&] { return names->questions.size() == 4; });
  first->abort();
  second->close(1000, "");
  run_until([&] { return closed.disconnects == 1; });
  names->answer_late();
  run_turns(5);
  EXPECT_EQ(aborted.calls(), 0U);
  EXPECT_EQ(closed.calls(), 1U);
}

TEST_F(NetNames, AreReachedAtTheirLastGoodAddressWhenTheResolverFailsOrHangs) {
  answer(no_address, here);
  recorder first;
  dial(url_of("relay.test"), first);
  run_until([&] { return first.opens == 1; });
  for (const dns_answer& now : {failure, silence}) {
    answer(now, now);
    recorder again;
    dial(url_of("relay.test"), again);
    run_until([&] { return again.opens + again.disconnects == 1; });
    EXPECT_EQ(again.opens, 1U) << again.last.cause.message();
    recorder other;
    if (!now.hangs) {
      dial(url_of("other.test"), other);
      run_until([&] { return other.disconnects == 1; });
      EXPECT_EQ(other.last.cause, errc::resolver_failed);
    }
  }
  // But a name that was taken away is believed to be gone.
  answer(no_such_name, no_such_name);
  recorder gone;
  dial(url_of("relay.test"), gone);
  run_until([&] { return gone.disconnects == 1; });
  EXPECT_EQ(gone.last.cause, errc::host_not_found);
}

TEST_F(NetNames, OfTheServersMustBeAddresses) {
  for (const char* good : {"192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:53"}) {
    options.name_servers = {good};
    EXPECT_FALSE(world->transport().check(options)) << good;
  }
  for (const char* bad : {"", "dns.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "[192.0.2.1]:53",
                          "[2001:db8::1]", "192.0.2.1,192.0.2.2"}) {
    options.name_servers = {bad};
    EXPECT_EQ(world->transport().check(options), errc::option_range) << bad;
  }
}

TEST_F(NetNames, ThatHangDoNotHoldUpARelayWhoseNameIsAnswered) {
  names->on_question = [](const dns_question& asked) {
    if (asked.name.starts_with("hang")) return silence;
    return asked.is_v6 ? no_address : here;
  };
  auto relay = testing::test_relay::start(&loop);
  ASSERT_TRUE(relay) << relay.error().message();
  relay->add(testing::make_event("x"));
  pool_options all;
  all.relay_defaults.name_servers = options.name_servers;
  for (int i = 0; i < 20; ++i) all.relays.push_back("ws://hang" + std::to_string(i) + ".test");
  all.relays.push_back("ws://good.test:" + std::to_string(relay->port()));
  std::size_t failures = 0;
  auto made =
      pool::make(&loop, all, {.on_relay_state = [&](const relay_status& now) { failures += now.cause ? 1U : 0U; }});
  ASSERT_TRUE(made) << made.error().message();
  std::size_t events = 0;
  auto subscription =
      made->subscribe(filter{.kinds = {1}}, {.on_event = [&](relay_id, const event_view&) { ++events; }});
  ASSERT_TRUE(subscription);
  run_until([&] { return events == 1; });
  // Not one of the names that hang has been given up by then.
  EXPECT_EQ(failures, 0U);
  *made = pool();
}

}  // namespace
}  // namespace uvnostr::test
