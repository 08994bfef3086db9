// SPDX-License-Identifier: MIT
#include <uvnostr/event.hpp>

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <uvnostr/keys.hpp>

#include "base/hex.hpp"
#include "crypto/schnorr.hpp"
#include "crypto/sha256.hpp"

namespace uvnostr {
namespace {

const std::string key_hex(64, '3');

/// The JSON of an event with this content and tags, both in their JSON form, whose id is the hash of `canonical`.
std::string signed_json(const std::string& tags, const std::string& content, const std::string& hashed_content) {
  const auto key = secret_key::parse(key_hex).value();
  const std::string author = key.pubkey().to_hex();
  const event_id id{crypto::sha256("[0,\"" + author + "\",5,1," + tags + ",\"" + hashed_content + "\"]")};
  std::array<std::uint8_t, 32> secret{};
  EXPECT_FALSE(base::decode_hex(key_hex, secret));
  signature sig;
  EXPECT_TRUE(crypto::sign(id, secret, {}, sig));
  return " {\"content\":\"" + content + "\",\"created_at\":5,\"id\":\"" + id.to_hex() + "\",\"kind\":1,\"pubkey\":\"" +
         author + "\",\"sig\":\"" + sig.to_hex() + "\",\"tags\":" + tags + "}\n";
}

std::string plain_json() { return signed_json(R"([["e","1","wss://a","x"],["e","2"],["t"],[]])", "hi", "hi"); }

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

event parsed(const std::string& json) {
  const auto made = event::parse(json);
  EXPECT_TRUE(made) << made.error().message();
  return made.value();
}

std::error_code refusal(const std::string& json) { return event::parse(json).error(); }

/// The error for an event in which this text was replaced. Its position must be that of `by`, plus the given offset.
void expect_place(std::string_view what, std::string_view by, std::string_view member, std::size_t into) {
  const std::string json = replaced(plain_json(), what, by);
  const std::string place = "at byte " + std::to_string(json.find(by) + into);
  EXPECT_EQ(event::parse(json).error().subject(), member.empty() ? place : std::string(member) + ' ' + place) << json;
}

TEST(Event, GivesItsMembers) {
  const event e = parsed(plain_json());
  EXPECT_EQ(e.kind(), 1);
  EXPECT_EQ(e.created_at(), unix_seconds(std::chrono::seconds(5)));
  EXPECT_EQ(e.content(), "hi");
  EXPECT_EQ(e.pubkey(), secret_key::parse(key_hex)->pubkey());
  EXPECT_EQ(e.tags().size(), 4U);
}

TEST(Event, KeepsItsOwnBytesWithoutTheSpaceAround) {
  std::string json = plain_json();
  EXPECT_EQ(parsed(json).json(), json.substr(1, json.size() - 2));
}

TEST(Event, LivesOnItsOwn) {
  std::string json = plain_json();
  const event e = parsed(json);
  json.assign(json.size(), 'x');
  EXPECT_EQ(e.content(), "hi");
  EXPECT_FALSE(e.verify());
}

TEST(Event, GivesTheFirstTagOfAName) {
  const event e = parsed(plain_json());
  ASSERT_TRUE(e.tag("e"));
  EXPECT_EQ(e.tag("e")->value(), "1");
  EXPECT_EQ(e.tag("e")->at(2), "wss://a");
  EXPECT_EQ(e.tag("e")->size(), 4U);
  EXPECT_EQ(e.tag("t")->value(), "");
  EXPECT_FALSE(e.tag("x"));
  EXPECT_FALSE(e.tag(""));
}

TEST(Event, GivesNothingBehindTheEndOfATag) {
  const event e = parsed(plain_json());
  EXPECT_EQ(e.tag("e")->at(99), "");
  EXPECT_EQ(e.tags()[3].name(), "");
}

TEST(EventView, GivesACopyThatLivesOnItsOwn) {
  auto original = std::make_unique<event>(parsed(plain_json()));
  const event copy = original->view().copy();
  original.reset();
  EXPECT_EQ(copy.content(), "hi");
  EXPECT_FALSE(copy.verify());
}

TEST(EventVerify, AcceptsTheAuthorsSignature) { EXPECT_FALSE(parsed(plain_json()).verify()); }

TEST(EventVerify, RefusesAnIdThatIsNotTheHash) {
  EXPECT_EQ(parsed(replaced(plain_json(), "\"hi\"", "\"ho\"")).verify(), errc::wrong_id);
  EXPECT_EQ(parsed(replaced(plain_json(), ":5", ":6")).verify(), errc::wrong_id);
}

TEST(EventVerify, RefusesAnotherSignature) {
  std::string json = plain_json();
  const auto at = json.find("\"sig\":\"") + 7;
  json[at] = json[at] == '0' ? '1' : '0';
  EXPECT_EQ(parsed(json).verify(), errc::wrong_signature);
}

TEST(EventVerify, FindsAgainWhatItHasFound) {
  const event good = parsed(plain_json());
  const event copy_before = good;
  EXPECT_FALSE(good.verify());
  EXPECT_FALSE(good.verify());
  EXPECT_FALSE(copy_before.verify());
  const event bad = parsed(replaced(plain_json(), "\"hi\"", "\"ho\""));
  EXPECT_EQ(bad.verify(), errc::wrong_id);
  EXPECT_EQ(bad.verify(), errc::wrong_id);
  EXPECT_EQ(bad.view().copy().verify(), errc::wrong_id);
}

TEST(EventVerify, HashesWhatTheEscapesMean) {
  EXPECT_FALSE(parsed(signed_json("[]", R"(\u00e4\/\u000a\ud83d\ude00)", "\xc3\xa4/\\n\xf0\x9f\x98\x80")).verify());
}

TEST(EventVerify, AcceptsControlCharactersHashedVerbatim) {
  EXPECT_FALSE(parsed(signed_json("[]", R"(a\u0001b)",
                                  "a\x01"
                                  "b"))
                   .verify());
}

TEST(EventVerify, AcceptsControlCharactersHashedEscaped) {
  EXPECT_FALSE(parsed(signed_json("[]", R"(a\u0001b)", R"(a\u0001b)")).verify());
}

TEST(EventVerify, RefusesOtherWaysToHashControlCharacters) {
  EXPECT_EQ(parsed(signed_json("[]", R"(a\u001fb)", R"(a\u001Fb)")).verify(), errc::wrong_id);
}

TEST(EventParse, SaysThatATextIsNoEvent) {
  for (const char* text : {"", " ", "null", "[]", "{}", "{", "\"x\"", "{\"id\":1}", "[[[[[[[["}) {
    EXPECT_EQ(refusal(text), errc::event_json) << text;
  }
  EXPECT_EQ(refusal(plain_json() + "x"), errc::event_json);
  EXPECT_EQ(refusal(replaced(plain_json(), "\"kind\"", "\"king\"")), errc::event_json);
  EXPECT_EQ(refusal(replaced(plain_json(), "\"kind\":1", "\"kind\":1,\"kind\":1")), errc::event_json);
  EXPECT_EQ(refusal(replaced(plain_json(), "\"tags\"", "\"x\":{\"tags\":[]},\"tagged\"")), errc::event_json);
}

TEST(EventParse, SaysThatAMemberIsWrong) {
  for (const auto& [what, by] :
       {std::pair("\"kind\":1", "\"kind\":65536"), std::pair("\"kind\":1", "\"kind\":\"1\""),
        std::pair("\"kind\":1", "\"kind\":1.0"), std::pair(":5", ":-5"), std::pair("\"hi\"", "null"),
        std::pair("[\"t\"]", "\"t\""), std::pair("\"id\":\"", "\"id\":\"0")}) {
    EXPECT_EQ(refusal(replaced(plain_json(), what, by)), errc::event_field) << by;
  }
}

TEST(EventParse, SaysThatTextIsNotUtf8) {
  EXPECT_EQ(refusal(replaced(plain_json(), "\"hi\"", "\"\xff\"")), errc::event_utf8);
}

TEST(EventParse, TakesHalfASurrogatePairForNoJson) {
  EXPECT_EQ(refusal(replaced(plain_json(), "\"hi\"", "\"\\ud800\"")), errc::event_json);
}

TEST(EventParse, SaysWhichMemberIsWrongAndWhere) {
  expect_place("\"kind\":1", "\"kind\": 65536", "kind", 8);
  expect_place("\"kind\":1", "\"kind\":1.0", "kind", 7);
  expect_place("\"content\":\"hi\"", "\"content\":null", "content", 10);
  expect_place("\"id\":\"", "\"id\":\"0", "id", 5);
  expect_place("[\"t\"],", "\"t\",", "tags", 0);
  expect_place("[\"t\"],", "[\"t\",7],", "tags", 5);
  expect_place("\"tags\":[", "\"tags\":{},\"tagged\":[", "tags", 7);
  expect_place("\"created_at\":5", "\"created_at\":9007199254740992", "created_at", 13);
}

TEST(EventParse, SaysWhichMemberIsMissingOrThereTwice) {
  EXPECT_EQ(event::parse(replaced(plain_json(), "\"kind\"", "\"king\"")).error().subject(), "kind is missing");
  EXPECT_EQ(event::parse("{}").error().subject(), "at byte 1");
  expect_place("\"kind\":1", "\"kind\":1,\"kind\":1", "a second kind", 9);
}

TEST(EventParse, SaysWhereATextIsNoJson) {
  expect_place("\"kind\":1", "\"kind\":x", "kind", 7);
  expect_place("\"kind\":1,", "\"kind\":1;", "", 8);
  expect_place("\"hi\"", "\"\\ud800\"", "content", 1);
  EXPECT_EQ(event::parse("x").error().subject(), "at byte 0");
}

TEST(EventParse, SaysWhereATextIsNotUtf8) {
  expect_place("\"hi\"", "\"h\xff\"", "content", 2);
  expect_place("\"e\"", "\"e\",\"\xc0\"", "tags", 5);
  // The first fault is reported.
  EXPECT_EQ(refusal(replaced(replaced(plain_json(), "\"hi\"", "\"\xff\""), "{\"content\"", "{,\"content\"")),
            errc::event_json);
}

TEST(EventParse, KnowsAMemberWhoseNameIsEscaped) {
  EXPECT_EQ(refusal(replaced(plain_json(), "\"kind\":1", "\"k\\u0069nd\":-1")), errc::event_field);
}

TEST(EventParse, SurvivesATextOfBracketsOnly) {
  EXPECT_EQ(refusal(std::string(1'000'000, '[')), errc::event_json);
  EXPECT_EQ(refusal("{\"a\":" + std::string(1'000'000, '[')), errc::event_json);
}

}  // namespace
}  // namespace uvnostr
