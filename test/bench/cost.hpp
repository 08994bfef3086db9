// SPDX-License-Identifier: MIT
// The cost of a piece of work to its process: CPU time of all threads, elapsed time, allocations.
#pragma once

#include <cstdint>

namespace uvnostr::bench {

struct cost {
  double wall_s = 0;
  double user_s = 0;
  double sys_s = 0;
  std::uint64_t allocations = 0;  // by malloc, calloc, realloc, including libraries
};

/// Some counts begin with the process; only differences are meaningful.
cost cost_now() noexcept;
cost operator-(const cost&, const cost&) noexcept;

std::uint64_t now_ns() noexcept;  // CLOCK_MONOTONIC, the same in every process
long peak_rss_kb() noexcept;
/// The resident memory now, as the kernel reports it; 0 if it does not.
long rss_kb() noexcept;

}  // namespace uvnostr::bench
