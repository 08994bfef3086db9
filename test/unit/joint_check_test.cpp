// SPDX-License-Identifier: MIT
// Compares joint checks with single verification. UVNOSTR_BATCH_CASES and UVNOSTR_BATCH_SEED choose how many random
// batches and which.
#include "verify/joint_check.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "unit/signature_samples.hpp"
#include "verify/batch.hpp"

namespace uvnostr::verify {
namespace {

using test::add_to_s;
using test::claim;

struct sender final : source {
  bool distrusted() const noexcept override { return false; }
};

/// Numbered claims, their senders, and the verdicts.
struct JointCheck : testing::Test {
  std::vector<verdict> check(const std::vector<claim>& claims, const std::vector<std::size_t>& senders_of = {}) {
    std::vector<wire::event_fields> events(claims.size());
    std::vector<verdict> found(claims.size(), verdict::wrong_id);
    for (std::size_t i = 0; i < claims.size(); ++i) {
      events[i].id = claims[i].id;
      events[i].pubkey = claims[i].author;
      events[i].sig = claims[i].sig;
      under_test.add(events[i], senders[senders_of.empty() ? 0 : senders_of[i]], found[i]);
    }
    under_test.run(signatures);
    return found;
  }

  sender senders[4];
  crypto::signature_checker signatures;
  joint_check under_test;
};

std::vector<claim> good_claims(std::uint32_t count) {
  std::vector<claim> made;
  for (std::uint32_t i = 0; i < count; ++i) made.push_back(test::make_claim(i % 13, i));
  return made;
}

void expect_wrong(const std::vector<verdict>& found, std::vector<std::size_t> wrong) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i] == verdict::wrong_signature, std::ranges::find(wrong, i) != wrong.end()) << i;
    EXPECT_NE(found[i], verdict::wrong_id);
  }
}

TEST_F(JointCheck, ChecksAFewAndMany) {
  for (const std::uint32_t count : {0u, 1u, 5u, 6u, 7u, 100u, 512u}) expect_wrong(check(good_claims(count)), {});
}

TEST_F(JointCheck, FindsOneForgeryAtEveryPlace) {
  const std::vector<claim> good = good_claims(40);
  for (std::size_t place = 0; place < good.size(); ++place) {
    std::vector<claim> claims = good;
    add_to_s(claims[place].sig, 1);
    expect_wrong(check(claims), {place});
  }
}

TEST_F(JointCheck, FindsForgeriesThatAreAllThereIs) {
  std::vector<claim> claims = good_claims(30);
  std::vector<std::size_t> wrong(claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) {
    add_to_s(claims[i].sig, static_cast<std::int64_t>(i) + 1);
    wrong[i] = i;
  }
  expect_wrong(check(claims), wrong);
}

TEST_F(JointCheck, FindsWhatCanBeNoSignatureBesideForgeries) {
  std::vector<claim> claims = good_claims(60);
  claims[0].author.bytes.fill(0xff);
  std::fill_n(claims[30].sig.bytes.begin(), 32, std::uint8_t{0xff});
  std::fill_n(claims[59].sig.bytes.begin() + 32, 32, std::uint8_t{0xff});
  add_to_s(claims[58].sig, 1);
  expect_wrong(check(claims), {0, 30, 58, 59});
  claims.resize(8);
  expect_wrong(check(claims), {0});
}

TEST_F(JointCheck, FindsForgeriesThatWouldCancelEachOther) {
  std::vector<claim> claims = good_claims(64);
  for (std::size_t i = 0; i < 32; ++i) {
    add_to_s(claims[i].sig, 1000);
    add_to_s(claims[63 - i].sig, -1000);
  }
  std::vector<std::size_t> all(64);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  expect_wrong(check(claims), all);
}

#if UVNOSTR_BUNDLED_SECP256K1

TEST_F(JointCheck, ChecksAloneWhatIsAloneAndTogetherWhatIsMany) {
  check(good_claims(1));
  EXPECT_EQ(signatures.spent().alone, 1u);
  EXPECT_EQ(signatures.spent().together, 0u);
  check(good_claims(200));
  EXPECT_EQ(signatures.spent().alone, 1u);
  EXPECT_EQ(signatures.spent().together, 200u);
}

TEST_F(JointCheck, OneForgeryCostsNoMoreThanTwiceTheBatch) {
  for (const std::size_t place : {0u, 77u, 255u}) {
    std::vector<claim> claims = good_claims(256);
    add_to_s(claims[place].sig, 1);
    const auto before = signatures.spent();
    expect_wrong(check(claims), {place});
    EXPECT_LE(signatures.spent().together - before.together, 2u * 256);
    EXPECT_LE(signatures.spent().alone - before.alone, 256u);  // those of the caught sender
  }
}

