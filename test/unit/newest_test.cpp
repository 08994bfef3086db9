// SPDX-License-Identifier: MIT
#include <uvnostr/newest.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/keys.hpp>

namespace uvnostr {
namespace {

const secret_key& author(int number) {
  static const std::vector<secret_key> all = {
      *secret_key::parse("0000000000000000000000000000000000000000000000000000000000000001"),
      *secret_key::parse("0000000000000000000000000000000000000000000000000000000000000002")};
  return all.at(static_cast<std::size_t>(number));
}

event made(std::int64_t at, event_kind kind = 1, std::string content = "", std::string d = "", int by = 0) {
  std::vector<std::vector<std::string>> tags;
  if (!d.empty()) tags.push_back({"d", std::move(d)});
  return *author(by).sign({.kind = kind,
                           .content = std::move(content),
                           .tags = std::move(tags),
                           .created_at = unix_seconds(std::chrono::seconds(at))});
}

TEST(Newest, GoesByDateAndThenByTheLowerId) {
  EXPECT_TRUE(is_newer(made(2), made(1)));
  EXPECT_FALSE(is_newer(made(1), made(2)));
  const event a = made(1, 1, "a");
  const event b = made(1, 1, "b");
  EXPECT_EQ(is_newer(a, b), a.id() < b.id());
  EXPECT_EQ(is_newer(b, a), b.id() < a.id());
  EXPECT_FALSE(is_newer(a, a));
}

TEST(Newest, KeepsEachEventOnceInItsOrder) {
  std::vector<event> all;
  for (int i = 0; i < 30; ++i) all.push_back(made(i / 3, 1, std::to_string(i)));
  std::vector<event> twice = all;
  twice.insert(twice.end(), all.begin(), all.end());
  std::mt19937 random(7);
  std::shuffle(twice.begin(), twice.end(), random);
  newest_events kept;
  std::size_t added = 0;
  for (const event& each : twice) added += kept.add(each) ? 1 : 0;
  EXPECT_EQ(added, 30U);
  ASSERT_EQ(kept.size(), 30U);
  EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end(), [](const event& a, const event& b) { return is_newer(a, b); }));
}

TEST(Newest, KeepsNoMoreThanItsLimit) {
  newest_events kept(2);
  EXPECT_TRUE(kept.empty());
  EXPECT_TRUE(kept.add(made(5)));
  EXPECT_TRUE(kept.add(made(3)));
  EXPECT_FALSE(kept.add(made(2)));
  EXPECT_TRUE(kept.add(made(4)));
  EXPECT_FALSE(kept.add(made(5)));
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept.begin()->created_at(), unix_seconds(std::chrono::seconds(5)));
  EXPECT_EQ(std::next(kept.begin())->created_at(), unix_seconds(std::chrono::seconds(4)));
}

TEST(Latest, KnowsTheKindsOfNip01) {
  for (const int kind : {0, 3, 10'000, 19'999}) EXPECT_TRUE(is_replaceable(static_cast<event_kind>(kind))) << kind;
  for (const int kind : {1, 2, 4, 9'999, 20'000, 30'000})
    EXPECT_FALSE(is_replaceable(static_cast<event_kind>(kind))) << kind;
  for (const int kind : {30'000, 39'999}) EXPECT_TRUE(is_addressable(static_cast<event_kind>(kind))) << kind;
  for (const int kind : {29'999, 40'000, 0}) EXPECT_FALSE(is_addressable(static_cast<event_kind>(kind))) << kind;
}

TEST(Latest, KeepsTheNewestProfileOfEachAuthor) {
  latest_events latest;
  EXPECT_TRUE(latest.add(made(2, 0, "newer")));
  EXPECT_FALSE(latest.add(made(1, 0, "older")));
  EXPECT_FALSE(latest.add(made(2, 0, "newer"))) << "the same again";
  EXPECT_TRUE(latest.add(made(1, 0, "another's", "", 1)));
  EXPECT_FALSE(latest.add(made(9, 1, "a note")));
  EXPECT_EQ(latest.size(), 2U);
  EXPECT_EQ(latest.find(0, author(0).pubkey())->content(), "newer");
  EXPECT_EQ(latest.find(0, author(1).pubkey())->content(), "another's");
  EXPECT_EQ(latest.find(3, author(0).pubkey()), nullptr);
  EXPECT_TRUE(latest.add(made(3, 0, "newest")));
  EXPECT_EQ(latest.find(0, author(0).pubkey())->content(), "newest");
}

TEST(Latest, PrefersTheLowerIdOfTheSameSecond) {
  const event a = made(1, 0, "a");
  const event b = made(1, 0, "b");
  for (const bool a_first : {true, false}) {
    latest_events latest;
    latest.add(a_first ? a : b);
    latest.add(a_first ? b : a);
    EXPECT_EQ(latest.find(0, author(0).pubkey())->id(), std::min(a.id(), b.id()));
  }
}

TEST(Latest, TellsAddressableEventsApartByTheirD) {
  latest_events latest;
  EXPECT_TRUE(latest.add(made(1, 30'023, "one", "1")));
  EXPECT_TRUE(latest.add(made(1, 30'023, "two", "2")));
  EXPECT_TRUE(latest.add(made(1, 30'023, "none")));
  EXPECT_FALSE(latest.add(made(0, 30'023, "old", "1")));
  EXPECT_EQ(latest.find(30'023, author(0).pubkey(), "2")->content(), "two");
  EXPECT_EQ(latest.find(30'023, author(0).pubkey())->content(), "none");
  std::size_t seen = 0;
  latest.for_each([&](const event&) { ++seen; });
  EXPECT_EQ(seen, 3U);
}

TEST(Latest, ReplaceableKindsHaveNoAddress) {
  latest_events latest;
  EXPECT_TRUE(latest.add(made(1, 10'002, "one", "x")));
  EXPECT_TRUE(latest.add(made(2, 10'002, "two", "y")));
  EXPECT_EQ(latest.size(), 1U);
}

}  // namespace
}  // namespace uvnostr
