// SPDX-License-Identifier: MIT
// How long things take: durations counted in buckets.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <uvnostr/export.hpp>

namespace uvnostr {

/// Durations, each counted in one bucket. Its size is fixed and it never allocates.
struct UVNOSTR_API duration_histogram {
  /// The upper bounds of the buckets, inclusive. One more bucket counts everything above the last bound.
  static constexpr std::array<std::chrono::microseconds, 21> bounds{std::chrono::microseconds(10),
                                                                    std::chrono::microseconds(20),
                                                                    std::chrono::microseconds(50),
                                                                    std::chrono::microseconds(100),
                                                                    std::chrono::microseconds(200),
                                                                    std::chrono::microseconds(500),
                                                                    std::chrono::microseconds(1'000),
                                                                    std::chrono::microseconds(2'000),
                                                                    std::chrono::microseconds(5'000),
                                                                    std::chrono::microseconds(10'000),
                                                                    std::chrono::microseconds(20'000),
                                                                    std::chrono::microseconds(50'000),
                                                                    std::chrono::microseconds(100'000),
                                                                    std::chrono::microseconds(200'000),
                                                                    std::chrono::microseconds(500'000),
                                                                    std::chrono::seconds(1),
                                                                    std::chrono::seconds(2),
                                                                    std::chrono::seconds(5),
                                                                    std::chrono::seconds(10),
                                                                    std::chrono::seconds(30),
                                                                    std::chrono::seconds(60)};

  std::array<std::uint64_t, bounds.size() + 1> counts{};  ///< of each bucket alone
  std::chrono::microseconds sum{};                        ///< of all durations

  void add(std::chrono::microseconds) noexcept;
  /// How many durations were counted.
  std::uint64_t count() const noexcept;
};

}  // namespace uvnostr
