// SPDX-License-Identifier: MIT
#include "dedup/keyed_hash.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace uvnostr::dedup {
namespace {

using key = std::array<std::uint8_t, 16>;
using id = std::array<std::uint8_t, 32>;

template <class Array>
Array random_bytes(std::mt19937_64& random) {
  Array bytes{};
  for (auto& each : bytes) each = static_cast<std::uint8_t>(random());
  return bytes;
}

/// The number of ids in the fullest of 4096 slots.
std::size_t fullest(const id_hash& hash, const std::vector<id>& ids) {
  std::vector<std::size_t> places(4096);
  for (const id& each : ids) ++places[static_cast<std::size_t>(hash(each.data()) >> 52)];
  return *std::max_element(places.begin(), places.end());
}

TEST(IdHash, SpreadsIdsThatDifferInFewBytes) {
  std::mt19937_64 random(20'261'122);
  for (int round = 0; round < 20; ++round) {
    const id_hash hash(random_bytes<key>(random));
    const auto at = static_cast<std::size_t>(random() % 30);
    std::vector<id> ids(65'536);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      ids[i][at] = static_cast<std::uint8_t>(i);
      ids[i][at + 1] = static_cast<std::uint8_t>(i >> 8);
    }
    // 16 per slot on average; with an even spread, the fullest has about 32.
    EXPECT_LT(fullest(hash, ids), 100U) << "round " << round << ", bytes from " << at;
  }
}

TEST(IdHash, SpreadsIdsWithOneBitEach) {
  std::mt19937_64 random(1);
  std::vector<id> ids(256);
  for (std::size_t bit = 0; bit < ids.size(); ++bit) ids[bit][bit / 8] = static_cast<std::uint8_t>(1U << bit % 8);
  for (int round = 0; round < 100; ++round) {
    EXPECT_LT(fullest(id_hash(random_bytes<key>(random)), ids), 12U) << round;
  }
}

TEST(IdHash, HidesWhichIdsShareAPlace) {
  std::mt19937_64 random(2);
  const id_hash known(random_bytes<key>(random));
  // Chosen by an attacker who assumes this key.
  std::vector<id> ids;
  while (ids.size() < 200) {
    const id candidate = random_bytes<id>(random);
    if (known(candidate.data()) >> 52 == 7) ids.push_back(candidate);
  }
  EXPECT_EQ(fullest(known, ids), ids.size());
  for (int round = 0; round < 20; ++round) EXPECT_LT(fullest(id_hash(random_bytes<key>(random)), ids), 8U) << round;
}

TEST(SigHash, IsTheSameOnEveryProcessor) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 1'000; ++round) {
    const sig_hash hash(random_bytes<key>(random));
    const auto digits = random_bytes<std::array<std::uint8_t, 129>>(random);
    ASSERT_EQ(hash(digits.data() + 1), hash.portable(digits.data() + 1)) << round;
  }
}

TEST(SigHash, DependsOnEveryByte) {
  std::mt19937_64 random(4);
  const sig_hash hash(random_bytes<key>(random));
  auto digits = random_bytes<std::array<std::uint8_t, 128>>(random);
  const std::uint64_t before = hash(digits.data());
  for (std::uint8_t& each : digits) {
    each = static_cast<std::uint8_t>(each ^ 1);
    EXPECT_NE(hash(digits.data()) >> 32, before >> 32);
    each = static_cast<std::uint8_t>(each ^ 1);
  }
}

}  // namespace
}  // namespace uvnostr::dedup
