// SPDX-License-Identifier: MIT
// Replaces libuv's getaddrinfo(), so that this file resolves some names instead of the system.
#include <dlfcn.h>
#include <netdb.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>

#include "loopback/net_fixture.hpp"
#include "net/ip_address.hpp"
#include "net/system_resolver.hpp"

namespace uvnostr::test {
namespace {

// Holds up the threads that look up names in slow.uvnostr and hang*.uvnostr.
class gate {
 public:
  void close() {
    const std::lock_guard guard(lock_);
    is_open_ = false;
    waiting_ = passed_ = 0;
  }
  void open() {
    const std::lock_guard guard(lock_);
    is_open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock guard(lock_);
    ++waiting_;
    changed_.wait(guard, [this] { return is_open_; });
    ++passed_;
    changed_.notify_all();
  }
  unsigned waiting() {
    const std::lock_guard guard(lock_);
    return waiting_;
  }
  /// Opens, and returns when everybody who came has passed.
  void open_and_wait() {
    open();
    std::unique_lock guard(lock_);
    changed_.wait(guard, [this] { return passed_ == waiting_; });
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  bool is_open_ = true;
  unsigned waiting_ = 0;
  unsigned passed_ = 0;
};
gate slow_names;

int answer_for(std::string_view name, std::vector<const char*>& addresses) {
  if (name == "second-address.uvnostr") addresses = {"127.0.0.2", "127.0.0.1"};
  if (name == "refused.uvnostr") addresses = {"127.0.0.2", "127.0.0.3"};
  if (name == "silent-first.uvnostr") addresses = {"127.0.0.4", "127.0.0.1"};
  if (name == "slow.uvnostr") {
    slow_names.pass();
    addresses = {"127.0.0.1"};
  }
  if (name.starts_with("hang")) slow_names.pass();
  if (name == "failing.uvnostr") return EAI_AGAIN;
  if (name.ends_with(".wild.uvnostr") || name == "localhost") addresses = {"127.0.0.1"};
  return addresses.empty() ? EAI_NONAME : 0;
}

}  // namespace
}  // namespace uvnostr::test

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  using resolve = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<resolve>(dlsym(RTLD_NEXT, "getaddrinfo"));
  const std::string_view name = node != nullptr ? node : "";
  // "localhost" too, because a bare Debian has no /etc/hosts.
  if (!name.ends_with(".uvnostr") && name != "localhost") return real(node, service, hints, result);
  std::vector<const char*> addresses;
  if (const int error = uvnostr::test::answer_for(name, addresses)) return error;
  addrinfo** next = result;
  for (const char* address : addresses) {
    if (const int error = real(address, service, hints, next)) return error;
    next = &(*next)->ai_next;
  }
  return 0;
}

