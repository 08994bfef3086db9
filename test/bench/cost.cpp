// SPDX-License-Identifier: MIT
#include "bench/cost.hpp"

#include <cstdio>
#include <cstdlib>

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench/allocations.hpp"

namespace uvnostr::bench {
namespace {

double seconds(const timeval& t) noexcept {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

}  // namespace

cost cost_now() noexcept {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return {static_cast<double>(now_ns()) / 1e9, seconds(used.ru_utime), seconds(used.ru_stime), allocations()};
}

cost operator-(const cost& a, const cost& b) noexcept {
  return {a.wall_s - b.wall_s, a.user_s - b.user_s, a.sys_s - b.sys_s, a.allocations - b.allocations};
}

std::uint64_t now_ns() noexcept {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(t.tv_nsec);
}

long peak_rss_kb() noexcept {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss;
}

long rss_kb() noexcept {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  long total = 0;
  long resident = 0;
  const int read = std::fscanf(file, "%ld %ld", &total, &resident);
  std::fclose(file);
  return read == 2 ? resident * (sysconf(_SC_PAGESIZE) / 1024) : 0;
}

}  // namespace uvnostr::bench
