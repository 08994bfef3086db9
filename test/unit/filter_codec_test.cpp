// SPDX-License-Identifier: MIT
#include "wire/filter_codec.hpp"

#include <gtest/gtest.h>

#include "unit/dates.hpp"
#include "unit/wire_samples.hpp"

namespace uvnostr::wire {
namespace {

using namespace std::string_literals;

const std::string hex = test::sample_id;

std::string json_of(const filter& asked) {
  std::string out;
  append_filter(out, asked);
  return out;
}

std::error_code error_of(std::string_view json) { return parse_filter(json).error(); }

std::string where(std::string_view json) { return parse_filter(json).error().subject(); }

std::error_code check_tags(std::vector<tag_condition> tags) { return check_filter({.tags = std::move(tags)}); }

const std::string full_filter = "{\"ids\":[\"" + hex + "\"],\"authors\":[\"" + hex + "\",\"" + hex +
                                "\"],\"kinds\":[0,65535],\"#e\":[\"" + hex +
                                "\"],\"#T\":[\"a\\n\",\"é\"],\"since\":0,\"until\":9007199254740991,\"limit\":"
                                "4294967295,\"search\":\"x \\\"y\\\"\"}";

TEST(FilterCodec, WritesNothingThatIsNotSet) { EXPECT_EQ(json_of({}), "{}"); }

TEST(FilterCodec, WritesAndReadsEveryMember) {
  const result<filter> parsed = parse_filter(full_filter);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->authors.size(), 2U);
  EXPECT_EQ(parsed->tags[1].name, 'T');
  EXPECT_EQ(parsed->tags[1].values[0], "a\n");
  EXPECT_EQ(parsed->limit, 4294967295U);
  EXPECT_EQ(json_of(*parsed), full_filter);
}

TEST(FilterCodec, ReadsAnEmptyFilterAndWhiteSpace) { EXPECT_EQ(json_of(*parse_filter(" { \n } ")), "{}"); }

TEST(FilterCodec, ReadsNamesAndValuesWithEscapes) {
  EXPECT_EQ(json_of(*parse_filter(R"({"k\u0069nds":[1],"#\u0074":["\u0061"]})")), R"({"kinds":[1],"#t":["a"]})");
}

TEST(FilterCodec, KeepsALimitOfZero) { EXPECT_EQ(json_of({.limit = 0}), R"({"limit":0})"); }

TEST(FilterCodec, WritesNoNegativeSince) { EXPECT_EQ(json_of({.since = at(-5)}), R"({"since":0})"); }

TEST(FilterCodec, RefusesWhatIsNoJsonObject) {
  for (const std::string& json : {""s, "[]"s, "1"s, "null"s, "true"s, "\"x\""s, "{"s, "{}}"s, "{} x"s, "{}\0"s,
                                  "{\"limit\":1,}"s, "{'limit':1}"s, "{\"limit\":01}"s}) {
    EXPECT_EQ(error_of(json), errc::filter_json) << json;
  }
}

TEST(FilterCodec, RefusesUnknownAndRepeatedMembers) {
  for (const char* json : {R"({"since_":1})", R"({"Kinds":[1]})", R"({"":1})", R"({"id":[]})",
                           R"({"kinds":[1],"kinds":[2]})", R"({"limit":1,"limit":1})"}) {
    EXPECT_EQ(error_of(json), errc::filter_field) << json;
  }
}

TEST(FilterCodec, RefusesOtherTypesAndRanges) {
  for (const char* json : {R"({"kinds":[65536]})",
                           R"({"kinds":[-1]})",
                           R"({"kinds":[1.0]})",
                           R"({"kinds":[1e0]})",
                           R"({"kinds":["1"]})",
                           R"({"kinds":1})",
                           R"({"kinds":[[1]]})",
                           R"({"kinds":{}})",
                           R"({"kinds":null})",
                           R"({"limit":-1})",
                           R"({"limit":4294967296})",
                           R"({"limit":"1"})",
                           R"({"limit":[1]})",
                           R"({"since":-1})",
                           R"({"since":-0})",
                           R"({"since":1.5})",
                           R"({"since":true})",
                           R"({"until":"1"})",
                           R"({"until":18446744073709551616})",
                           R"({"search":1})",
                           R"({"search":["x"]})",
                           R"({"#t":"x"})",
                           R"({"#t":[1]})",
                           R"({"#t":[null]})",
                           R"({"ids":[1]})"}) {
    EXPECT_EQ(error_of(json), errc::filter_field) << json;
  }
}

TEST(FilterCodec, RefusesPrefixesOfIds) {
  EXPECT_EQ(error_of("{\"ids\":[\"" + hex.substr(0, 8) + "\"]}"), errc::filter_field);
  EXPECT_EQ(error_of("{\"authors\":[\"" + hex.substr(1) + "\"]}"), errc::filter_field);
  EXPECT_EQ(error_of("{\"authors\":[\"A" + hex.substr(1) + "\"]}"), errc::filter_field);
}

TEST(FilterCodec, RefusesEmptyListsThatWouldWidenTheFilter) {
  EXPECT_EQ(error_of(R"({"ids":[]})"), errc::filter_field);
  EXPECT_EQ(error_of(R"({"authors":[],"kinds":[1]})"), errc::filter_field);
  EXPECT_EQ(error_of(R"({"#t":[]})"), errc::filter_tag_value);
}

TEST(FilterCodec, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(error_of("{\"search\":\"\xff\"}"), errc::filter_json);
  EXPECT_EQ(error_of(R"({"search":"\ud800"})"), errc::filter_json);
  EXPECT_EQ(error_of(R"({"search":"\udc00"})"), errc::filter_field);
  EXPECT_EQ(error_of(R"({"#t":["\udc00"]})"), errc::filter_tag_value);
}

TEST(FilterCodec, ReportsWhatCheckFinds) {
  EXPECT_EQ(error_of(R"({"since":2,"until":1})"), errc::filter_time_range);
  EXPECT_EQ(error_of(R"({"#tt":["x"]})"), errc::filter_tag_name);
  EXPECT_EQ(error_of(R"({"#":["x"]})"), errc::filter_tag_name);
  EXPECT_EQ(error_of(R"({"#1":["x"]})"), errc::filter_tag_name);
  EXPECT_EQ(error_of(R"({"#t":["x"],"#t":["y"]})"), errc::filter_tag_name);
  EXPECT_EQ(error_of(R"({"#e":["x"]})"), errc::filter_tag_value);
}

TEST(FilterCodec, RefusesDeepNesting) {
  EXPECT_EQ(error_of("{\"ids\":" + std::string(900'000, '[')), errc::filter_field);
}

TEST(FilterCodec, SaysWhichMemberIsWrongAndWhere) {
  EXPECT_EQ(where(R"({"kinds":[1,65536]})"), "kinds at byte 12");
  EXPECT_EQ(where(R"({"kinds":["1"]})"), "kinds at byte 10");
  EXPECT_EQ(where(R"({"limit": null})"), "limit at byte 10");
  EXPECT_EQ(where(R"({"search":{}})"), "search at byte 10");
  EXPECT_EQ(where(R"({"kinds":[1],"kinds":[2]})"), "kinds at byte 13");
  EXPECT_EQ(where(R"({"limit":1, "ki\"nd\u0007":[2]})"), "ki\"nd\xef\xbf\xbd at byte 12");
  EXPECT_EQ(where(R"({"":1})"), "at byte 1");
  EXPECT_EQ(where("{\"ids\":[\"" + hex + "\",\"a\\\"b\"]}"), "ids at byte 75");
  EXPECT_EQ(where(R"({"#t":["x"],"#t":["y"]})"), "#t at byte 12");
  EXPECT_EQ(where(R"({"#e":["x"]})"), "#e at byte 7");
  EXPECT_EQ(where(R"({"#t":["\udc00"]})"), "#t at byte 7");
  EXPECT_EQ(where(R"({"#t":[]})"), "#t at byte 7");
  EXPECT_EQ(where(R"({"since":2,"until":1})"), "since");
}

TEST(FilterCodec, SaysWhereATextIsNoJson) {
  EXPECT_EQ(where(R"({"limit":1,})"), "at byte 11");
  EXPECT_EQ(where("{\"limit\":1} x"), "at byte 12");
  EXPECT_EQ(where(""), "at byte 0");
}

TEST(CheckFilter, SaysWhichMemberIsWrong) {
  const auto of = [](std::vector<tag_condition> tags) { return check_filter({.tags = std::move(tags)}).subject(); };
  EXPECT_EQ(of({{'t', {"x"}}, {'1', {"x"}}}), "tags[1].name");
  EXPECT_EQ(of({{'t', {"x"}}, {'u', {"x"}}, {'t', {"y"}}}), "tags[2].name");
  EXPECT_EQ(of({{'t', {}}}), "tags[0].values");
  EXPECT_EQ(of({{'p', {hex, hex.substr(1)}}}), "tags[0].values[1]");
  EXPECT_EQ(check_filter({.since = at(2), .until = at(1)}).subject(), "since");
  EXPECT_EQ(check_filter({.search = "\xc0"}).subject(), "search");
}

TEST(CheckFilter, AllowsWhatCanBeAsked) {
  EXPECT_FALSE(check_filter({}));
  EXPECT_FALSE(check_filter({.since = at(1), .until = at(1)}));
  EXPECT_FALSE(check_tags({{'e', {hex}}, {'p', {hex, hex}}, {'E', {"x"}}, {'t', {""}}}));
}

TEST(CheckFilter, WantsOneLetterForEachTagCondition) {
  EXPECT_EQ(check_tags({{'1', {"x"}}}), errc::filter_tag_name);
  EXPECT_EQ(check_tags({{'\0', {"x"}}}), errc::filter_tag_name);
  EXPECT_EQ(check_tags({{'t', {"x"}}, {'u', {"x"}}, {'t', {"y"}}}), errc::filter_tag_name);
}

TEST(CheckFilter, WantsValuesThatCanOccur) {
  EXPECT_EQ(check_tags({{'t', {}}}), errc::filter_tag_value);
  EXPECT_EQ(check_tags({{'p', {hex, hex.substr(1)}}}), errc::filter_tag_value);
  EXPECT_EQ(check_tags({{'e', {"A" + hex.substr(1)}}}), errc::filter_tag_value);
  EXPECT_EQ(check_tags({{'t', {"\xff"}}}), errc::filter_tag_value);
  EXPECT_EQ(check_filter({.search = "\xc0"}), errc::filter_field);
}

TEST(CheckFilter, WantsSinceBeforeUntil) {
  EXPECT_EQ(check_filter({.since = at(2), .until = at(1)}), errc::filter_time_range);
}

}  // namespace
}  // namespace uvnostr::wire
