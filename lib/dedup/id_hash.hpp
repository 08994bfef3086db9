// SPDX-License-Identifier: MIT
// A keyed hash of ids for a table that keeps its hashes secret. Without the key, nobody can choose two ids that share a
// slot more often than by chance. It is faster than SipHash, which would also withstand an attacker who sees hashes.
// Source: J. Black, S. Halevi, H. Krawczyk, T. Krovetz and P. Rogaway, "UMAC: Fast and Secure Message Authentication"
// (the function NH); M. Dietzfelbinger and others, "A Reliable Randomized Algorithm for the Closest-Pair Problem" (the
// multiplication that follows).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "dedup/siphash.hpp"

namespace uvnostr::dedup {

class id_hash {
 public:
  explicit id_hash(const std::array<std::uint8_t, 16>& key) noexcept {
    const siphash<2, 4> spread(key);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      keys_[i] = static_cast<std::uint32_t>(spread(std::bit_cast<std::array<std::uint8_t, 8>>(std::uint64_t{i})));
    }
    factor_ = spread(std::bit_cast<std::array<std::uint8_t, 8>>(std::uint64_t{keys_.size()})) | 1;
  }

  /// The upper bits are the most random.
  std::uint64_t operator()(const std::array<std::uint8_t, 32>& id) const noexcept {
    const auto words = std::bit_cast<std::array<std::uint32_t, 8>>(id);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < words.size(); i += 2) {
      sum += std::uint64_t{words[i] + keys_[i]} * (words[i + 1] + keys_[i + 1]);
    }
    return (sum ^ sum >> 32) * factor_;
  }

 private:
  std::array<std::uint32_t, 8> keys_;
  std::uint64_t factor_;
};

}  // namespace uvnostr::dedup
