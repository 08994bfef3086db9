// SPDX-License-Identifier: MIT
// The least cost of publishing: masked frames in writes as large as the window; answers are counted.
//
//   bench_floor_publish --events FILE --unique N URL...
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>
#include <sys/socket.h>

#include "bench/arguments.hpp"
#include "bench/cost.hpp"
#include "bench/event_source.hpp"
#include "bench/raw_socket.hpp"

namespace uvnostr::bench {
namespace {

constexpr std::size_t max_in_flight = 256;

struct target {
  int socket;
  std::string input;
  std::size_t sent = 0;
  std::size_t answered = 0;
};

/// The relays here answer in short frames: two bytes of header, or four.
void count_answers(target& t, std::vector<char>& buffer) {
  const ssize_t got = recv(t.socket, buffer.data(), buffer.size(), 0);
  if (got <= 0) std::exit(1);
  t.input.append(buffer.data(), static_cast<std::size_t>(got));
  std::size_t at = 0;
  while (at + 4 <= t.input.size()) {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(t.input[at + i]));
    };
    const std::size_t whole = byte(1) < 126 ? 2 + byte(1) : 4 + (byte(2) << 8 | byte(3));
    if (at + whole > t.input.size()) break;
    at += whole;
    ++t.answered;
  }
  t.input.erase(0, at);
}

int run(const arguments& given) {
  const std::vector<std::string> events = load_events(given.text("events"), given.number("unique", 0));
  std::vector<char> buffer(64 * 1024);
  std::vector<target> targets;
  std::vector<pollfd> polled;
  const cost started = cost_now();
  for (const std::string& url : given.rest) {
    targets.push_back({open_socket(url), {}});
    polled.push_back({targets.back().socket, POLLIN, 0});
  }
  for (std::size_t left = targets.size(); left != 0;) {
    for (target& t : targets) {
      std::string batch;
      for (; t.sent < events.size() && t.sent - t.answered < max_in_flight; ++t.sent) {
        batch += masked_frame("[\"EVENT\"," + events[t.sent] + "]");
      }
      write_all(t.socket, batch);
    }
    if (poll(polled.data(), polled.size(), -1) < 0) return 1;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (polled[i].revents == 0) continue;
      count_answers(targets[i], buffer);
      if (targets[i].answered < events.size()) continue;
      polled[i].fd = -1;
      --left;
    }
  }
  const cost spent = cost_now() - started;
  std::printf(
      "{\"peer\":\"send\",\"relays\":%zu,\"oks\":%zu,\"wall_s\":%.6f,\"user_s\":%.6f,\"sys_s\":%.6f,\"peak_rss_kb\":%"
      "ld}\n",
      targets.size(), events.size() * targets.size(), spent.wall_s, spent.user_s, spent.sys_s, peak_rss_kb());
  return 0;
}

}  // namespace
}  // namespace uvnostr::bench

int main(int argc, char** argv) { return uvnostr::bench::run(uvnostr::bench::arguments(argc, argv)); }
