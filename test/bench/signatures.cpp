// SPDX-License-Identifier: MIT
// The cost of checking a signature, alone and together with others. Prints a line of JSON per batch size, once with as
// many authors as signatures, and once with authors distributed as unevenly as in feeds.
//
//   bench_signatures
#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>
#include <random>
#include <vector>

#include "bench/cost.hpp"
#include "crypto/schnorr.hpp"
#include "unit/signature_samples.hpp"

namespace {

using namespace uvnostr;

constexpr std::size_t signatures = 2048;
constexpr std::uint32_t authors = 2000;

std::vector<test::claim> make_claims(bool uneven) {
  std::mt19937_64 random(1);
  std::vector<test::claim> made;
  for (std::uint32_t i = 0; i < signatures; ++i) {
    const double share = std::uniform_real_distribution<double>(0, 1)(random);
    made.push_back(
        test::make_claim(uneven ? static_cast<std::uint32_t>(authors * share * share * share * share) : i, i));
  }
  return made;
}

/// CPU seconds of the process for all of them, in batches of this size; 0 if a batch was found invalid.
double check(crypto::signature_checker& checker, const std::vector<test::claim>& claims, std::size_t size) {
  std::array<std::uint16_t, crypto::signature_checker::capacity> numbers;
  std::iota(numbers.begin(), numbers.end(), std::uint16_t{0});
  const bench::cost started = bench::cost_now();
  bool good = true;
  for (std::size_t at = 0; at < claims.size(); at += size) {
    const std::size_t end = std::min(at + size, claims.size());
    if (size > 1) checker.clear();
    for (std::size_t i = at; i < end; ++i) {
      const test::claim& each = claims[i];
      good &= size == 1 ? checker.verify(each.id, each.author, each.sig) : checker.add(each.id, each.author, each.sig);
    }
    if (size > 1) good &= checker.verify_together(std::span(numbers).first(end - at));
  }
  const bench::cost spent = bench::cost_now() - started;
  return good ? spent.user_s + spent.sys_s : 0;
}

}  // namespace

int main() {
  constexpr int rounds = 5;
  std::vector<std::size_t> sizes{1};
  crypto::signature_checker checker;
  if (checker.can_verify_together()) {
    for (std::size_t size = 4; size <= crypto::signature_checker::capacity; size *= 2)
      sizes.insert(sizes.end(), {size, size + size / 2});
  }
  while (sizes.back() > crypto::signature_checker::capacity) sizes.pop_back();
  for (const bool uneven : {false, true}) {
    const std::vector<test::claim> claims = make_claims(uneven);
    std::vector<double> least(sizes.size(), 1e9);
    // All sizes in turn, not all rounds of one size, so that a busy machine disturbs all sizes alike.
    for (int round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < sizes.size(); ++i) least[i] = std::min(least[i], check(checker, claims, sizes[i]));
    }
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      std::printf("{\"peer\":\"signatures\",\"authors\":\"%s\",\"together\":%zu,\"us\":%.2f}\n",
                  uneven ? "uneven" : "all different", sizes[i], least[i] * 1e6 / signatures);
    }
  }
}
