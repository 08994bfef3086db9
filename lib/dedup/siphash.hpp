// SPDX-License-Identifier: MIT
// A keyed hash: inputs that collide cannot be chosen without the key.
// Source: J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF".
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace uvnostr::dedup {

/// The number of rounds for each word and at the end. Few are enough for a table that keeps its hashes secret.
template <int WordRounds = 1, int LastRounds = 3>
class siphash {
 public:
  explicit siphash(const std::array<std::uint8_t, 16>& key) noexcept
      : k0_(load(key.data())), k1_(load(key.data() + 8)) {}

  template <std::size_t Size>
  std::uint64_t operator()(const std::array<std::uint8_t, Size>& bytes) const noexcept {
    return hash(bytes.data(), Size);
  }
  std::uint64_t operator()(std::string_view bytes) const noexcept {
    return hash(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }

 private:
  std::uint64_t hash(const std::uint8_t* bytes, std::size_t size) const noexcept {
    std::uint64_t v0 = k0_ ^ 0x736f6d6570736575U;
    std::uint64_t v1 = k1_ ^ 0x646f72616e646f6dU;
    std::uint64_t v2 = k0_ ^ 0x6c7967656e657261U;
    std::uint64_t v3 = k1_ ^ 0x7465646279746573U;
    const auto mix = [&](std::uint64_t word) {
      v3 ^= word;
      for (int i = 0; i < WordRounds; ++i) round(v0, v1, v2, v3);
      v0 ^= word;
    };
    const std::size_t in_words = size & ~std::size_t{7};
    for (std::size_t at = 0; at < in_words; at += 8) mix(load(bytes + at));
    std::uint64_t last = std::uint64_t{size & 0xff} << 56;
    for (std::size_t at = in_words; at < size; ++at) last |= std::uint64_t{bytes[at]} << 8 * (at - in_words);
    mix(last);
    v2 ^= 0xff;
    for (int i = 0; i < LastRounds; ++i) round(v0, v1, v2, v3);
    return v0 ^ v1 ^ v2 ^ v3;
  }
  static std::uint64_t load(const std::uint8_t* at) noexcept {
    std::uint64_t word = 0;
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(&word, at, sizeof word);
    } else {
      for (int i = 7; i >= 0; --i) word = word << 8 | at[i];
    }
    return word;
  }

  static void round(std::uint64_t& v0, std::uint64_t& v1, std::uint64_t& v2, std::uint64_t& v3) noexcept {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }

  std::uint64_t k0_;
  std::uint64_t k1_;
};

}  // namespace uvnostr::dedup
