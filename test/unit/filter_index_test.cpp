// SPDX-License-Identifier: MIT
#include "receive/filter_index.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/keys.hpp>

#include "unit/dates.hpp"
#include "wire/filter_match.hpp"

namespace uvnostr {
namespace {

constexpr std::array<std::uint8_t, 16> secret = {1, 2, 3};

event make(event_kind kind, std::vector<std::vector<std::string>> tags = {}, std::int64_t created_at = 100,
           char key = '1') {
  return secret_key::parse(std::string(64, key))->sign({kind, "", std::move(tags), at(created_at)}).value();
}

/// As many keys as one wants, none of them an event's.
template <class T>
T made_up(std::uint32_t number) {
  T made;
  for (std::size_t i = 0; i < 4; ++i) made.bytes[31 - i] = static_cast<std::uint8_t>(number >> 8 * i);
  return made;
}

/// So many that an index is made.
std::vector<pubkey> many_authors(std::uint32_t count) {
  std::vector<pubkey> authors;
  for (std::uint32_t i = 0; i < count; ++i) authors.push_back(made_up<pubkey>(i));
  return authors;
}

bool finds(const std::vector<filter>& filters, const event& e) {
  filter_index index(filters);
  index.prepare(secret);
  return index.matches(e);
}

TEST(FilterIndex, TakesNoMemoryForAFewValues) {
  const std::vector<filter> filters = {{.authors = many_authors(3), .kinds = {1, 2, 3}}, {.kinds = {7}}};
  filter_index index(filters);
  index.prepare(secret);
  EXPECT_EQ(index.memory_bytes(), 0U);
  EXPECT_TRUE(index.matches(make(7)));
  EXPECT_FALSE(index.matches(make(1)));
}

TEST(FilterIndex, TakesSixteenBytesForEachOfManyValues) {
  const std::vector<filter> filters = {{.authors = many_authors(50'000)}};
  filter_index index(filters);
  index.prepare(secret);
  EXPECT_LT(index.memory_bytes(), 16U * 50'000 + 1'000);
}

TEST(FilterIndex, FindsOneAuthorAmongMany) {
  const event e = make(1);
  filter f{.authors = many_authors(1'000), .kinds = {1}};
  EXPECT_FALSE(finds({f}, e));
  f.authors.push_back(e.pubkey());
  EXPECT_TRUE(finds({f}, e));
  f.kinds = {2};
  EXPECT_FALSE(finds({f}, e)) << "the other conditions count too";
}

TEST(FilterIndex, LooksUpLongListsThatItsFilterIsNotFiledUnder) {
  const event e = make(1, {{"t", "x"}});
  filter f{.ids = {e.id()}, .authors = many_authors(1'000), .tags = {{'t', {}}}};
  for (int i = 0; i < 100; ++i) f.tags[0].values.push_back(std::to_string(i));
  EXPECT_FALSE(finds({f}, e));
  f.authors.push_back(e.pubkey());
  EXPECT_FALSE(finds({f}, e));
  f.tags[0].values.push_back("x");
  EXPECT_TRUE(finds({f}, e));
}

TEST(FilterIndex, DoesNotTakeAValueOfOneFilterForAnothers) {
  const event e = make(1);
  filter with_author{.authors = many_authors(100), .kinds = {2}};
  with_author.authors.push_back(e.pubkey());
  const filter with_kind{.authors = many_authors(200), .kinds = {1}};
  EXPECT_FALSE(finds({with_author, with_kind}, e));
}

TEST(FilterIndex, TellsTagsOfDifferentLettersApart) {
  filter f{.tags = {{'t', {}}}};
  for (int i = 0; i < 100; ++i) f.tags[0].values.push_back(std::to_string(i));
  EXPECT_TRUE(finds({f}, make(1, {{"t", "5"}})));
  EXPECT_FALSE(finds({f}, make(1, {{"T", "5"}, {"r", "5"}, {"tt", "5"}, {"t"}, {"t", "x", "5"}})));
}

TEST(FilterIndex, AsksFiltersWithoutListsToo) {
  std::vector<filter> filters = {{.authors = many_authors(100)}, {.since = at(50), .until = at(100)}};
  EXPECT_TRUE(finds(filters, make(1)));
  EXPECT_FALSE(finds(filters, make(1, {}, 101)));
}

/// Random filters with short and long lists, over few enough values that many of them match.
class random_filters {
 public:
  random_filters(std::mt19937& random, const std::vector<event>& events) : random_(random), events_(events) {}

  std::vector<filter> make() {
    std::vector<filter> filters(1 + below(4));
    for (filter& f : filters) {
      if (below(3) == 0)
        fill(
            f.ids, [&] { return some_event().id(); }, [](auto n) { return made_up<event_id>(n); });
      if (below(2) == 0)
        fill(
            f.authors, [&] { return some_event().pubkey(); }, [](auto n) { return made_up<pubkey>(n); });
      if (below(2) == 0)
        fill(
            f.kinds, [&] { return event_kind(below(3)); }, [](auto n) { return static_cast<event_kind>(10 + n); });
      for (unsigned k = below(3); k > 0; --k) {
        f.tags.push_back({"abc" [below(3)], {}});
        fill(
            f.tags.back().values, [&] { return word(); }, [](auto n) { return "other " + std::to_string(n); });
      }
      if (below(4) == 0) f.since = at(below(5));
      if (below(4) == 0) f.until = at(below(5));
    }
    return filters;
  }
  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
  std::string word() { return std::string(1, "abc"[below(3)]); }

 private:
  const event& some_event() { return events_[below(static_cast<unsigned>(events_.size()))]; }
  /// Values that events have, then some that none has; sometimes many.
  template <class T, class Real, class Other>
  void fill(std::vector<T>& list, Real real, Other other) {
    for (unsigned k = 1 + below(3); k > 0; --k) list.push_back(real());
    for (std::uint32_t k = below(3) == 0 ? 15 + below(30) : 0; k > 0; --k) list.push_back(other(k));
    std::shuffle(list.begin(), list.end(), random_);
  }

  std::mt19937& random_;
  const std::vector<event>& events_;
};

TEST(FilterIndex, AgreesWithAskingEveryFilter) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::vector<event> events;
  random_filters source(random, events);
  for (int i = 0; i < 60; ++i) {
    std::vector<std::vector<std::string>> tags(source.below(4));
    for (auto& tag : tags) {
      for (unsigned k = source.below(4); k > 0; --k) tag.push_back(source.word());
    }
    events.push_back(make(static_cast<event_kind>(source.below(3)), tags, source.below(5), "123"[source.below(3)]));
  }
  int indexed = 0, accepted = 0, refused = 0;
  for (int i = 0; i < 2'000; ++i) {
    const std::vector<filter> filters = source.make();
    filter_index index(filters);
    index.prepare(secret);
    indexed += index.memory_bytes() != 0;
    for (const event& e : events) {
      const bool expected =
          std::any_of(filters.begin(), filters.end(), [&](const filter& f) { return wire::matches(f, e); });
      ASSERT_EQ(index.matches(e), expected)
          << e.json() << " " << filters[0].to_json() << " and " << filters.size() - 1 << " more";
      ++(expected ? accepted : refused);
    }
  }
  EXPECT_GT(indexed, 500);
  EXPECT_GT(accepted, 1'000);
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace uvnostr
