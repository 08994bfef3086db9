// SPDX-License-Identifier: MIT
#include "wire/relay_message.hpp"

#include <random>

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "wire_samples.hpp"

namespace uvnostr::wire {
namespace {

using namespace std::string_literals;

std::optional<relay_message> parse(std::string_view text) { return parse_relay_message(scan_head(text).verb, text); }

std::string ok(const std::string& rest) { return "[\"OK\",\"" + test::sample_id + "\"" + rest + "]"; }

eose_hint hint_of(std::string_view text) {
  const std::optional<relay_message> message = parse(text);
  EXPECT_TRUE(message) << text;
  return message ? message->hint : eose_hint::none;
}

TEST(RelayMessage, ReadsOk) {
  const std::optional<relay_message> message = parse(ok(R"(,true,"duplicate: have it")"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->verb, verb::ok);
  EXPECT_EQ(base::to_hex(message->event.bytes), test::sample_id);
  EXPECT_TRUE(message->accepted);
  EXPECT_EQ(message->text, "duplicate: have it");
}

TEST(RelayMessage, ReadsOkWithoutText) {
  const std::optional<relay_message> message = parse(ok(",false"));
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->accepted);
  EXPECT_EQ(message->text, "");
}

TEST(RelayMessage, IgnoresFurtherElements) {
  EXPECT_TRUE(parse(ok(R"(,true,"",1,{"a":[true,null,"x"]},false,[2])")));
  EXPECT_TRUE(parse(R"(["NOTICE","x",null,"y"])"));
  EXPECT_EQ(parse(R"(["NOTICE","x","y"])")->text, "x");
  EXPECT_EQ(parse(R"(["CLOSED","s","t","u"])")->text, "t");
}

TEST(RelayMessage, RefusesOkOfOtherTypes) {
  for (const char* rest : {"", ",1", ",\"true\"", ",null", ",[true]", ",{}", ",true,1", ",true,null", ",true,[\"x\"]",
                           ",true,{}", ",true,false"}) {
    EXPECT_FALSE(parse(ok(rest))) << rest;
  }
}

TEST(RelayMessage, RefusesOkWhoseIdIsNone) {
  const std::string id = test::sample_id;
  for (const std::string& wrong :
       {'"' + id.substr(1) + '"', '"' + id + "0\"", "\"A" + id.substr(1) + '"', "\"\""s, "1"s, "[\"" + id + "\"]"}) {
    EXPECT_FALSE(parse("[\"OK\"," + wrong + ",true,\"\"]")) << wrong;
  }
}

/// Forms of the message that mean the same, but are unusual.
std::optional<relay_message> parse_with_one_more(std::string message) {
  message.insert(message.rfind(']'), ",0");
  return parse(message);
}

TEST(RelayMessage, ReadsTheUsualOkAsItReadsAnyOther) {
  std::mt19937_64 random(20'261'122);
  const std::string bytes = "abz:, \t\n\x01\x7f\"\\/u0041{[]}\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xed\xa0\x80\xff";
  std::size_t accepted = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (auto size = random() % 6; size != 0; --size) {
      const auto at = static_cast<std::size_t>(random() % bytes.size());
      text += bytes.substr(at, static_cast<std::size_t>(random() % 5));
    }
    const std::string space = random() % 4 == 0 ? " " : "";
    const std::string message =
        ok(space + "," + (random() % 2 == 0 ? "true" : "false") + space + "," + space + '"' + text + '"' + space);
    const auto usual = parse(message);
    const auto other = parse_with_one_more(message);
    ASSERT_EQ(usual.has_value(), other.has_value()) << message;
    if (!usual) continue;
    ++accepted;
    ASSERT_EQ(usual->text, other->text) << message;
    ASSERT_EQ(usual->accepted, other->accepted) << message;
    ASSERT_EQ(usual->event, other->event) << message;
  }
  EXPECT_GT(accepted, 10'000U);
}

TEST(RelayMessage, ReadsEose) {
  const std::optional<relay_message> message = parse(R"(["EOSE","s\u0031"])");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->subscription, "s1");
  EXPECT_EQ(message->hint, eose_hint::none);
}

TEST(RelayMessage, ReadsTheHintOfEose) {
  EXPECT_EQ(hint_of(R"(["EOSE","s",["finish"]])"), eose_hint::finish);
  EXPECT_EQ(hint_of(R"(["EOSE","s",["new","more",1]])"), eose_hint::more);
  EXPECT_EQ(hint_of(R"(["EOSE","s","more"])"), eose_hint::more);
}

TEST(RelayMessage, IgnoresHintsThatItDoesNotKnow) {
  for (const char* text : {R"(["EOSE","s",["later"]])", R"(["EOSE","s","later"])", R"(["EOSE","s",[]])",
                           R"(["EOSE","s",{"a":"more"}])", R"(["EOSE","s",1])", R"(["EOSE","s",null,["more"]])",
                           R"(["EOSE","s",[["more"]]])", R"(["EOSE","s",["x"],{"a":"more"}])"}) {
    EXPECT_EQ(hint_of(text), eose_hint::none) << text;
  }
}

TEST(RelayMessage, ReadsClosedWithAndWithoutText) {
  EXPECT_EQ(parse(R"(["CLOSED","s","error: x"])")->text, "error: x");
  EXPECT_EQ(parse(R"(["CLOSED","s"])")->subscription, "s");
}

TEST(RelayMessage, ReadsTheChallengeOfAuth) { EXPECT_EQ(parse(R"(["AUTH","c\"1"])")->text, "c\"1"); }

