// SPDX-License-Identifier: MIT
#include "wire/filter_match.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/keys.hpp>

#include "unit/dates.hpp"

namespace uvnostr::wire {
namespace {

event make(event_kind kind, std::vector<std::vector<std::string>> tags, std::int64_t created_at, char key = '1') {
  return secret_key::parse(std::string(64, key))->sign({kind, "", std::move(tags), at(created_at)}).value();
}

bool matches_tags(const std::vector<std::vector<std::string>>& tags, const tag_condition& condition) {
  return matches(filter{.tags = {condition}}, make(1, tags, 100));
}

TEST(FilterMatch, AcceptsEverythingWhenNothingIsSet) { EXPECT_TRUE(matches(filter{}, make(1, {}, 100))); }

TEST(FilterMatch, LooksAtTheKind) {
  EXPECT_TRUE(matches(filter{.kinds = {0, 1}}, make(1, {}, 100)));
  EXPECT_FALSE(matches(filter{.kinds = {0, 2}}, make(1, {}, 100)));
}

TEST(FilterMatch, LooksAtIdAndAuthor) {
  const event e = make(1, {}, 100);
  const event other = make(2, {}, 100, '2');
  EXPECT_TRUE(matches(filter{.ids = {other.id(), e.id()}}, e));
  EXPECT_FALSE(matches(filter{.ids = {other.id()}}, e));
  EXPECT_TRUE(matches(filter{.authors = {other.pubkey(), e.pubkey()}}, e));
  EXPECT_FALSE(matches(filter{.authors = {other.pubkey()}}, e));
}

TEST(FilterMatch, TakesBothTimesIn) {
  const event e = make(1, {}, 100);
  EXPECT_TRUE(matches(filter{.since = at(100), .until = at(100)}, e));
  EXPECT_FALSE(matches(filter{.since = at(101)}, e));
  EXPECT_FALSE(matches(filter{.until = at(99)}, e));
}

TEST(FilterMatch, LooksAtTheFirstValueOfEachTagOfThatName) {
  EXPECT_TRUE(matches_tags({{"t", "a"}, {"t", "b"}}, {'t', {"b"}}));
  EXPECT_FALSE(matches_tags({{"t", "a", "b"}}, {'t', {"b"}}));
  EXPECT_FALSE(matches_tags({{"T", "b"}, {"tt", "b"}, {"", "b"}}, {'t', {"b"}}));
}

TEST(FilterMatch, FindsNoValueInATagWithout) {
  EXPECT_FALSE(matches_tags({{"t"}, {}}, {'t', {""}}));
  EXPECT_TRUE(matches_tags({{"t", ""}}, {'t', {""}}));
}

TEST(FilterMatch, ComparesWhatTheEscapesMean) { EXPECT_TRUE(matches_tags({{"t", "a\n\"b\\"}}, {'t', {"a\n\"b\\"}})); }

TEST(FilterMatch, WantsEveryTagCondition) {
  const filter f{.tags = {{'t', {"a", "b"}}, {'r', {"c"}}}};
  EXPECT_TRUE(matches(f, make(1, {{"r", "c"}, {"t", "b"}}, 100)));
  EXPECT_FALSE(matches(f, make(1, {{"t", "a"}}, 100)));
}

TEST(FilterMatch, LeavesLimitAndSearchToTheRelay) {
  EXPECT_TRUE(matches(filter{.limit = 0, .search = "nothing like it"}, make(1, {}, 100)));
}

/// NIP-01, word for word.
bool oracle(const filter& f, const event& e) {
  bool good = true;
  if (!f.ids.empty()) good &= std::count(f.ids.begin(), f.ids.end(), e.id()) > 0;
  if (!f.authors.empty()) good &= std::count(f.authors.begin(), f.authors.end(), e.pubkey()) > 0;
  if (!f.kinds.empty()) good &= std::count(f.kinds.begin(), f.kinds.end(), e.kind()) > 0;
  if (f.since) good &= e.created_at() >= *f.since;
  if (f.until) good &= e.created_at() <= *f.until;
  for (const tag_condition& condition : f.tags) {
    int hits = 0;
    for (const tag_view& tag : e.tags()) {
      for (const std::string& value : condition.values) {
        hits += tag.size() > 1 && tag.items()[0] == std::string(1, condition.name) && tag.items()[1] == value ? 1 : 0;
      }
    }
    good &= hits > 0;
  }
  return good;
}

TEST(FilterMatch, AgreesWithNip01WordByWord) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
  const auto word = [&] { return std::string(1, "abc"[below(3)]); };
  std::vector<event> events;
  for (int i = 0; i < 60; ++i) {
    std::vector<std::vector<std::string>> tags(below(4));
    for (auto& tag : tags) {
      for (unsigned k = below(4); k > 0; --k) tag.push_back(word());
    }
    events.push_back(make(static_cast<event_kind>(below(3)), tags, below(5), "123"[below(3)]));
  }
  int accepted = 0;
  for (int i = 0; i < 3'000; ++i) {
    filter f;
    for (unsigned k = below(3); k > 0; --k) f.kinds.push_back(static_cast<event_kind>(below(3)));
    for (unsigned k = below(6) == 0 ? 30 : 0; k > 0; --k) f.ids.push_back(events[below(60)].id());
    for (unsigned k = below(3) == 0 ? 2 : 0; k > 0; --k) f.authors.push_back(events[below(60)].pubkey());
    for (unsigned k = below(3); k > 0; --k) f.tags.push_back({"abc" [below(3)], { word(), word() }});
    if (below(3) == 0) f.since = at(below(5));
    if (below(3) == 0) f.until = at(below(5));
    for (const event& e : events) {
      ASSERT_EQ(matches(f, e), oracle(f, e)) << f.to_json() << " " << e.json();
      accepted += matches(f, e) ? 1 : 0;
    }
  }
  EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace uvnostr::wire
