// SPDX-License-Identifier: MIT
// The equation that checks many signatures at once, and its coefficients. joint_check_test.cpp tests its use.
#include <algorithm>
#include <bit>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/schnorr.hpp"
#include "unit/signature_samples.hpp"

namespace uvnostr::crypto {
namespace {

using test::add_to_s;
using test::claim;

#if UVNOSTR_BUNDLED_SECP256K1

struct Together : testing::Test {
  void SetUp() override { ASSERT_TRUE(checker.can_verify_together()); }

  void take(const std::vector<claim>& claims) {
    checker.clear();
    for (const claim& each : claims) ASSERT_TRUE(checker.add(each.id, each.author, each.sig));
    numbers.resize(claims.size());
    std::iota(numbers.begin(), numbers.end(), std::uint16_t{0});
  }
  bool hold(const std::vector<claim>& claims) {
    take(claims);
    return checker.verify_together(numbers);
  }
  bool hold_with(const std::vector<std::uint8_t>& coefficients) { return checker.holds(numbers, coefficients); }

  signature_checker checker;
  std::vector<std::uint16_t> numbers;
};

std::vector<claim> good_claims(std::uint32_t count, std::uint32_t authors) {
  std::vector<claim> made;
  for (std::uint32_t i = 0; i < count; ++i) made.push_back(test::make_claim(i % authors, i));
  return made;
}

/// Coefficients chosen by the caller: small numbers, 16 bytes each.
std::vector<std::uint8_t> coefficients_of(const std::vector<std::uint8_t>& numbers) {
  std::vector<std::uint8_t> bytes(16 * numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) bytes[16 * i + 15] = numbers[i];
  return bytes;
}

TEST_F(Together, AcceptsGoodSignaturesInAnyNumber) {
  const std::vector<claim> all = good_claims(signature_checker::capacity, 300);
  for (const std::ptrdiff_t count : {1, 2, 3, 6, 7, 20, 43, 44, 45, 64, 100, 256, 512}) {
    EXPECT_TRUE(hold({all.begin(), all.begin() + count})) << count;
  }
}

TEST_F(Together, AnswersAsTheVectorSaysAtEveryPlaceOfABatch) {
  // The library has one algorithm for few points and another for many: 16 signatures use the first, 64 the second.
  for (const std::uint32_t size : {16u, 64u}) {
    const std::vector<claim> others = good_claims(size, size);
    for (const auto& vector : test::bip340::vectors) {
      for (std::uint32_t place = 0; place < size; ++place) {
        std::vector<claim> claims = others;
        claims[place] = test::bip340::claim_of(vector);
        checker.clear();
        bool possible = true;
        for (const claim& each : claims) possible &= checker.add(each.id, each.author, each.sig);
        numbers.resize(checker.size());
        std::iota(numbers.begin(), numbers.end(), std::uint16_t{0});
        EXPECT_EQ(possible && checker.verify_together(numbers), vector.valid)
            << vector.number << " at " << place << " of " << size;
        EXPECT_TRUE(possible || checker.verify_together(numbers)) << vector.number << " spoils the others";
      }
    }
  }
}

TEST_F(Together, ChecksTheChosenSignaturesOnly) {
  std::vector<claim> claims = good_claims(50, 7);
  add_to_s(claims[20].sig, 1);
  take(claims);
  EXPECT_FALSE(checker.verify_together(numbers));
  EXPECT_TRUE(checker.verify_together(std::span(numbers).first(20)));
  EXPECT_TRUE(checker.verify_together(std::span(numbers).subspan(21)));
  EXPECT_FALSE(checker.verify_together(std::span(numbers).subspan(20)));
  EXPECT_FALSE(checker.verify_together(std::span(numbers).subspan(20, 1)));
  EXPECT_FALSE(checker.verify(20));
  EXPECT_TRUE(checker.verify(21));
}

TEST_F(Together, ForgetsABatchWhenTheNextOneBegins) {
  std::vector<claim> claims = good_claims(20, 20);
  add_to_s(claims[3].sig, 1);
  EXPECT_FALSE(hold(claims));
  EXPECT_TRUE(hold(good_claims(20, 20)));
  EXPECT_EQ(checker.size(), 20u);
}

// Two wrong signatures whose errors are d and -d: with equal factors, they cancel each other.
TEST_F(Together, RefusesForgeriesThatEqualCoefficientsWouldCancel) {
  for (const bool same_author : {false, true}) {
    std::vector<claim> claims = good_claims(64, same_author ? 1 : 64);
    add_to_s(claims[5].sig, 77);
    add_to_s(claims[40].sig, -77);
    ASSERT_FALSE(claims[5].is_valid());
    ASSERT_FALSE(claims[40].is_valid());
    take(claims);
    EXPECT_TRUE(hold_with(coefficients_of(std::vector<std::uint8_t>(64, 1))))
        << "the planted fault goes unnoticed: this test proves nothing";
    EXPECT_FALSE(checker.verify_together(numbers));
  }
}

// An attacker who knows the coefficients a and b makes the errors d*b and -d*a.
TEST_F(Together, RefusesForgeriesThatPredictedCoefficientsWouldCancel) {
  std::vector<std::uint8_t> predicted(64);
  std::iota(predicted.begin(), predicted.end(), std::uint8_t{3});
  std::vector<claim> claims = good_claims(64, 64);
  add_to_s(claims[5].sig, predicted[40]);
  add_to_s(claims[40].sig, -predicted[5]);
  take(claims);
  EXPECT_TRUE(hold_with(coefficients_of(predicted))) << "the planted fault goes unnoticed: this test proves nothing";
  EXPECT_FALSE(checker.verify_together(numbers));
  predicted[5] ^= 1;
  EXPECT_FALSE(hold_with(coefficients_of(predicted)));
}

TEST_F(Together, CountsACoefficientOfZeroAsOneSoThatNothingIsLeftOut) {
  std::vector<claim> claims = good_claims(8, 8);
  add_to_s(claims[5].sig, 1);
  take(claims);
  EXPECT_FALSE(hold_with(std::vector<std::uint8_t>(16 * 8, 0)));
}

TEST_F(Together, CoefficientsAreNeitherEqualNorSmall) {
  take(good_claims(signature_checker::capacity, 5));
  const std::span<const std::uint8_t> all = checker.coefficients();
  ASSERT_EQ(all.size(), 16 * signature_checker::capacity);
  std::vector<std::vector<std::uint8_t>> each;
  std::size_t bits = 0;
  for (std::size_t at = 0; at < all.size(); at += 16)
    each.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(at),
                      all.begin() + static_cast<std::ptrdiff_t>(at) + 16);
  for (const std::uint8_t byte : all) bits += static_cast<std::size_t>(std::popcount(byte));
  std::ranges::sort(each);
  EXPECT_EQ(std::ranges::adjacent_find(each), each.end());
  // Half of 65,536 bits, within eight standard deviations.
  EXPECT_NEAR(static_cast<double>(bits), 32768.0, 8 * 128.0);
}

TEST_F(Together, CoefficientsDependOnEveryByteOfTheBatchAndOnASecret) {
  const std::vector<claim> claims = good_claims(7, 7);
  const auto of = [](signature_checker& by, const std::vector<claim>& from) {
    by.clear();
    for (const claim& each : from) EXPECT_TRUE(by.add(each.id, each.author, each.sig));
    const std::span<const std::uint8_t> all = by.coefficients();
    return std::vector<std::uint8_t>(all.begin(), all.end());
  };
  const std::vector<std::uint8_t> first = of(checker, claims);
  EXPECT_EQ(of(checker, claims), first);
  signature_checker other;
  ASSERT_TRUE(other.can_verify_together());
  EXPECT_NE(of(other, claims), first);
  const auto differ_everywhere = [&](const std::vector<claim>& changed) {
    const std::vector<std::uint8_t> now = of(checker, changed);
    for (std::size_t at = 0; at < now.size(); at += 16) {
      EXPECT_FALSE(std::equal(now.begin() + static_cast<std::ptrdiff_t>(at),
                              now.begin() + static_cast<std::ptrdiff_t>(at) + 16,
                              first.begin() + static_cast<std::ptrdiff_t>(at)));
    }
  };
  // The last signature also affects the first coefficient, so that nobody can choose a signature knowing the others'
  // coefficients.
  for (std::size_t byte = 0; byte < 32; ++byte) {
    std::vector<claim> changed = claims;
    changed.back().id.bytes[byte] ^= 1;
    differ_everywhere(changed);
    changed = claims;
    changed.back().sig.bytes[32 + byte] ^= 1;
    differ_everywhere(changed);
  }
  std::vector<claim> changed = claims;
  changed.back().author = test::make_claim(99, 0).author;
  differ_everywhere(changed);
  changed = claims;
  std::ranges::copy_n(test::make_claim(99, 0).sig.bytes.begin(), 32, changed.back().sig.bytes.begin());
  differ_everywhere(changed);
}

#else

TEST(Together, IsNotOfferedByTheSystemsLibrary) {
  signature_checker checker;
  EXPECT_FALSE(checker.can_verify_together());
}

#endif

}  // namespace
}  // namespace uvnostr::crypto
