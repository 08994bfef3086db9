// SPDX-License-Identifier: MIT
// The cost of only hashing and checking signatures, on one thread.
//
//   bench_floor_verify --events FILE --unique N
#include <cstdio>
#include <vector>

#include <uvnostr/event.hpp>

#include "bench/arguments.hpp"
#include "bench/cost.hpp"
#include "bench/event_source.hpp"

int main(int argc, char** argv) {
  using namespace uvnostr;
  const bench::arguments given(argc, argv);
  std::vector<event> events;
  for (const std::string& json : bench::load_events(given.text("events"), given.number("unique", 0))) {
    if (auto parsed = event::parse(json)) events.push_back(*parsed);
  }
  std::size_t good = 0;
  const bench::cost started = bench::cost_now();
  for (const event& each : events) good += !each.verify();
  const bench::cost spent = bench::cost_now() - started;
  std::printf(
      "{\"peer\":\"verify\",\"delivered_unique\":%zu,\"wall_s\":%.6f,\"user_s\":%.6f,\"sys_s\":%.6f,\"peak_rss_kb\":%"
      "ld}\n",
      good, spent.wall_s, spent.user_s, spent.sys_s, bench::peak_rss_kb());
}
