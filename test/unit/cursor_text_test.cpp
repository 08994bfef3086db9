// SPDX-License-Identifier: MIT
// A cursor as text: what was written is read again, and what is damaged is refused.
#include <gtest/gtest.h>

#include "receive/cursor.hpp"

namespace uvnostr {
namespace {

using session::history_position;
using session::missing_stretch;

unix_seconds at(std::int64_t seconds) { return unix_seconds(std::chrono::seconds(seconds)); }

const std::vector<filter> filters{{.kinds = {1}}, {.kinds = {7}, .limit = 5}};

cursor_positions sample() {
  return {{"wss://a.example.com", history_position{.floors = {std::nullopt, std::nullopt}}},
          {"wss://b.example.com",
           {.answered = true,
            .reached = at(1'700'000'000),
            .floors = {std::nullopt, at(5)},
            .missing =
                {{.filter = 1, .kinds = missing_stretch::part::other_kinds, .since = at(1), .until = at(2), .left = 3},
                 {.since = at(9), .until = at(9), .proof_since = at(0)},
                 {}},
            .untold = {{at(3), at(4), gap_reason::relay_cap}, {at(7), unix_seconds::max(), gap_reason::memory}}}}};
}

TEST(CursorText, ReadsWhatItWrote) {
  const cursor_positions written = sample();
  const result<cursor_positions> read = read_cursor(filters, write_cursor(filters, written));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), written.size());
  for (const auto& [url, position] : written) {
    ASSERT_TRUE(read->contains(url));
    const history_position& again = read->at(url);
    EXPECT_EQ(again.answered, position.answered);
    EXPECT_EQ(again.reached, position.reached);
    EXPECT_EQ(again.missing, position.missing);
    EXPECT_EQ(again.untold, position.untold);
  }
  EXPECT_EQ(read->at("wss://b.example.com").floors, written.at("wss://b.example.com").floors);
}

TEST(CursorText, BelongsToItsFilters) {
  const std::string text = write_cursor(filters, sample());
  EXPECT_EQ(read_cursor(std::vector<filter>{{.kinds = {2}}, {.kinds = {7}, .limit = 5}}, text).error(),
            errc::cursor_filters);
}

/// Whatever is cut off, left out or put in place of something else: it is read as another cursor or refused.
TEST(CursorText, SurvivesAnyDamage) {
  const std::string text = write_cursor(filters, sample());
  std::size_t refused = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(read_cursor(filters, text.substr(0, i))) << i;
    for (const char other : std::string_view("0-9[]{},\"n\\\xff")) {
      std::string damaged = text;
      damaged[i] = other;
      if (!read_cursor(filters, damaged)) ++refused;
    }
  }
  EXPECT_GT(refused, text.size());
}

TEST(CursorText, RefusesGapsThatAreNone) {
  const std::string text = write_cursor(filters, sample());
  for (const char* const bad : {"[[4,3,0]]", "[[3,4,6]]", "[[3,4]]", "[[null,4,0]]", "[[3,-4,0]]", "{}", "[3]"}) {
    std::string damaged = text;
    const std::size_t begin = damaged.find("\"gaps\":") + 7;
    damaged.replace(begin, damaged.find("]]", begin) + 2 - begin, bad);
    EXPECT_EQ(read_cursor(filters, damaged).error(), errc::cursor_format) << bad;
  }
}

}  // namespace
}  // namespace uvnostr