namespace uvnostr::test {
namespace {

using net::ip_address;
struct NetResolver : net_test {
  NetResolver() { options.resolver = name_resolver::getaddrinfo; }
};

TEST(IpAddress, IsToldFromAName) {
  ip_address address;
  EXPECT_TRUE(net::parse_ip_address("192.0.2.1", address));
  EXPECT_FALSE(address.is_v6);
  EXPECT_TRUE(net::parse_ip_address("2001:db8::1", address));
  EXPECT_TRUE(address.is_v6);
  EXPECT_FALSE(net::parse_ip_address("relay.example", address));
  EXPECT_FALSE(net::parse_ip_address("192.0.2.1.example", address));
}

TEST(IpAddress, FamiliesAreTakenInTurnWithoutRepeats) {
  const ip_address a6{true, "::a"}, b6{true, "::b"}, c6{true, "::c"}, a4{false, "192.0.2.1"}, b4{false, "192.0.2.2"};
  EXPECT_EQ(net::interleave({a6, b6, a6, c6, a4, b4, a4}), (std::vector<ip_address>{a6, a4, b6, b4, c6}));
  EXPECT_EQ(net::interleave({a4, a6, b6, c6}), (std::vector<ip_address>{a4, a6, b6, c6}));
  EXPECT_EQ(net::interleave({}), std::vector<ip_address>{});
}

TEST_F(NetResolver, TellsANameThatDoesNotExistFromAResolverThatFails) {
  const std::map<std::string, errc> names = {{"unknown.uvnostr", errc::host_not_found},
                                             {"failing.uvnostr", errc::resolver_failed}};
  for (const auto& [name, expected] : names) {
    recorder r;
    dial("ws://" + name, r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, expected);
    EXPECT_FALSE(r.last.detail.empty());
  }
}

TEST_F(NetResolver, GoesToTheNextAddressWhenOneRefuses) {
  recorder r;
  dial("ws://second-address.uvnostr:" + std::to_string(server->port()), r);
  run_until([&] { return r.opens + r.disconnects == 1; });
  EXPECT_EQ(r.opens, 1U) << r.last.cause.message();
  EXPECT_NE(server->peers.front()->request.find("Host: second-address.uvnostr:"), std::string::npos);
}

TEST_F(NetResolver, ReportsTheRefusalWhenAllAddressesRefuse) {
  recorder r;
  dial("ws://refused.uvnostr:" + std::to_string(server->port()), r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::connection_refused);
}

TEST_F(NetResolver, GoesToTheNextAddressWhenOneStaysSilent) {
  // It accepts, but never answers the upgrade.
  uv_tcp_t silent;
  uv_tcp_init(&loop, &silent);
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.4", server->port(), &address);
  ASSERT_EQ(uv_tcp_bind(&silent, reinterpret_cast<const sockaddr*>(&address), 0), 0);
  ASSERT_EQ(uv_listen(reinterpret_cast<uv_stream_t*>(&silent), 4, [](uv_stream_t*, int) {}), 0);
  recorder r;
  dial("ws://silent-first.uvnostr:" + std::to_string(server->port()), r);
  run_until([&] { return r.opens == 1; });
  uv_close(reinterpret_cast<uv_handle_t*>(&silent), nullptr);
  run_turns(3);
}

TEST_F(NetResolver, DoesNotTurnToTheNextAddressAfterAnAnswer) {
  recorder r;
  server->on_request = [](peer& p) { p.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"); };
  dial("ws://second-address.uvnostr:" + std::to_string(server->port()), r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.http_status, 403);
  EXPECT_EQ(server->peers.size(), 1U);
}

TEST_F(NetResolver, DoesNotBlockTheLoopAndForgetsAnAnswerThatIsNotWaitedFor) {
  slow_names.close();
  recorder aborted;
  recorder closed;
  recorder waiting;
  const std::string url = "ws://slow.uvnostr:" + std::to_string(server->port());
  auto* first = dial(url, aborted);
  auto* second = dial(url, closed);
  dial(url, waiting);
  run_until([] { return slow_names.waiting() == 3; });
  first->abort();
  second->close(1000, "");
  run_until([&] { return closed.disconnects == 1; });
  slow_names.open_and_wait();
  run_until([&] { return waiting.opens == 1; });
  EXPECT_EQ(aborted.calls(), 0U);
  EXPECT_EQ(closed.calls(), 1U);
}

TEST_F(NetResolver, AnswersANameWhileTwentyOthersHang) {
  slow_names.close();
  std::vector<recorder> hanging(20);
  for (std::size_t i = 0; i < hanging.size(); ++i) dial("ws://hang" + std::to_string(i) + ".uvnostr", hanging[i]);
  run_until([&] { return slow_names.waiting() == hanging.size(); });
  recorder good;
  dial("ws://second-address.uvnostr:" + std::to_string(server->port()), good);
  run_until([&] { return good.opens + good.disconnects == 1; });
  EXPECT_EQ(good.opens, 1U) << good.last.cause.message();
  for (const recorder& each : hanging) EXPECT_EQ(each.calls(), 0U);
  slow_names.open_and_wait();
  run_until([&] {
    return std::all_of(hanging.begin(), hanging.end(), [](const recorder& each) { return each.disconnects == 1; });
  });
  for (const recorder& each : hanging) EXPECT_EQ(each.last.cause, errc::host_not_found);
}

TEST_F(NetResolver, UsesABoundedNumberOfThreadsAndAnswersEveryNameInTheEnd) {
  slow_names.close();
  constexpr std::size_t names = net::system_resolver::most_threads + 10;
  std::vector<recorder> hanging(names);
  std::vector<port::connection*> connections;
  for (std::size_t i = 0; i < names; ++i)
    connections.push_back(dial("ws://hang" + std::to_string(i) + ".uvnostr", hanging[i]));
  run_until([] { return slow_names.waiting() == net::system_resolver::most_threads; });
  // One that waits for a thread, and one that has one, are no longer wanted.
  connections.back()->abort();
  connections.front()->abort();
  run_turns(3);
  EXPECT_EQ(slow_names.waiting(), net::system_resolver::most_threads);
  slow_names.open();
  run_until([&] {
    return std::all_of(hanging.begin() + 1, hanging.end() - 1, [](const recorder& r) { return r.disconnects == 1; });
  });
  EXPECT_EQ(hanging.front().calls() + hanging.back().calls(), 0U);
  slow_names.open_and_wait();
  EXPECT_EQ(slow_names.waiting(), names - 1);  // the one that was no longer wanted was not looked up
}

TEST_F(NetResolver, LetsTheLoopEndWhileALookUpHangs) {
  slow_names.close();
  recorder r;
  dial("ws://slow.uvnostr:" + std::to_string(server->port()), r);
  run_until([] { return slow_names.waiting() == 1; });
  release();
  server->close();
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(uv_loop_close(&loop), 0);
  // The thread answers nobody, and touches nothing that is gone.
  slow_names.open_and_wait();
  EXPECT_EQ(r.calls(), 0U);
  SetUp();  // for TearDown()
}

}  // namespace
}  // namespace uvnostr::test