TEST_F(JointCheck, ALiarPaysForItselfOnly) {
  // One of three senders forges one in five of its events.
  std::vector<claim> claims = good_claims(255);
  std::vector<std::size_t> senders_of(claims.size());
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    senders_of[i] = i % 3;
    if (i % 15 != 7) continue;
    add_to_s(claims[i].sig, 1);
    wrong.push_back(i);
  }
  ASSERT_EQ(senders_of[wrong[0]], 1u);
  expect_wrong(check(claims, senders_of), wrong);
  // The forger's signatures are checked alone, and hardly any other. The rest are checked together, about twice each
  // until the forger is caught.
  EXPECT_LE(signatures.spent().alone, 85u + 2 * crypto::signature_checker::least_together);
  EXPECT_LE(signatures.spent().together, 3u * 255);
}

#endif

std::uint64_t setting(const char* name, std::uint64_t usual) {
  const char* const text = std::getenv(name);
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

class random_batches {
 public:
  explicit random_batches(std::uint64_t seed) : random_(seed) {
    for (std::uint32_t i = 0; i < 600; ++i) {
      good_.push_back(test::make_claim(i % 3 == 0 ? i % 5 : i, i));
      EXPECT_TRUE(good_.back().is_valid());
    }
  }

  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }
  /// Mostly small batches, because faults are likely in their halving.
  std::size_t size() {
    return 1 + (below(100) == 0 ? below(joint_check::capacity) : below(10) == 0 ? below(120) : below(24));
  }
  const claim& any() { return good_[below(good_.size())]; }

  /// Forges some of the batch in one of many ways; rarely, a forgery turns out valid.
  std::vector<claim> next() {
    std::vector<claim> claims(size());
    for (claim& each : claims) each = any();
    changed_.assign(claims.size(), false);
    constexpr std::size_t one_in[]{0, 1, 2, 5, 20, 200};
    const std::size_t forged = one_in[below(std::size(one_in))];
    for (std::size_t i = 0; i < claims.size(); ++i) {
      if (forged == 0 || below(forged) != 0) continue;
      const std::size_t other = below(claims.size());
      forge(claims[i], claims[other]);
      changed_[i] = changed_[other] = true;
    }
    return claims;
  }
  /// Whether this one of the last batch may be wrong.
  bool is_changed(std::size_t number) const { return changed_[number]; }

 private:
  void forge(claim& target, claim& other) {
    const auto delta = static_cast<std::int64_t>(1 + below(1000));
    switch (below(9)) {
      case 0: target.sig.bytes[below(64)] ^= static_cast<std::uint8_t>(1 << below(8)); break;
      case 1: target.id.bytes[below(32)] ^= static_cast<std::uint8_t>(1 << below(8)); break;
      case 2: target.author.bytes[below(32)] ^= static_cast<std::uint8_t>(1 << below(8)); break;
      case 3: target.author = any().author; break;
      case 4: std::swap(target.sig, other.sig); break;
      case 5: std::copy_n(other.sig.bytes.begin(), 32, target.sig.bytes.begin()); break;
      case 6:
        std::fill_n(target.sig.bytes.begin() + static_cast<std::ptrdiff_t>(32 * below(2)), 32,
                    static_cast<std::uint8_t>(below(2) * 255));
        break;
      case 7: add_to_s(target.sig, delta); break;
      default:  // a pair that equal coefficients would cancel
        add_to_s(target.sig, delta);
        add_to_s(other.sig, -delta);
    }
  }

  std::vector<claim> good_;
  std::vector<bool> changed_;
  std::mt19937_64 random_;
};

TEST_F(JointCheck, AgreesWithSingleVerificationInRandomBatches) {
  const std::uint64_t seed = setting("UVNOSTR_BATCH_SEED", std::random_device{}());
  const std::uint64_t cases = setting("UVNOSTR_BATCH_CASES", 2000);
  random_batches batches(seed);
  std::size_t wrong = 0, right = 0;
  for (std::uint64_t number = 0; number < cases; ++number) {
    const std::vector<claim> claims = batches.next();
    std::vector<std::size_t> senders_of(claims.size());
    for (std::size_t& each : senders_of) each = batches.below(std::size(senders));
    const std::vector<verdict> found = check(claims, senders_of);
    for (std::size_t i = 0; i < claims.size(); ++i) {
      const bool valid = !batches.is_changed(i) || claims[i].is_valid();
      ++(valid ? right : wrong);
      ASSERT_EQ(found[i], valid ? verdict::good : verdict::wrong_signature)
          << "signature " << i << " of " << claims.size() << " in batch " << number << " of seed " << seed;
    }
  }
  std::cout << "seed " << seed << ", " << cases << " batches: " << right << " good and " << wrong
            << " forged signatures\n";
}

}  // namespace
}  // namespace uvnostr::verify
