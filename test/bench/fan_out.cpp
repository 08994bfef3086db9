// SPDX-License-Identifier: MIT
// How the cost of a live event grows with the subscriptions that want it, and with the authors of a filter.
//
//   bench_fan_out
//
// In a simulated world, so that nothing else runs. The relay's messages are made before the clock starts. What is
// measured is the client, and the simulated network below it, which costs as much for every message. Prints a line of
// JSON for each size; of several rounds the least counts. `bytes` is the memory of an idle subscription at one relay.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include <uvnostr/testing/events.hpp>
#include <uvnostr/testing/simulation.hpp>
#include <uvnostr/uvnostr.hpp>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace uvnostr::bench {
namespace {

constexpr int rounds = 7;

double thread_us() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

std::size_t used_bytes() {
#if defined(__GLIBC__)
  return mallinfo2().uordblks;
#else
  return 0;
#endif
}

int complain(const char* what) {
  std::fprintf(stderr, "bench_fan_out: %s\n", what);
  return 1;
}

/// The ids of the REQs, in the order in which they came.
std::vector<std::string> asked_ids(const testing::connection& from) {
  constexpr std::string_view head = "[\"REQ\",\"";
  std::vector<std::string> ids;
  for (const std::string& message : from.received()) {
    if (!message.starts_with(head)) continue;
    ids.push_back(message.substr(head.size(), message.find('"', head.size()) - head.size()));
  }
  return ids;
}

std::string message_for(const std::string& id, const event& e) {
  return "[\"EVENT\",\"" + id + "\"," + std::string(e.json()) + "]";
}

event note(int number) {
  return testing::make_event(testing::test_key(1), 1, "note " + std::to_string(number), {},
                             testing::test_time + std::chrono::seconds(number));
}

/// One event to that many subscriptions.
int measure_subscriptions(std::size_t count) {
  testing::simulation world;
  auto relay = *world.start_relay("wss://relay.example.com", {.max_subscriptions = 100'000});
  std::size_t got = 0;
  auto made = pool::make(world.loop(), {.relays = {relay.url()}, .verification = verification::off});
  if (!made) return complain("no pool");
  std::vector<subscription> open;
  open.reserve(count);
  const std::size_t bytes_before = used_bytes();
  for (std::size_t i = 0; i < count; ++i) {
    auto asked = made->subscribe(filter{.kinds = {1}}, {.on_event = [&](relay_id, const event_view&) { ++got; }});
    if (!asked) return complain("no subscription");
    open.push_back(std::move(*asked));
  }
  const std::size_t bytes = used_bytes() - bytes_before;
  world.advance(std::chrono::seconds(60));
  const testing::connection from = relay.connections().at(0);
  const std::vector<std::string> ids = asked_ids(from);
  if (ids.size() != count) return complain("not every subscription was asked for once");
  double best = 1e18;
  for (int round = 0; round < rounds; ++round) {
    const event live = note(round);
    for (const std::string& id : ids) from.send_text(message_for(id, live));
    const double started = thread_us();
    world.advance(std::chrono::seconds(1));
    best = std::min(best, thread_us() - started);
  }
  if (got != count * rounds) return complain("an event did not come");
  std::printf("{\"peer\":\"fan_out\",\"of\":\"subscriptions\",\"count\":%zu,\"us\":%.2f,\"bytes\":%zu}\n", count, best,
              bytes / count);
  return 0;
}

/// Events of an author in a filter of that many.
int measure_authors(std::size_t count) {
  constexpr int events = 500;
  filter wanted{.authors = {testing::test_key(1).pubkey()}, .kinds = {1}};
  for (std::size_t i = 1; i < count; ++i) {
    pubkey other;
    for (std::size_t at = 0; at < other.bytes.size(); ++at) {
      other.bytes[at] = static_cast<std::uint8_t>(i * 2'654'435'761U >> (at % 4 * 8));
    }
    wanted.authors.push_back(other);
  }
  testing::simulation world;
  auto relay = *world.start_relay("wss://relay.example.com", {.max_message_bytes = std::size_t{64} << 20});
  std::size_t got = 0;
  auto made = pool::make(world.loop(), {.relays = {relay.url()}, .verification = verification::off});
  if (!made) return complain("no pool");
  auto asked = made->subscribe(wanted, {.on_event = [&](relay_id, const event_view&) { ++got; }});
  if (!asked) return complain("no subscription");
  world.advance(std::chrono::seconds(60));
  const testing::connection from = relay.connections().at(0);
  const std::vector<std::string> ids = asked_ids(from);
  if (ids.empty()) return complain("nothing was asked for");
  double best = 1e18;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < events; ++i) from.send_text(message_for(ids[0], note(round * events + i)));
    const double started = thread_us();
    world.advance(std::chrono::seconds(1));
    best = std::min(best, thread_us() - started);
  }
  if (got != rounds * events) return complain("an event did not come");
  std::printf("{\"peer\":\"fan_out\",\"of\":\"authors\",\"count\":%zu,\"us\":%.2f,\"bytes\":0}\n", count,
              best / events);
  return 0;
}

}  // namespace
}  // namespace uvnostr::bench

int main() {
  using namespace uvnostr::bench;
  for (const std::size_t count : {std::size_t{250}, std::size_t{1'000}, std::size_t{4'000}}) {
    if (const int status = measure_subscriptions(count)) return status;
  }
  for (const std::size_t count : {std::size_t{10}, std::size_t{1'000}, std::size_t{50'000}}) {
    if (const int status = measure_authors(count)) return status;
  }
}
