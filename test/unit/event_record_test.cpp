// SPDX-License-Identifier: MIT
#include "wire/event_record.hpp"

#include <gtest/gtest.h>

#include "unit/allocation_count.hpp"
#include "wire_samples.hpp"

namespace uvnostr::wire {
namespace {

using test::event_text;
using namespace std::string_literals;

std::vector<std::vector<std::string>> tags_of(const event_record& record) {
  std::vector<std::vector<std::string>> all;
  for (const tag_view& tag : record.tags()) all.emplace_back(tag.items().begin(), tag.items().end());
  return all;
}

TEST(EventRecord, GivesContentWithoutEscapesInPlace) {
  const std::string json = event_text().json();
  event_record record;
  record.assign(parse_event(json)->fields());
  EXPECT_EQ(record.content(), "hello");
  EXPECT_EQ(record.content().data(), record.fields().content.data());
}

TEST(EventRecord, ResolvesEscapesOfTheContent) {
  const std::string json = event_text{.content = R"("a\n\u0000\ud83e\udde1")"}.json();
  event_record record;
  record.assign(parse_event(json)->fields());
  EXPECT_EQ(record.content(), "a\n\0\U0001F9E1"s);
}

TEST(EventRecord, ListsTheTags) {
  const std::string json = event_text{.tags = "[ [\"e\", \"x\" , \"\"],[],\n[\"],[\"] , [\"p\"] ]"}.json();
  event_record record;
  record.assign(parse_event(json)->fields());
  EXPECT_EQ(tags_of(record), (std::vector<std::vector<std::string>>{{"e", "x", ""}, {}, {"],["}, {"p"}}));
}

TEST(EventRecord, ResolvesEscapesOfTags) {
  const std::string json = event_text{.tags = R"([["\u0065","a\\","plain"],["\"","\/"]])"}.json();
  event_record record;
  record.assign(parse_event(json)->fields());
  EXPECT_EQ(tags_of(record), (std::vector<std::vector<std::string>>{{"e", "a\\", "plain"}, {"\"", "/"}}));
}

TEST(EventRecord, HasNoTagsBeforeItHasAnEvent) {
  const event_record record;
  EXPECT_TRUE(record.tags().empty());
  EXPECT_EQ(record.content(), "");
}

TEST(EventRecord, KeepsManyTagsWithEscapesValid) {
  std::string tags = "[";
  for (int i = 0; i < 2000; ++i) tags += (i == 0 ? "" : ",") + ("[\"t\",\"\\n" + std::to_string(i) + "\"]");
  const std::string json = event_text{.tags = tags + "]"}.json();
  event_record record;
  record.assign(parse_event(json)->fields());
  ASSERT_EQ(record.tags().size(), 2000U);
  for (std::size_t i = 0; i < 2000; ++i) EXPECT_EQ(record.tags()[i].value(), "\n" + std::to_string(i));
}

TEST(EventRecord, ForgetsTheEventBefore) {
  const std::string first = event_text{.tags = R"([["a\n","b"]])", .content = R"("x\n")"}.json();
  const std::string second = event_text{.tags = R"([["c\n"],[]])", .content = R"("y\n")"}.json();
  event_record record;
  record.assign(parse_event(first)->fields());
  EXPECT_EQ(record.content(), "x\n");
  EXPECT_EQ(record.tags().size(), 1U);
  record.assign(parse_event(second)->fields());
  EXPECT_EQ(record.content(), "y\n");
  EXPECT_EQ(tags_of(record), (std::vector<std::vector<std::string>>{{"c\n"}, {}}));
}

TEST(EventRecord, AllocatesNothingForAnEventLikeTheOneBefore) {
  const std::string json = event_text{.tags = R"([["tag","with\nescapes, longer than a short string"]])",
                                      .content = R"("content\nwith escapes, longer than a short string")"}
                               .json();
  const std::string message = json + "]";
  event_record record;
  record.assign(parse_event(json)->fields());
  static_cast<void>(record.content());
  static_cast<void>(record.tags());
  const test::allocation_count allocations;
  record.assign(scan_event(message)->fields());
  EXPECT_EQ(record.content().size() + record.tags()[0].value().size(), 88U);
  EXPECT_EQ(allocations.count(), 0U);
}

TEST(EventRecord, OutlivesTheBytesIfItOwnsThem) {
  auto json = std::make_unique<std::string>(
      event_text{.tags = R"([["t","x\n"],["plain"]])", .content = "\"hello world\""}.json());
  const std::string copy = *json;
  const std::shared_ptr<const event_record> record = event_record::own(*parse_event(*json));
  json->assign(json->size(), '!');
  json.reset();
  EXPECT_EQ(record->fields().json, copy);
  EXPECT_EQ(record->content(), "hello world");
  EXPECT_EQ(tags_of(*record), (std::vector<std::vector<std::string>>{{"t", "x\n"}, {"plain"}}));
}

TEST(EventRecord, RemembersThatItsEventWasVerifiedUntilItShowsAnother) {
  const std::string json = event_text().json();
  const raw_event raw = *parse_event(json);
  event_record record;
  EXPECT_FALSE(record.verified());
  record.assign(raw.fields(), true);
  EXPECT_TRUE(record.verified());
  EXPECT_TRUE(event_record::own(record.fields(), record.verified())->verified());
  record.assign(raw.fields());
  EXPECT_FALSE(record.verified());
  record.set_verified();
  EXPECT_TRUE(record.verified());
}

}  // namespace
}  // namespace uvnostr::wire
