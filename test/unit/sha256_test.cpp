// SPDX-License-Identifier: MIT
#include "crypto/sha256.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace uvnostr::crypto {
namespace {

std::string hash_of(std::string_view bytes) { return base::to_hex(sha256(bytes)); }

// The examples of FIPS 180-2 and the empty message.
TEST(Sha256, GivesTheHashesOfTheStandard) {
  EXPECT_EQ(hash_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash_of(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfPartsIsThatOfTheWhole) {
  const std::string whole(300, 'a');
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const std::string_view parts[]{std::string_view(whole).substr(0, cut), "", std::string_view(whole).substr(cut)};
    EXPECT_EQ(sha256(parts), sha256(whole)) << cut;
  }
}

}  // namespace
}  // namespace uvnostr::crypto
