// SPDX-License-Identifier: MIT
#include "wire/frame_scan.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "wire_samples.hpp"

namespace uvnostr::wire {
namespace {

using test::event_text;

bool accepts(const event_text& text) { return parse_event(text.json()).has_value(); }
bool accepts_json(const std::string& json) { return parse_event(json).has_value(); }
bool accepts_message(const std::string& behind_the_event) {
  const std::string text = event_text().json() + behind_the_event;
  return scan_event(text).has_value();
}
event_text with_content(std::string content) { return {.content = '"' + content + '"'}; }
event_text with_member(std::string member) { return {.more = member + ','}; }
std::string id_of(const std::string& event) {
  const std::optional<found_id> found = scan_id(event);
  return found ? base::to_hex(found->id.bytes) : "none";
}

TEST(ScanHead, FindsSubscriptionAndEvent) {
  const frame_head head = scan_head(R"(["EVENT","sub1",{"a":1}])");
  EXPECT_EQ(head.verb, verb::event);
  EXPECT_EQ(head.subscription, "sub1");
  EXPECT_EQ(head.event, R"({"a":1}])");
}

TEST(ScanHead, AllowsWhiteSpaceBetweenTokens) {
  const frame_head head = scan_head(" \t[\r\n\"EVENT\" , \"s\" ,\n {}]");
  EXPECT_EQ(head.verb, verb::event);
  EXPECT_EQ(head.event, "{}]");
}

TEST(ScanHead, KnowsEveryVerb) {
  EXPECT_EQ(scan_head(R"(["EOSE","s"])").verb, verb::eose);
  EXPECT_EQ(scan_head(R"(["OK","00",true,""])").verb, verb::ok);
  EXPECT_EQ(scan_head(R"(["CLOSED","s",""])").verb, verb::closed);
  EXPECT_EQ(scan_head(R"(["NOTICE","n"])").verb, verb::notice);
  EXPECT_EQ(scan_head(R"(["AUTH","c"])").verb, verb::auth);
}

TEST(ScanHead, KnowsAVerbWrittenWithEscapes) { EXPECT_EQ(scan_head(R"(["E\u004fSE","s"])").verb, verb::eose); }

TEST(ScanHead, CallsOtherStringsUnknown) {
  EXPECT_EQ(scan_head(R"(["COUNT","s",{}])").verb, verb::unknown);
  EXPECT_EQ(scan_head(R"(["event","s",{}])").verb, verb::unknown);
  EXPECT_EQ(scan_head(R"([""])").verb, verb::unknown);
}

TEST(ScanHead, RefusesWhatIsNoArrayThatBeginsWithAString) {
  for (const char* text : {"", " ", "[", "[]", "{}", "hello", "[1]", "[\"EOSE", "[\"EOSE\"", "[\"EOSE\" 1",
                           "[[\"EOSE\"]]", "\xef\xbb\xbf[\"EOSE\"]"}) {
    EXPECT_EQ(scan_head(text).verb, verb::malformed) << text;
  }
}

TEST(ScanHead, RefusesAnEventWithoutSubscriptionOrObject) {
  for (const char* text :
       {R"(["EVENT"])", R"(["EVENT",{}])", R"(["EVENT","s"])", R"(["EVENT","s",1])", R"(["EVENT",1,{}])",
        R"(["EVENT","s",)", R"(["EVENT","s" {}])", "[\"EVENT\",\"\n\",{}]", "[\"EVENT\",\"\xff\",{}]"}) {
    EXPECT_EQ(scan_head(text).verb, verb::malformed) << text;
  }
}

TEST(ScanId, FindsItWhereverItStands) {
  const std::string id = "\"id\":\"" + test::sample_id + '"';
  EXPECT_EQ(id_of("{" + id + "}"), test::sample_id);
  EXPECT_EQ(id_of("{\"content\":\"x\",\"tags\":[[\"e\",\"f\"],[]],\"kind\":1," + id + "}]"), test::sample_id);
  EXPECT_EQ(id_of("{ \"a\" : true , \"id\" : \"" + test::sample_id + "\" }"), test::sample_id);
}

TEST(ScanId, IsNotMisledByWhatLooksLikeIt) {
  const std::string fake = "\"id\":\"" + std::string(64, 'd') + "\"";
  const std::string quoted = "\\\"id\\\":\\\"" + std::string(64, 'd') + "\\\"";
  const std::string id = "\"id\":\"" + test::sample_id + "\"}";
  EXPECT_EQ(id_of("{\"content\":\"" + quoted + "\"," + id), test::sample_id);
  EXPECT_EQ(id_of("{\"x\":{" + fake + "}," + id), test::sample_id);
  EXPECT_EQ(id_of("{\"x\":[{" + fake + "},\"}]\"]," + id), test::sample_id);
  EXPECT_EQ(id_of("{\"content\":\"\\\\\"," + id), test::sample_id);
  EXPECT_EQ(id_of("{\"idd\":1,\"i\":2,\"id\\\\\":3," + id), test::sample_id);
}

TEST(ScanId, FindsAnIdWhoseNameHasEscapes) {
  EXPECT_EQ(id_of(R"({"\u0069\u0064":")" + test::sample_id + "\"}"), test::sample_id);
}

TEST(ScanId, FindsNoneWhereThereIsNone) {
  const std::string hex = test::sample_id;
  for (const std::string& text :
       {std::string("{"), std::string("{}"), std::string("{\"x\":[[[["), std::string("{\"x\":\"\\"),
        std::string("{\"kind\":1}"), "{\"id\":" + hex + "}", "{\"id\":\"" + hex, "{\"id\":\"" + hex + "0\"}",
        "{\"id\":\"" + hex.substr(1) + "\"}", "{\"id\":[\"" + hex + "\"]}", "{\"id\":\"A" + hex.substr(1) + "\"}",
        "{\"ID\":\"" + hex + "\"}"}) {
    EXPECT_EQ(id_of(text), "none") << text;
  }
}

TEST(ScanId, TakesAMillionBracketsWithoutRecursion) {
  EXPECT_EQ(id_of("{\"x\":" + std::string(1'000'000, '[')), "none");
}

std::string_view guessed_sig(const std::string& event) {
  const std::optional<found_id> found = scan_id(event);
  return found ? guess_sig(found->rest) : std::string_view();
}

TEST(GuessSig, FindsItWhereMostRelaysWriteIt) {
  const std::string id = "\"id\":\"" + test::sample_id + '"';
  const std::string author = "\"pubkey\":\"" + std::string(64, 'a') + '"';
  const std::string sig = "\"sig\":\"" + test::sample_sig + '"';
  EXPECT_EQ(guessed_sig("{" + id + "," + author + ",\"tags\":[[\"s\"]],\"content\":\"s\"," + sig + "}]"),
            test::sample_sig);
  EXPECT_EQ(guessed_sig("{\"content\":\"s\"," + id + ",\"kind\":30023," + author + "," + sig + ",\"tags\":[]}]"),
            test::sample_sig);
}

TEST(GuessSig, TakesNoOtherTextForIt) {
  const std::string id = "\"id\":\"" + test::sample_id + '"';
  const std::string sig = "\"sig\":\"" + test::sample_sig + '"';
  for (const std::string& rest :
       {std::string("}]"), ",\"x\":{\"y\":1," + sig + "},\"content\":\"\"}]", ",\"sig\":\"" + test::sample_id + "\"}]",
        ",\"sig\":" + test::sample_sig + "}]", ",\"x\":\"\\\"sig\\\":\\\"" + test::sample_sig + "\\\"\"}]",
        ",\"sigs\":\"" + test::sample_sig + "\"}]", std::string(",\"s"), std::string("s"), std::string()}) {
    EXPECT_EQ(guessed_sig("{" + id + rest), "") << rest;
  }
}

TEST(ScanEvent, FindsAllMembers) {
  event_text text{.tags = R"([["p","x"]])", .content = R"("a\nb")"};
  const std::string message = text.json() + "]";
  const std::optional<raw_event> event = scan_event(message);
  ASSERT_TRUE(event);
  const event_fields& fields = event->fields();
  EXPECT_EQ(fields.json, text.json());
  EXPECT_EQ(base::to_hex(fields.id.bytes), test::sample_id);
  EXPECT_EQ(base::to_hex(fields.pubkey.bytes), test::sample_pubkey);
  EXPECT_EQ(base::to_hex(fields.sig.bytes), test::sample_sig);
  EXPECT_EQ(fields.created_at, 1700000000);
  EXPECT_EQ(fields.kind, 1);
  EXPECT_EQ(fields.tags, R"([["p","x"]])");
  EXPECT_EQ(fields.content, R"(a\nb)");
  EXPECT_TRUE(fields.content_escaped);
  EXPECT_FALSE(fields.tags_escaped);
}

TEST(ScanEvent, MovesWithItsBytes) {
  const std::string message = event_text().json() + "]";
  const std::optional<raw_event> event = scan_event(message);
  ASSERT_TRUE(event);
  const std::string copy(event->fields().json);
  const raw_event moved = event->moved_to(copy.data());
  EXPECT_EQ(moved.fields().content, "hello");
  EXPECT_EQ(moved.fields().content.data() - copy.data(), event->fields().content.data() - message.data());
}

TEST(ScanEvent, IgnoresFurtherElementsThatAreValid) {
  EXPECT_TRUE(accepts_message(R"( , "x" , {"a":[1,2]} , null ] )"));
  EXPECT_TRUE(accepts_message("," + std::string(64, '[') + std::string(64, ']') + "]"));
}

TEST(ScanEvent, RefusesWhatFollowsIfItIsNotValid) {
  for (const char* text : {"", ",", ",]", ",1", ",01]", ",tru]", "]]", "] x", "}", ",\"\n\"]"})
    EXPECT_FALSE(accepts_message(text)) << text;
  EXPECT_FALSE(accepts_message(std::string("]\0", 2)));
  EXPECT_FALSE(accepts_message(std::string("\0]", 2)));
  EXPECT_FALSE(accepts_message("," + std::string(65, '[') + std::string(65, ']') + "]"));
  EXPECT_FALSE(accepts_message("," + std::string(900'000, '[')));
}

TEST(ParseEvent, AllowsWhiteSpaceAround) { EXPECT_TRUE(accepts_json(" \n" + event_text().json() + "\t ")); }

TEST(ParseEvent, RefusesABracketOfTheMessage) { EXPECT_FALSE(accepts_json(event_text().json() + "]")); }

TEST(ParseEvent, RefusesAMissingMember) {
  for (const char* name : {"content", "created_at", "id", "kind", "pubkey", "sig", "tags"}) {
    std::string json = event_text().json();
    json.insert(json.find('"' + std::string(name) + "\":") + 1, "x");
    EXPECT_FALSE(accepts_json(json)) << name;
  }
  EXPECT_FALSE(accepts_json("{}"));
}

TEST(ParseEvent, RefusesASecondMemberOfAKnownName) {
  EXPECT_FALSE(accepts(with_member(R"("kind":1)")));
  EXPECT_FALSE(accepts(with_member(R"("content":"hello")")));
  EXPECT_FALSE(accepts(with_member(R"("\u0069d":")" + test::sample_id + '"')));
}

TEST(ParseEvent, TakesANameWithEscapesForTheNameItIs) {
  std::string json = event_text().json();
  json.replace(json.find("\"kind\""), 6, R"("\u006b\u0069n\u0064")");
  EXPECT_TRUE(accepts_json(json));
}

TEST(ParseEvent, StepsOverUnknownMembers) {
  EXPECT_TRUE(accepts(with_member(R"("x":{"id":["y",-1.5e+3,true,false,null,{}]},"x":[],"":0,"KIND":"")")));
  EXPECT_TRUE(accepts(with_member("\"x\":" + std::string(64, '[') + std::string(64, ']'))));
}

TEST(ParseEvent, RefusesUnknownMembersThatAreNotValid) {
  for (const char* value :
       {"01",      "-",        "1.",    ".5",         "1e", "+1", "0x1", "NaN",     "nul",         "[1,]",  "[,1]",
        "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "[}", "{]", "'x'", "\"\\x\"", "\"\\ud800\"", "/**/1", "[1 2]"}) {
    EXPECT_FALSE(accepts(with_member("\"x\":" + std::string(value)))) << value;
  }
  EXPECT_FALSE(accepts(with_member("\"x\":" + std::string(65, '[') + std::string(65, ']'))));
}

TEST(ParseEvent, RefusesHexOfAnotherFormOrLength) {
  const std::string hex = test::sample_id;
  for (const std::string& id :
       {hex.substr(1), hex + "0", "A" + hex.substr(1), " " + hex.substr(1), "0x" + hex.substr(2),
        "\\u0030" + hex.substr(1), std::string(64, 'g'), std::string(1, '\0') + hex.substr(1), std::string()}) {
    EXPECT_FALSE(accepts({.id = '"' + id + '"'})) << id;
    EXPECT_FALSE(accepts({.pubkey = '"' + id + '"'})) << id;
    EXPECT_FALSE(accepts({.sig = '"' + id + id + '"'})) << id;
  }
  EXPECT_FALSE(accepts({.sig = '"' + hex + '"'}));
  EXPECT_FALSE(accepts({.id = "null"}));
}

TEST(ParseEvent, TakesTimesFromZeroTo53Bits) {
  EXPECT_TRUE(accepts({.created_at = "0"}));
  EXPECT_EQ(parse_event(event_text{.created_at = "9007199254740991"}.json())->fields().created_at, 9007199254740991);
}

TEST(ParseEvent, RefusesOtherTimes) {
  for (const char* time : {"9007199254740992", "18446744073709551616", "18446744075409551616", "-5", "-0", "01", "00",
                           "1.0", "1.5", "1e3", "1E0", "\"1700000000\"", "null", "", "+1", "[1]", "1 2"}) {
    EXPECT_FALSE(accepts({.created_at = time})) << time;
  }
}

TEST(ParseEvent, TakesKindsOf16Bits) {
  EXPECT_EQ(parse_event(event_text{.kind = "65535"}.json())->fields().kind, 65535);
  EXPECT_EQ(parse_event(event_text{.kind = "0"}.json())->fields().kind, 0);
}

TEST(ParseEvent, RefusesOtherKinds) {
  for (const char* kind : {"65536", "65537", "131073", "4294967297", "18446744073709551617", "-1", "-0", "1.0", "1e0",
                           "01", "\"1\"", "true"}) {
    EXPECT_FALSE(accepts({.kind = kind})) << kind;
  }
}

TEST(ParseEvent, TakesTagsOfEveryLength) {
  for (const char* tags :
       {"[]", "[[]]", "[[],[]]", R"([["t"]])", R"( [ [ "a" , "b" ] , [ "" ] ] )", R"([["x","\u0000","\n"]])"}) {
    EXPECT_TRUE(accepts({.tags = tags})) << tags;
  }
}

TEST(ParseEvent, RefusesTagsThatAreNoArrayOfArraysOfStrings) {
  for (const char* tags : {"null", "{}", "\"\"", "[null]", "[1]", "[\"t\"]", "[[1]]", "[[\"t\",null]]", "[[[]]]",
                           "[{}]", "[[\"t\",]]", "[[],]", "[,[]]", "[[\"t\"]", "[[\"t\"\"u\"]]", "[[\"t\"],"}) {
    EXPECT_FALSE(accepts({.tags = tags})) << tags;
  }
}

TEST(ParseEvent, TakesContentOfEveryKind) {
  for (const char* content : {"", "\\u0000", "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\x7f", "é\u2028🧡\uffff",
                              "\\ud83e\\udde1", "\\uD83E\\uDDE1", "/"}) {
    EXPECT_TRUE(accepts(with_content(content))) << content;
  }
}

TEST(ParseEvent, RefusesContentThatIsNoValidString) {
  for (const char* content : {"\n", "\x1f", "\t", "\\x", "\\u12", "\\u12g4", "\\U0041", "\"", "\\"})
    EXPECT_FALSE(accepts(with_content(content))) << content;
  EXPECT_FALSE(accepts(with_content(std::string(1, '\0'))));
  EXPECT_FALSE(accepts({.content = "null"}));
}

TEST(ParseEvent, RefusesLoneSurrogates) {
  for (const char* content :
       {"\\ud800", "\\udc00", "\\ud800x", "\\ud800\\n", "\\ud800\\ud800", "\\udc00\\ud800", "\\udbff\\u0041"}) {
    EXPECT_FALSE(accepts(with_content(content))) << content;
  }
}

TEST(ParseEvent, RefusesBytesThatAreNoUtf8) {
  for (const char* content :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2x", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
        "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x9f\x98", "\xff", "\xfe"}) {
    EXPECT_FALSE(accepts(with_content(content))) << content;
    EXPECT_FALSE(accepts(with_content("0123456789abcdef0123456789" + std::string(content) + "0123456789abcdef0123")))
        << content;
  }
}

TEST(ParseEvent, TakesTheFirstAndLastCharacterOfEveryLength) {
  for (const char* content : {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
                              "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(accepts(with_content(content))) << content;
  }
}

}  // namespace
}  // namespace uvnostr::wire
