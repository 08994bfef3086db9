// SPDX-License-Identifier: MIT
// The cost of seen_lru: nanoseconds to find an id, to miss one, and to insert one with an eviction; bytes per entry.
//
//   bench_dedup [--seed S]
//
// Ids are looked up in a different order from their insertion. The clock is the thread's CPU time. The least of several
// rounds counts, because disturbances only add time.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>
#include <vector>

#include <time.h>
#include <uvnostr/seen_lru.hpp>

#include "bench/arguments.hpp"

namespace uvnostr::bench {
namespace {

constexpr int rounds = 7;
constexpr std::size_t least_operations = 200'000;

double thread_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

std::vector<event_id> random_ids(std::size_t count, std::mt19937_64& random) {
  std::vector<event_id> ids(count);
  for (event_id& id : ids) {
    for (std::size_t at = 0; at < id.bytes.size(); at += 8) {
      const std::uint64_t bits = random();
      std::memcpy(id.bytes.data() + at, &bits, 8);
    }
  }
  return ids;
}

/// Nanoseconds per call of `operation`, which takes an id.
template <class Operation>
double measure(const std::vector<event_id>& ids, Operation operation) {
  const std::size_t passes = (least_operations + ids.size() - 1) / ids.size();
  double best = 1e18;
  for (int round = 0; round < rounds; ++round) {
    const double started = thread_ns();
    for (std::size_t pass = 0; pass < passes; ++pass) {
      for (const event_id& id : ids) operation(id);
    }
    best = std::min(best, thread_ns() - started);
  }
  return best / static_cast<double>(passes * ids.size());
}

int run(std::size_t entries, std::mt19937_64& random) {
  auto table = seen_lru::make(entries);
  if (!table) return 1;
  std::vector<event_id> there = random_ids(entries, random);
  for (const event_id& id : there) table->insert(id);
  std::shuffle(there.begin(), there.end(), random);
  const std::vector<event_id> absent = random_ids(entries, random);

  std::size_t found = 0;
  const double hit = measure(there, [&](const event_id& id) { found += table->contains(id); });
  const double duplicate = measure(there, [&](const event_id& id) { found += !table->insert(id); });
  std::size_t not_found = 0;
  const double miss = measure(absent, [&](const event_id& id) { not_found += !table->contains(id); });
  // A cycle longer than the table, so that each id has been evicted when its turn comes again.
  const std::vector<event_id> cycle = random_ids(std::max(entries * 2, least_operations), random);
  std::size_t inserted = 0;
  const double insert = measure(cycle, [&](const event_id& id) { inserted += table->insert(id); });
  if (found == 0 || found % entries != 0 || not_found % entries != 0 || inserted != rounds * cycle.size()) return 1;

  std::printf(
      "{\"peer\":\"dedup\",\"entries\":%zu,\"bytes_per_entry\":%.2f,\"hit_ns\":%.1f,\"duplicate_ns\":%.1f,\"miss_ns\":%"
      ".1f,"
      "\"insert_evicting_ns\":%.1f}\n",
      entries, static_cast<double>(table->memory_bytes()) / static_cast<double>(entries), hit, duplicate, miss, insert);
  return 0;
}

}  // namespace
}  // namespace uvnostr::bench

int main(int argc, char** argv) {
  const uvnostr::bench::arguments given(argc, argv);
  std::mt19937_64 random(given.number("seed", 1));
  for (const std::size_t entries : {1'000U, 10'000U, 100'000U, 1'000'000U}) {
    if (const int status = uvnostr::bench::run(entries, random)) return status;
  }
}
