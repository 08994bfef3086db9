// SPDX-License-Identifier: MIT
// What a piece of work costs its process: processor time of all threads, time on the clock, allocations.
#pragma once

#include <cstdint>

namespace uvnostr::bench {

struct cost {
  double wall_s = 0;
  double user_s = 0;
  double sys_s = 0;
  std::uint64_t allocations = 0;  // by malloc, calloc, realloc; libraries included
};

/// Since the start of the process, in part; only differences mean anything.
cost cost_now() noexcept;
cost operator-(const cost&, const cost&) noexcept;

std::uint64_t now_ns() noexcept;  // CLOCK_MONOTONIC, the same in every process
long peak_rss_kb() noexcept;
/// What is resident now, read from the kernel. 0 where it does not tell.
long rss_kb() noexcept;

}  // namespace uvnostr::bench
