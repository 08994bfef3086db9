// SPDX-License-Identifier: MIT
#include <uvnostr/keys.hpp>

#include <string>

#include <gtest/gtest.h>

namespace uvnostr {
namespace {

constexpr std::string_view nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
constexpr std::string_view nsec_hex = "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa";
constexpr std::string_view its_pubkey = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e";

secret_key key() { return secret_key::parse(nsec).value(); }

event sign(const draft& draft) {
  const auto made = key().sign(draft);
  EXPECT_TRUE(made) << made.error().message();
  return made.value();
}

TEST(SecretKey, ReadsHexAndNsecAsTheSame) {
  const auto a = secret_key::parse(nsec);
  const auto b = secret_key::parse(nsec_hex);
  ASSERT_TRUE(a);
  ASSERT_TRUE(b);
  EXPECT_EQ(a->to_hex(), nsec_hex);
  EXPECT_EQ(b->to_nsec(), nsec);
}

TEST(SecretKey, KnowsItsPubkey) { EXPECT_EQ(key().pubkey().to_hex(), its_pubkey); }

TEST(SecretKey, RefusesNumbersThatAreNoKey) {
  EXPECT_EQ(secret_key::parse(std::string(64, '0')).error(), errc::secret_key_range);
  EXPECT_EQ(secret_key::parse("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").error(),
            errc::secret_key_range);
}

TEST(SecretKey, RefusesAnNpub) {
  EXPECT_EQ(secret_key::parse("npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg").error(),
            errc::bech32_prefix);
}

TEST(SecretKey, IsAnotherEachTimeItIsGenerated) {
  const auto a = secret_key::generate();
  const auto b = secret_key::generate();
  ASSERT_TRUE(a);
  ASSERT_TRUE(b);
  EXPECT_NE(a->to_hex(), b->to_hex());
  EXPECT_NE(a->pubkey(), b->pubkey());
  EXPECT_EQ(secret_key::parse(a->to_nsec())->pubkey(), a->pubkey());
}

TEST(SecretKey, LeavesNothingOfItselfInMemory) {
  alignas(secret_key) std::byte memory[sizeof(secret_key)];
  auto* const made = ::new (static_cast<void*>(memory)) secret_key(key());
  made->~secret_key();
  // The pubkey may stay in memory, but none of the secret's eight-byte words may.
  const std::string_view left(reinterpret_cast<const char*>(memory), sizeof memory);
  const event_id secret = event_id::parse(nsec_hex).value();
  const std::string_view bytes(reinterpret_cast<const char*>(secret.bytes.data()), secret.bytes.size());
  for (std::size_t at = 0; at < bytes.size(); at += 8)
    EXPECT_EQ(left.find(bytes.substr(at, 8)), std::string_view::npos) << at;
}

TEST(Signing, GivesAnEventThatVerifies) {
  const event made =
      sign({.kind = 1, .content = "hello", .tags = {{"t", "nostr"}, {"e", std::string(64, 'a'), "wss://x"}, {}}});
  EXPECT_FALSE(made.verify());
  EXPECT_EQ(made.pubkey(), key().pubkey());
  EXPECT_EQ(made.content(), "hello");
  ASSERT_EQ(made.tags().size(), 3U);
  EXPECT_EQ(made.tags()[1].at(2), "wss://x");
}

TEST(Signing, WritesTheMembersInCanonicalOrder) {
  const event made = sign(
      {.kind = 7, .content = "+", .tags = {{"p", "x"}, {"q"}}, .created_at = unix_seconds(std::chrono::seconds(12))});
  EXPECT_EQ(made.json(),
            "{\"id\":\"" + made.id().to_hex() + "\",\"pubkey\":\"" + std::string(its_pubkey) +
                "\",\"created_at\":12,\"kind\":7,\"tags\":[[\"p\",\"x\"],[\"q\"]],\"content\":\"+\",\"sig\":\"" +
                made.sig().to_hex() + "\"}");
}

TEST(Signing, KeepsEveryCharacter) {
  std::string content;
  for (int c = 0; c < 0x80; ++c) content += static_cast<char>(c);
  content += "\xc3\xa4\xe2\x80\xa8\xf0\x9f\x98\x80";
  const event made = sign({.content = content, .tags = {{content}}});
  EXPECT_EQ(made.content(), content);
  EXPECT_EQ(made.tags()[0].name(), content);
  EXPECT_FALSE(made.verify());
}

TEST(Signing, GivesOneIdButAnotherSignatureEachTime) {
  const draft d{.content = "same", .tags = {}, .created_at = unix_seconds(std::chrono::seconds(1))};
  const event a = sign(d);
  const event b = sign(d);
  EXPECT_EQ(a.id(), b.id());
  EXPECT_NE(a.sig(), b.sig());
}

TEST(Signing, TakesTheTimeOfSigning) {
  const unix_seconds before = unix_now();
  const event made = sign({.content = "now"});
  EXPECT_GE(made.created_at(), before);
}

TEST(Signing, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(key().sign({.content = "\xff"}).error(), errc::event_utf8);
  EXPECT_EQ(key().sign({.content = "", .tags = {{"t", "ok"}, {"t", "\xc0\x80"}}}).error(), errc::event_utf8);
  EXPECT_EQ(key().sign({.content = "\xff"}).error().subject(), "content");
  EXPECT_EQ(key().sign({.content = "", .tags = {{"t", "ok"}, {"t", "\xc0\x80"}}}).error().subject(), "tags[1][1]");
}

TEST(Signing, RefusesTimesThatNostrDoesNotHave) {
  const auto at = [](std::int64_t seconds) {
    return key().sign({.content = "", .tags = {}, .created_at = unix_seconds(std::chrono::seconds(seconds))});
  };
  EXPECT_EQ(at(-1).error(), error(errc::event_field, "created_at"));
  EXPECT_EQ(at(std::int64_t{1} << 53).error(), errc::event_field);
  EXPECT_TRUE(at(0));
  EXPECT_TRUE(at((std::int64_t{1} << 53) - 1));
}

}  // namespace
}  // namespace uvnostr