TEST(RelayMessage, KeepsControlCharactersOfANoticeAsData) {
  EXPECT_EQ(parse(R"(["NOTICE","a\u0000\u001bb"])")->text, "a\0\x1b"s + "b");
}

TEST(RelayMessage, RefusesWhatLacksItsString) {
  for (const char* text :
       {R"(["EOSE"])", R"(["EOSE",1])", R"(["EOSE",["s"]])", R"(["CLOSED"])", R"(["CLOSED",null,"x"])",
        R"(["CLOSED","s",1])", R"(["CLOSED","s",{}])", R"(["NOTICE"])", R"(["NOTICE",null])", R"(["NOTICE",{"x":"y"}])",
        R"(["AUTH"])", R"(["AUTH",5])", R"(["AUTH",{}])"}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

TEST(RelayMessage, RefusesWhatIsNoValidJson) {
  for (const std::string& text :
       {"[\"NOTICE\",\"x\""s, "[\"NOTICE\",\"x\"]]"s, "[\"NOTICE\",\"x\"] y"s, "[\"NOTICE\",\"x\"]\0"s,
        "[\"NOTICE\",\"x\"]\0[]"s, "[\"NOTICE\",\"\xff\"]"s, "[\"NOTICE\",\"\\ud800\"]"s, "[\"NOTICE\",\"\\udc00\"]"s,
        "[\"NOTICE\",\"\n\"]"s, "[\"NOTICE\",\"x\",]"s}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

TEST(RelayMessage, RefusesDeepNesting) {
  EXPECT_TRUE(parse("[\"NOTICE\",\"x\"," + std::string(64, '[') + std::string(64, ']') + "]"));
  EXPECT_FALSE(parse("[\"NOTICE\",\"x\"," + std::string(65, '[') + std::string(65, ']') + "]"));
  EXPECT_FALSE(parse("[\"NOTICE\",\"x\"," + std::string(900'000, '[')));
  std::string objects = "[\"NOTICE\",\"x\",";
  for (int i = 0; i < 100'000; ++i) objects += "{\"\":";
  EXPECT_FALSE(parse(objects));
}

TEST(RelayMessage, TakesManyValuesAndNumbersThatNoTypeHolds) {
  std::string values = "[\"NOTICE\",\"x\"";
  for (int i = 0; i < 100'000; ++i) values += ",0";
  EXPECT_TRUE(parse(values + "]"));
  EXPECT_TRUE(parse(R"(["NOTICE","x",99999999999999999999999,1e-400,-0.0000000000000000000000000000000000000001])"));
}

TEST(RelayMessage, EndsOnNumbersThatOverflowOtherParsers) {
  static_cast<void>(parse(R"(["NOTICE","x",1e99999999999999999999])"));
  static_cast<void>(parse("[\"NOTICE\",\"x\",0." + std::string(100'000, '0') + "1e-2147483648]"));
  EXPECT_FALSE(parse("[\"NOTICE\",\"x\",1e]"));
}

TEST(ReasonPrefix, IsTheWordBeforeTheColon) {
  EXPECT_EQ(reason_prefix("auth-required: we only serve members"), "auth-required");
  EXPECT_EQ(reason_prefix("error:"), "error");
}

TEST(ReasonPrefix, IsEmptyIfThereIsNone) {
  for (const char* text : {"", "blocked", "could not save: disk full", ": x", "Sorry: no"})
    EXPECT_EQ(reason_prefix(text), "") << text;
}

}  // namespace
}  // namespace uvnostr::wire
