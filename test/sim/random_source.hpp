// SPDX-License-Identifier: MIT
// The only source of randomness in a seeded world: the same seed gives the same world on every machine.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace uvnostr::sim {

using duration = std::chrono::microseconds;

class random_source {
 public:
  explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

  /// SplitMix64: small, fast, and good enough for choosing faults.
  std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  /// From 0 to n - 1.
  std::uint64_t below(std::uint64_t n) noexcept { return next() % n; }
  std::size_t index(std::size_t count) noexcept { return static_cast<std::size_t>(below(count)); }
  bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }
  bool percent(unsigned p) noexcept { return p != 0 && below(100) < p; }
  /// From `least` to `most`, both included.
  duration between(duration least, duration most) noexcept {
    return least + duration(static_cast<duration::rep>(below(static_cast<std::uint64_t>((most - least).count()) + 1)));
  }
  template <class T>
  const T& of(const std::vector<T>& all) noexcept {
    return all[index(all.size())];
  }
  template <class T, std::size_t N>
  const T& of(const T (&all)[N]) noexcept {
    return all[index(N)];
  }

 private:
  std::uint64_t state_;
};

}  // namespace uvnostr::sim
