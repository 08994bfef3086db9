// SPDX-License-Identifier: MIT
#include <uvnostr/histogram.hpp>

#include <algorithm>
#include <numeric>

namespace uvnostr {

void duration_histogram::add(std::chrono::microseconds time) noexcept {
  // Most durations are short, and 21 bounds are few.
  const auto bucket = std::find_if(bounds.begin(), bounds.end(), [time](auto bound) { return time <= bound; });
  ++counts[static_cast<std::size_t>(bucket - bounds.begin())];
  sum += time;
}

std::uint64_t duration_histogram::count() const noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace uvnostr
