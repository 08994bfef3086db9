// SPDX-License-Identifier: MIT
#include <uvnostr/types.hpp>

#include <functional>
#include <sstream>
#include <unordered_set>

#include <string>

#include <gtest/gtest.h>

namespace uvnostr {
namespace {

constexpr std::string_view hex = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e";
constexpr std::string_view npub = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg";

TEST(Pubkey, ReadsHexAndNpubAsTheSame) {
  const auto a = pubkey::parse(hex);
  const auto b = pubkey::parse(npub);
  ASSERT_TRUE(a);
  ASSERT_TRUE(b);
  EXPECT_EQ(*a, *b);
  EXPECT_EQ(a->to_hex(), hex);
  EXPECT_EQ(a->to_npub(), npub);
}

TEST(Pubkey, ReadsAnNpubInUpperCase) {
  std::string upper(npub);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_TRUE(pubkey::parse(upper));
}

TEST(Pubkey, RefusesAnNsec) {
  EXPECT_EQ(pubkey::parse("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5").error(),
            errc::bech32_prefix);
}

TEST(Pubkey, SaysWhatIsWrongWithHex) {
  EXPECT_EQ(pubkey::parse("").error(), errc::hex_length);
  EXPECT_EQ(pubkey::parse(hex.substr(1)).error(), errc::hex_length);
  EXPECT_EQ(pubkey::parse(std::string(hex.substr(1)) + "G").error(), errc::hex_digit);
}

TEST(Pubkey, SaysWhatIsWrongWithBech32) {
  EXPECT_EQ(pubkey::parse("npub").error(), errc::bech32_format);
  EXPECT_EQ(pubkey::parse(std::string(npub.substr(0, npub.size() - 1)) + "q").error(), errc::bech32_checksum);
}

TEST(EventId, ReadsHexAndNoteAsTheSame) {
  const auto id = event_id::parse(hex);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_hex(), hex);
  EXPECT_EQ(id->to_note().substr(0, 5), "note1");
  EXPECT_EQ(event_id::parse(id->to_note()).value(), *id);
}

TEST(EventId, RefusesAnNpub) { EXPECT_EQ(event_id::parse(npub).error(), errc::bech32_prefix); }

TEST(EventId, IsOrderedLikeItsHex) {
  EXPECT_LT(event_id::parse(hex).value(), event_id::parse("7f" + std::string(62, '0')).value());
}

TEST(Signature, ReadsItsHex) {
  const std::string text = std::string(hex) + std::string(hex);
  ASSERT_TRUE(signature::parse(text));
  EXPECT_EQ(signature::parse(text)->to_hex(), text);
}

TEST(Signature, RefusesAnythingElse) {
  EXPECT_EQ(signature::parse(hex).error(), errc::hex_length);
  EXPECT_EQ(signature::parse(std::string(128, 'A')).error(), errc::hex_digit);
}

TEST(UnixNow, IsTheTimeInWholeSeconds) {
  const auto before = std::chrono::system_clock::now();
  const unix_seconds now = unix_now();
  EXPECT_LE(now, std::chrono::system_clock::now());
  EXPECT_GT(now + std::chrono::seconds(1), before);
}

TEST(Types, AreWrittenToAStream) {
  const auto text = [](const auto& value) {
    std::ostringstream out;
    out << value;
    return out.str();
  };
  const std::string signature_hex = std::string(hex) + std::string(hex);
  EXPECT_EQ(text(*event_id::parse(hex)), hex);
  EXPECT_EQ(text(*pubkey::parse(hex)), hex);
  EXPECT_EQ(text(*signature::parse(signature_hex)), signature_hex);
  EXPECT_EQ(text(relay_id{7}), "7");
  EXPECT_EQ(text(subscription_id{1'234'567'890'123}), "1234567890123");
}

TEST(Types, AreKeysOfHashTables) {
  event_id a;
  event_id b;
  b.bytes[0] = 1;
  std::unordered_set<event_id> ids{a, b, a};
  EXPECT_EQ(ids.size(), 2U);
  EXPECT_NE(std::hash<event_id>()(a), std::hash<event_id>()(b));
  EXPECT_EQ((std::unordered_set<pubkey>{pubkey{}, pubkey{}}).size(), 1U);
  EXPECT_EQ((std::unordered_set<signature>{signature{}, signature{}}).size(), 1U);
  EXPECT_EQ((std::unordered_set<relay_id>{relay_id{1}, relay_id{2}}).size(), 2U);
  EXPECT_EQ((std::unordered_set<subscription_id>{subscription_id{1}, subscription_id{1}}).size(), 1U);
}

}  // namespace
}  // namespace uvnostr
