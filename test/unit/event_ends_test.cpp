// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <uvnostr/testing/events.hpp>

#include "wire/event_ends.hpp"

namespace uvnostr::wire {
namespace {

using testing::make_event;
using testing::test_time;

event_ends ends_of(std::string_view message) {
  constexpr std::size_t kept = 300;
  return scan_ends(message.substr(0, kept), message.substr(message.size() - kept));
}

TEST(EventEnds, ShowIdAndDateWhereverTheyStand) {
  const event e = make_event(std::string(5'000, 'x'), test_time);
  const std::string rest = "\"content\":\"" + std::string(5'000, 'x') + "\"";
  const std::string id = "\"id\":\"" + e.id().to_hex() + "\"";
  const std::string date = "\"created_at\": 1700000000";
  for (const std::string& object : {"{" + id + "," + date + "," + rest + "}", "{" + rest + "," + id + "," + date + "}",
                                    "{" + date + "," + rest + "," + id + "}"}) {
    const event_ends found = ends_of("[\"EVENT\",\"1\"," + object + "]");
    EXPECT_EQ(found.id, e.id());
    EXPECT_EQ(found.created_at, test_time);
  }
}

TEST(EventEnds, TakeNoMemberFromAString) {
  const std::string quoted = R"(\"created_at\":5,\"id\":\")" + std::string(64, 'a') + R"(\")";
  const event_ends found = ends_of(R"(["EVENT","1",{"content":")" + quoted + std::string(5'000, 'x') + quoted + "\"}]");
  EXPECT_FALSE(found.id);
  EXPECT_FALSE(found.created_at);
}

TEST(EventEnds, TakeNoNumberThatWasCut) {
  EXPECT_FALSE(scan_ends(R"(["EVENT","1",{"created_at":17)", "").created_at);
  EXPECT_TRUE(scan_ends(R"(["EVENT","1",{"created_at":17,)", "").created_at);
  EXPECT_FALSE(scan_ends(R"({"created_at":99999999999999999999999,)", "").created_at);
}

TEST(EventEnds, GiveAnIdForEachDate) {
  const event_ends a{.id = {}, .created_at = test_time};
  const event_ends b{.id = {}, .created_at = test_time + std::chrono::seconds(1)};
  EXPECT_EQ(a.id_or_date(), a.id_or_date());
  EXPECT_NE(a.id_or_date(), b.id_or_date());
}

}  // namespace
}  // namespace uvnostr::wire
