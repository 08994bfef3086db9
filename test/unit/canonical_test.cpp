// SPDX-License-Identifier: MIT
#include "wire/canonical.hpp"

#include <random>

#include <gtest/gtest.h>

#include "wire/frame_scan.hpp"
#include "wire_samples.hpp"

namespace uvnostr::wire {
namespace {

using test::event_text;
using namespace std::string_literals;

std::string canonical(const event_text& text, control_style style = control_style::verbatim) {
  const std::string json = text.json();
  const std::optional<raw_event> event = parse_event(json);
  if (!event) return "refused";
  std::string out;
  append_canonical(out, event->fields(), style);
  return out;
}

/// The canonical form of the sample event with these tags and this content.
std::string form(const std::string& tags, const std::string& content) {
  return "[0,\"" + test::sample_pubkey + "\",1700000000,1," + tags + ",\"" + content + "\"]";
}

bool has_controls(const event_text& text) {
  const std::string json = text.json();
  std::string out;
  return append_canonical(out, parse_event(json)->fields(), control_style::verbatim);
}

TEST(Canonical, HasTheSixParts) { EXPECT_EQ(canonical({}), form("[]", "hello")); }

TEST(Canonical, AppendsToWhatIsThere) {
  const std::string json = event_text().json();
  std::string out = "before";
  append_canonical(out, parse_event(json)->fields(), control_style::verbatim);
  EXPECT_EQ(out, "before" + form("[]", "hello"));
}

TEST(Canonical, KeepsTheSevenEscapesOfNip01) {
  EXPECT_EQ(canonical({.content = R"("\n\"\\\r\t\b\f")"}), form("[]", R"(\n\"\\\r\t\b\f)"));
}

TEST(Canonical, ShortensLongFormsOfTheSevenEscapes) {
  EXPECT_EQ(canonical({.content = R"("\u000a\u0022\u005C\u000D\u0009\u0008\u000c")"}), form("[]", R"(\n\"\\\r\t\b\f)"));
}

TEST(Canonical, ResolvesEscapesThatAreNotNeeded) {
  EXPECT_EQ(canonical({.content = R"("\/\u0041\u007f\u00e9\u2028\ud83e\udde1\uffff")"}),
            form("[]", "/A\x7f\u00e9\u2028\U0001F9E1\uffff"));
}

TEST(Canonical, KeepsEverythingElseVerbatim) {
  EXPECT_EQ(canonical({.content = "\"/\x7f\u00e9\u2028\u2029\U0001F9E1\uffff\""}),
            form("[]", "/\x7f\u00e9\u2028\u2029\U0001F9E1\uffff"));
}

TEST(Canonical, WritesOtherControlCharactersVerbatimByTheLetter) {
  EXPECT_EQ(canonical({.content = R"("a\u0000b\u001Fc")"}), form("[]", "a\0b\x1f"s + "c"));
}

TEST(Canonical, WritesOtherControlCharactersInLowerCaseHexIfAsked) {
  EXPECT_EQ(canonical({.content = R"("a\u0000b\u001Fc\u007f\n")"}, control_style::escaped),
            form("[]", "a\\u0000b\\u001fc\x7f\\n"));
}

TEST(Canonical, TellsWhetherTheStylesDiffer) {
  EXPECT_FALSE(has_controls({.content = R"("\n\"\\\r\t\b\f\u000a\u007f\u0020")"}));
  EXPECT_TRUE(has_controls({.content = R"("\u000b")"}));
  EXPECT_TRUE(has_controls({.tags = R"([["t","\u0001"],["t","\n"]])"}));
}

TEST(Canonical, DropsWhiteSpaceBetweenTheTokensOfTagsOnly) {
  EXPECT_EQ(canonical({.tags = "[ [ \"t\" ,\n\"a b\" ] ,\t[ ] , [\"  \\\" , \" ]\r\n]"}),
            form(R"([["t","a b"],[],["  \" , "]])", "hello"));
}

TEST(Canonical, EscapesTagsLikeContent) {
  EXPECT_EQ(canonical({.tags = R"([["t","\/\u000a\u0022"],["é","],["],["\u0074"]])"}),
            form(R"([["t","/\n\""],["é","],["],["t"]])", "hello"));
}

/// The hashed text if the received bytes are used unchanged.
std::string in_place(const event_fields& fields) {
  std::string out;
  append_canonical_head(out, fields);
  return out.append(fields.tags).append(",\"").append(fields.content).append("\"]");
}

TEST(Canonical, IsThatOfTheReceivedBytesWhereTheyAreSaidToBeCanonicalAndNowhereElse) {
  constexpr std::string_view texts[]{
      "a",    "]",      "[",      " ",     ",",      "/",          "\\n",  "\\\"",
      "\\\\", "\\r\\t", "\\b\\f", "\\\\n", "\u00e9", "\U0001F9E1", "\x7f", "long enough for a block of any size"};
  constexpr std::string_view odd_texts[]{"\\/",     "\\u000a", "\\u0001", "\\u0041", "\\ud83e\\udde1",
                                         "\\u0022", "\\u005c", "\\u002F"};
  constexpr std::string_view spaces[]{" ", "\n", "\t", "\r", "  \r\n"};
  const unsigned seed = std::random_device()();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  std::size_t canonical_ones = 0;
  for (int n = 0; n < 20'000 && !testing::Test::HasFailure(); ++n) {
    const unsigned oddness = n % 2 == 0 ? 0 : 20;  // in a hundred
    const auto any = [&](const auto& choices) { return choices[random() % std::size(choices)]; };
    const auto string = [&] {
      std::string out = "\"";
      for (std::size_t left = random() % 5; left != 0; --left)
        out += random() % 100 < oddness ? any(odd_texts) : any(texts);
      return out + "\"";
    };
    const auto space = [&] { return std::string(random() % 100 < oddness ? any(spaces) : ""); };
    event_text text{.tags = "[", .content = string()};
    for (std::size_t tags = random() % 3, tag = 0; tag < tags; ++tag) {
      text.tags += (tag == 0 ? "" : ",") + space() + "[";
      for (std::size_t items = random() % 3, item = 0; item < items; ++item)
        text.tags += (item == 0 ? "" : ",") + space() + string() + space();
      text.tags += "]" + space();
    }
    text.tags += "]";
    SCOPED_TRACE(text.json());
    const std::string json = text.json();
    const std::optional<raw_event> event = parse_event(json);
    ASSERT_TRUE(event);
    EXPECT_EQ(is_canonical(event->fields()), in_place(event->fields()) == canonical(text));
    canonical_ones += is_canonical(event->fields()) ? 1U : 0U;
  }
  EXPECT_GT(canonical_ones, 9'000U);
  EXPECT_LT(canonical_ones, 19'000U);
}

TEST(Canonical, OfADraftIsThatOfTheEventMadeOfIt) {
  draft note{.kind = 7, .content = "a\n\"\\/\x7f\u00e9", .tags = {{"e", "\t"}, {}, {"x"}}, .created_at = {}};
  pubkey author;
  author.bytes.fill(0xab);
  std::string out;
  append_canonical(out, author, note, unix_seconds(std::chrono::seconds(12)));
  std::string key;
  for (int i = 0; i < 32; ++i) key += "ab";
  EXPECT_EQ(out, "[0,\"" + key + "\",12,7,[[\"e\",\"\\t\"],[],[\"x\"]],\"a\\n\\\"\\\\/\x7f\u00e9\"]");
}

TEST(Canonical, OfADraftHasControlCharactersAsRelaysHashThem) {
  draft note{.kind = 1, .content = "\x01", .tags = {}, .created_at = {}};
  std::string out;
  append_canonical(out, pubkey{}, note, unix_seconds{});
  EXPECT_TRUE(out.ends_with(R"(,[],"\u0001"])"));
}

TEST(CanonicalString, EscapesWhatNeedsIt) {
  std::string out;
  const bool controls =
      append_canonical_string(out, "long enough for a block \n\"\\\r\t\b\f/\x7f\u00e9\u2028", control_style::verbatim);
  EXPECT_EQ(out, "\"long enough for a block \\n\\\"\\\\\\r\\t\\b\\f/\x7f\u00e9\u2028\"");
  EXPECT_FALSE(controls);
}

TEST(CanonicalString, WritesControlCharactersInTheStyleAsked) {
  std::string verbatim;
  std::string escaped;
  EXPECT_TRUE(append_canonical_string(verbatim, "\0\x1f"s, control_style::verbatim));
  EXPECT_TRUE(append_canonical_string(escaped, "\0\x1f"s, control_style::escaped));
  EXPECT_EQ(verbatim, "\"\0\x1f\""s);
  EXPECT_EQ(escaped, "\"\\u0000\\u001f\"");
}

TEST(Unescaped, ResolvesEveryEscape) {
  std::string out;
  append_unescaped(out, R"(x\"\\\/\b\f\n\r\t\u0000\u00e9\u20AC\ud83e\udde1y)");
  EXPECT_EQ(out, "x\"\\/\b\f\n\r\t\0\u00e9\u20AC\U0001F9E1y"s);
}

}  // namespace
}  // namespace uvnostr::wire
