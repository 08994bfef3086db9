// SPDX-License-Identifier: MIT
#include "crypto/schnorr.hpp"

#include <map>
#include <optional>
#include <string_view>

#include <gtest/gtest.h>

#include "unit/signature_samples.hpp"

namespace uvnostr::crypto {
namespace {

using namespace test::bip340;

std::array<std::uint8_t, 32> bytes_of(std::string_view hex) { return value_of<event_id>(hex).bytes; }

struct Bip340 : testing::TestWithParam<vector> {};

TEST_P(Bip340, VerifiesAsTheVectorSays) {
  const vector& v = GetParam();
  EXPECT_EQ(verify(value_of<event_id>(v.message), value_of<pubkey>(v.author), value_of<signature>(v.sig)), v.valid);
}

TEST_P(Bip340, SignsAsTheVectorSays) {
  const vector& v = GetParam();
  if (v.secret.empty()) return;
  pubkey author;
  ASSERT_TRUE(derive_pubkey(bytes_of(v.secret), author));
  EXPECT_EQ(author.to_hex(), v.author);
  signature sig;
  ASSERT_TRUE(sign(value_of<event_id>(v.message), bytes_of(v.secret), bytes_of(v.auxiliary), sig));
  EXPECT_EQ(sig.to_hex(), v.sig);
}

INSTANTIATE_TEST_SUITE_P(Vectors, Bip340, testing::ValuesIn(vectors),
                         [](const auto& each) { return "Number" + std::to_string(each.param.number); });

TEST(Schnorr, RefusesASignatureWithAnyByteChanged) {
  const auto id = value_of<event_id>(message_1);
  const auto author = value_of<pubkey>(author_1);
  auto sig = value_of<signature>(vectors[1].sig);
  for (auto& byte : sig.bytes) {
    byte ^= 1;
    EXPECT_FALSE(verify(id, author, sig));
    byte ^= 1;
  }
  EXPECT_TRUE(verify(id, author, sig));
}

TEST(SignatureChecker, AnswersAsWithoutItWhateverItHasSeenBefore) {
  signature_checker cache;
  for (int round = 0; round < 2; ++round) {
    for (const vector& each : vectors) {
      for (const vector& other : vectors) {
        const auto id = value_of<event_id>(each.message);
        const auto author = value_of<pubkey>(other.author);
        const auto sig = value_of<signature>(each.sig);
        EXPECT_EQ(cache.verify(id, author, sig), verify(id, author, sig))
            << each.number << " by the author of " << other.number;
      }
    }
  }
}

TEST(SignatureChecker, TellsAuthorsWithOnePlaceApart) {
  // The last bytes of a key choose its slot: secrets are tried until two keys agree in them.
  std::array<std::uint8_t, 32> secret{};
  std::map<std::uint16_t, std::array<std::uint8_t, 32>> seen;
  pubkey author;
  pubkey other;
  for (std::uint16_t number = 1;; ++number) {
    secret[30] = static_cast<std::uint8_t>(number >> 8);
    secret[31] = static_cast<std::uint8_t>(number);
    ASSERT_TRUE(derive_pubkey(secret, author));
    const auto [place, is_new] =
        seen.emplace(static_cast<std::uint16_t>((author.bytes[30] << 8 | author.bytes[31])), secret);
    if (is_new) continue;
    ASSERT_TRUE(derive_pubkey(place->second, other));
    break;
  }
  const event_id id{};
  signature sig;
  ASSERT_TRUE(sign(id, secret, secret, sig));
  signature_checker cache;
  for (int round = 0; round < 2; ++round) {
    EXPECT_FALSE(cache.verify(id, other, sig));
    EXPECT_TRUE(cache.verify(id, author, sig));
  }
}

TEST(Schnorr, RefusesSecretsOutOfRange) {
  pubkey author;
  EXPECT_FALSE(derive_pubkey({}, author));
  // The order of the curve, and the number below it.
  EXPECT_FALSE(derive_pubkey(bytes_of("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"), author));
  EXPECT_TRUE(derive_pubkey(bytes_of("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140"), author));
}

}  // namespace
}  // namespace uvnostr::crypto
