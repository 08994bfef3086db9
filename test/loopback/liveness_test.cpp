// SPDX-License-Identifier: MIT
// Dead connections, and connections that only look dead, on real sockets.
#include <filesystem>
#include <string>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "loopback/loop_fixture.hpp"

namespace uvnostr {
namespace {

using uvnostr::testing::test_relay;

class Liveness : public LoopTest {
 protected:
  /// The program does other work for this long, and does not run its loop.
  static void block_the_loop(std::chrono::nanoseconds time) {
    const std::uint64_t until = uv_hrtime() + static_cast<std::uint64_t>(time.count());
    while (uv_hrtime() < until) {
    }
  }
  /// The client's socket that is connected to this port; -1 if there is none.
  static int socket_to(std::uint16_t port) {
    std::error_code error;
    for (const auto& each : std::filesystem::directory_iterator("/dev/fd", error)) {
      const int number = std::stoi(each.path().filename().string());
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      if (getpeername(number, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sin_family == AF_INET &&
          ntohs(peer.sin_port) == port)
        return number;
    }
    return -1;
  }
  static int option_of(int socket, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    EXPECT_EQ(getsockopt(socket, level, name, &value, &size), 0);
    return value;
  }
};

TEST_F(Liveness, DoesNotBlameTheRelayForALoopThatStandsStill) {
  test_relay relay = start();
  pool_options options = quick({relay.url()});
  options.relay_defaults.ping_interval = 20ms;
  options.relay_defaults.pong_timeout = 300ms;
  pool p = make_pool(options);
  for (std::uint64_t pings = 1; pings <= 3; ++pings) {
    ASSERT_TRUE(until([&] { return relay.counters().pings >= pings; }));
    block_the_loop(900ms);  // meanwhile the pong waits in the socket
  }
  ASSERT_TRUE(until([&] { return relay.counters().pings >= 5; }));
  for (const relay_status& each : states) EXPECT_FALSE(each.cause) << each.cause.message();
  close(p);
}

#if defined(TCP_USER_TIMEOUT)
TEST_F(Liveness, LetsTheKernelEndADeadConnection) {
  test_relay relay = start();
  pool p = make_pool({.relays = {relay.url()}});
  ASSERT_TRUE(until_connected());
  const int socket = socket_to(relay.port());
  ASSERT_GE(socket, 0);
  EXPECT_EQ(option_of(socket, IPPROTO_TCP, TCP_USER_TIMEOUT), 10'000);
  EXPECT_EQ(option_of(socket, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option_of(socket, IPPROTO_TCP, TCP_KEEPIDLE), 30);
  close(p);
}

TEST_F(Liveness, AsksNothingOfTheKernelWithoutPings) {
  test_relay relay = start();
  pool_options options{.relays = {relay.url()}};
  options.relay_defaults.ping_interval = 0ms;
  pool p = make_pool(options);
  ASSERT_TRUE(until_connected());
  EXPECT_EQ(option_of(socket_to(relay.port()), IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
  close(p);
}
#endif

}  // namespace
}  // namespace uvnostr
