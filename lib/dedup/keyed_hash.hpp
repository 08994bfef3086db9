// SPDX-License-Identifier: MIT
// A keyed hash of inputs of one size, for tables that keep their hashes secret. Without the key, inputs that collide
// more often than by chance cannot be chosen. It is faster than SipHash, which would also withstand an attacker who
// sees hashes.
// Source: J. Black, S. Halevi, H. Krawczyk, T. Krovetz and P. Rogaway, "UMAC: Fast and Secure Message Authentication"
// (the function NH); M. Dietzfelbinger and others, "A Reliable Randomized Algorithm for the Closest-Pair Problem" (the
// multiplication that follows).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "dedup/siphash.hpp"

namespace uvnostr::dedup {

template <std::size_t Bytes>
class keyed_hash {
  static_assert(Bytes % 16 == 0);

 public:
  explicit keyed_hash(const std::array<std::uint8_t, 16>& key) noexcept {
    const siphash<2, 4> spread(key);
    // Hashes of another size get other keys.
    const auto number = [&](std::size_t i) {
      return spread(std::bit_cast<std::array<std::uint8_t, 8>>(std::uint64_t{Bytes} << 32 | i));
    };
    for (std::size_t i = 0; i < keys_.size(); ++i) keys_[i] = static_cast<std::uint32_t>(number(i));
    factor_ = number(keys_.size()) | 1;
  }

  /// The upper bits are the most random. Reads `Bytes` bytes at `at`.
  std::uint64_t operator()(const void* at) const noexcept { return finish(sum(static_cast<const char*>(at))); }

  /// The same on any processor.
  std::uint64_t portable(const void* at) const noexcept { return finish(portable_sum(static_cast<const char*>(at))); }

 private:
  std::uint64_t finish(std::uint64_t sum) const noexcept { return (sum ^ sum >> 32) * factor_; }

  std::uint64_t portable_sum(const char* at) const noexcept {
    std::array<std::uint32_t, Bytes / 4> words;
    std::memcpy(words.data(), at, Bytes);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < words.size(); i += 2) {
      sum += std::uint64_t{words[i] + keys_[i]} * (words[i + 1] + keys_[i + 1]);
    }
    return sum;
  }

#if defined(__SSE2__)
  std::uint64_t sum(const char* at) const noexcept {
    __m128i sums = _mm_setzero_si128();
    for (std::size_t i = 0; i < Bytes; i += 16) {
      const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
      const __m128i keys = _mm_loadu_si128(reinterpret_cast<const __m128i*>(keys_.data() + i / 4));
      const __m128i keyed = _mm_add_epi32(four, keys);
      sums = _mm_add_epi64(sums, _mm_mul_epu32(keyed, _mm_srli_epi64(keyed, 32)));
    }
    alignas(16) std::uint64_t halves[2];
    _mm_store_si128(reinterpret_cast<__m128i*>(halves), sums);
    return halves[0] + halves[1];
  }
#else
  std::uint64_t sum(const char* at) const noexcept { return portable_sum(at); }
#endif

  std::array<std::uint32_t, Bytes / 4> keys_;
  std::uint64_t factor_;
};

/// Of ids, and of signatures as they are written: 128 hex digits.
using id_hash = keyed_hash<32>;
using sig_hash = keyed_hash<128>;

}  // namespace uvnostr::dedup
