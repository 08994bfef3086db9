// SPDX-License-Identifier: MIT
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "wire/client_message.hpp"
#include "wire/filter_split.hpp"

namespace uvnostr::wire {
namespace {

event_id id_of(unsigned number) {
  event_id id{};
  for (int i = 0; i < 4; ++i) id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

TEST(FilterSplit, LeavesWhatFitsAlone) {
  const std::vector<filter> filters = {{.kinds = {1}, .limit = 20}, {.authors = {pubkey{}}}};
  const auto groups = split_filters(filters, 1'000);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].origins, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(groups[0].filters[0].to_json(), filters[0].to_json());
}

TEST(FilterSplit, SharesEveryValueOutOnce) {
  filter long_one{.kinds = {1}, .tags = {{.name = 't', .values = {}}}, .since = unix_seconds{}, .limit = 5};
  for (unsigned i = 0; i < 200; ++i) long_one.ids.push_back(id_of(i));
  for (unsigned i = 0; i < 50; ++i) long_one.tags[0].values.push_back("value " + std::to_string(i));
  constexpr std::size_t most = 3'000;
  std::multiset<std::string> pairs;
  for (const filter_group& each : split_filters({long_one}, most)) {
    EXPECT_FALSE(each.is_too_long);
    EXPECT_LE(req_message("ffffffff-ffffff", each.filters).size(), most);
    for (const filter& piece : each.filters) {
      EXPECT_EQ(piece.limit, 5U);
      for (const event_id& id : piece.ids) {
        for (const std::string& value : piece.tags[0].values) pairs.insert(id.to_hex() + value);
      }
    }
  }
  EXPECT_EQ(pairs.size(), 10'000U);
  EXPECT_EQ(std::set<std::string>(pairs.begin(), pairs.end()).size(), 10'000U);
}

TEST(FilterSplit, LeavesRoomForDatesAndGiftWraps) {
  filter all_kinds;
  for (unsigned i = 0; i < 100; ++i) all_kinds.authors.push_back(pubkey{id_of(i).bytes});
  for (const filter_group& each : split_filters({all_kinds}, 2'000)) {
    std::vector<filter> asked = each.filters;
    asked.insert(asked.end(), each.filters.begin(), each.filters.end());
    for (filter& f : asked) {
      f.kinds = {1059};
      f.since = f.until = unix_seconds{std::chrono::seconds{1'700'000'000}};
      f.limit = 500;
    }
    EXPECT_LE(req_message("ffffffff-ffffff", asked).size(), 2'000U);
  }
}

TEST(FilterSplit, NamesWhatCannotBeSplit) {
  const std::vector<filter> filters = {{.kinds = {1}}, {.search = std::string(500, 'x')}, {.kinds = {2}}};
  const auto groups = split_filters(filters, 300);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_TRUE(groups[1].is_too_long);
  EXPECT_EQ(groups[1].origins, std::vector<std::uint32_t>{1});
  EXPECT_FALSE(groups[0].is_too_long || groups[2].is_too_long);
  for (const filter_group& each : split_filters(filters, 0)) EXPECT_TRUE(each.is_too_long);
}

}  // namespace
}  // namespace uvnostr::wire
