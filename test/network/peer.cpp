// SPDX-License-Identifier: MIT
// The programs of test/network/run. Each prints lines that begin with the milliseconds of the system's monotonic clock,
// which all processes share.
//
//   network_peer now
//   network_peer relay ADDRESS PORT STORED BYTES LIVE     a relay with STORED events of BYTES each, to which LIVE events
//                                                         are published, one every 250 ms, once a line comes on stdin
//   network_peer client URL EVENTS SECONDS [PROXY]        reads until it has EVENTS, at most so long
//   network_peer dns FILE                                 a name server on 127.0.0.1:53; FILE says how it answers:
//                                                         ADDRESS, `slow ADDRESS`, `none` or `hang`
//   network_peer socks ADDRESS PORT TO                    a SOCKS5 proxy, to that port of the same address
//   network_peer watch ADDRESS PORT                       tells of packets that leave for anywhere else
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>
#include <uvnostr/testing/relay.hpp>
#include <uvnostr/uvnostr.hpp>

#include "network/lines.hpp"
#include "network/proxy.hpp"

namespace uvnostr::network {
namespace {

using namespace std::chrono_literals;
using testing::make_event;
using testing::run_until;
using testing::test_key;
using testing::test_relay;

unix_seconds today() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// A test_relay listens on the loopback address only; this is its door to the line.
void forward(const std::string& address, std::uint16_t port, std::uint16_t to) {
  const int listener = listen_on(address, port);
  if (listener < 0) std::exit(complain("cannot listen on " + address));
  const sockaddr_in inside = address_of("127.0.0.1", to);
  for (;;) {
    const int client = ::accept(listener, nullptr, nullptr);
    if (client < 0) continue;
    const int relay = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(relay, reinterpret_cast<const sockaddr*>(&inside), sizeof inside) != 0) {
      ::close(client), ::close(relay);
      continue;
    }
    std::thread(copy, client, relay).detach();
    std::thread(copy, relay, client).detach();
  }
}

int serve(const std::string& address, std::uint16_t port, int stored, std::size_t bytes, int live) {
  uv_loop_t* const loop = uv_default_loop();
  auto relay = test_relay::start(loop);
  if (!relay) return complain(relay.error().message());
  const unix_seconds begun = today();
  for (int i = 0; i < stored; ++i) {
    relay->add(make_event(test_key(), 1, std::string(bytes, 'x'), {}, begun - std::chrono::seconds(stored - i)));
  }
  std::thread(forward, address, port, relay->port()).detach();
  static std::atomic<bool> begins = false;
  std::thread([] {
    std::string line;
    if (std::getline(std::cin, line)) begins = true;
  }).detach();
  say("ready");
  for (int i = 0; i < live;) {
    const auto until = std::chrono::steady_clock::now() + 250ms;
    (void)run_until(
        loop, [&] { return std::chrono::steady_clock::now() >= until; }, 1s);
    if (begins) relay->add(make_event("live " + std::to_string(i++), today()));
  }
  say("sent all");
  (void)run_until(
      loop, [] { return false; }, 1h);
  return 0;
}

int read(const std::string& url, std::uint64_t wanted, int seconds, const std::string& proxy) {
  uv_loop_t* const loop = uv_default_loop();
  std::uint64_t events = 0, gaps = 0;
  pool_options options;
  options.relays = {url};
  options.relay_defaults.proxy = proxy;
  auto made = pool::make(
      loop, std::move(options), {.on_relay_state = [](const relay_status& s) {
        say("state " + std::string(to_string(s.state)) + (s.cause ? ": " + std::string(s.text) : std::string()));
      }});
  if (!made) return complain(made.error().message());
  auto asked =
      made->subscribe(filter{.kinds = {1}},
                      {.on_event = [&](relay_id, const event_view&) { say("event " + std::to_string(++events)); },
                       .on_caught_up =
                           [&](relay_id, std::span<const gap> missing) {
                             gaps += missing.size();
                             say("caught up");
                           }},
                      {.eose_timeout = 5min});
  if (!asked) return complain(asked.error().message());
  // The document is fetched over a connection of its own.
  (void)made->information(made->relays().front(), [](const result<relay_information>&) { say("information"); });
  (void)run_until(
      loop, [&] { return events >= wanted; }, std::chrono::seconds(seconds));
  const relay_stats stats = made->stats().relays.front();
  say("end lost " + std::to_string(wanted - std::min(wanted, events)) + " again " +
      std::to_string(stats.messages.duplicate) + " connects " + std::to_string(stats.connects) + " gaps " +
      std::to_string(gaps));
  return 0;
}

/// Source: RFC 1035, 4.1.
std::string dns_answer(const std::string& question, const std::string& address) {
  std::size_t end = 12;
  while (end < question.size() && question[end] != 0) end += static_cast<unsigned char>(question[end]) + 1U;
  if (end + 5 > question.size()) return {};
  const bool is_a = question[end + 2] == 1;
  const bool exists = address != "none";
  std::string answer = question.substr(0, end + 5);
  answer[2] = static_cast<char>(0x81);
  answer[3] = static_cast<char>(exists ? 0x80 : 0x83);
  std::memset(answer.data() + 6, 0, 6);
  if (!exists || !is_a) return answer;
  answer[7] = 1;
  answer.append("\xc0\x0c\0\1\0\1\0\0\0\1\0\4", 12);
  in_addr number{};
  ::inet_pton(AF_INET, address.c_str(), &number);
  return answer.append(reinterpret_cast<const char*>(&number), sizeof number);
}

int answer_names(const std::string& file) {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(53);
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) return complain("port 53 is taken");
  for (;;) {
    std::array<char, 512> buffer;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(socket, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    std::string how;
    std::getline(std::ifstream(file), how);
    if (got <= 0 || how == "hang") continue;
    std::thread([=, question = std::string(buffer.data(), static_cast<std::size_t>(got))] {
      const bool is_slow = how.starts_with("slow ");
      if (is_slow) std::this_thread::sleep_for(3s);
      const std::string answer = dns_answer(question, is_slow ? how.substr(5) : how);
      ::sendto(socket, answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
    }).detach();
  }
}

}  // namespace
}  // namespace uvnostr::network

int main(int argc, char** argv) {
  using namespace uvnostr::network;
  const std::string role = argc > 1 ? argv[1] : "";
  const auto number = [&](int i) { return std::atoi(argv[i]); };
  if (role == "now" && argc == 2) {
    std::printf("%llu\n", now_ms());
    return 0;
  }
  if (role == "relay" && argc == 7) {
    return serve(argv[2], static_cast<std::uint16_t>(number(3)), number(4), static_cast<std::size_t>(number(5)),
                 number(6));
  }
  if (role == "client" && (argc == 5 || argc == 6))
    return read(argv[2], static_cast<std::uint64_t>(number(3)), number(4), argc == 6 ? argv[5] : "");
  if (role == "socks" && argc == 5)
    return serve_socks(argv[2], static_cast<std::uint16_t>(number(3)), static_cast<std::uint16_t>(number(4)));
  if (role == "watch" && argc == 4) return watch(argv[2], static_cast<std::uint16_t>(number(3)));
  if (role == "dns" && argc == 3) return answer_names(argv[2]);
  return complain("see the head of peer.cpp");
}
