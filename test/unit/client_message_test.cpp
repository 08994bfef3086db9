// SPDX-License-Identifier: MIT
#include "wire/client_message.hpp"

#include <gtest/gtest.h>

namespace uvnostr::wire {
namespace {

unix_seconds at(std::int64_t seconds) { return unix_seconds(std::chrono::seconds(seconds)); }

std::string req(const filter& asked, std::optional<unix_seconds> since = std::nullopt) { return req_message("s", {&asked, 1}, since); }

TEST(ClientMessage, WrapsAnEvent) { EXPECT_EQ(event_message(R"({"id":""})"), R"(["EVENT",{"id":""}])"); }

TEST(ClientMessage, WrapsAnAuthEvent) { EXPECT_EQ(auth_message("{}"), R"(["AUTH",{}])"); }

TEST(ClientMessage, ClosesASubscription) { EXPECT_EQ(close_message("a\"\x01"), R"(["CLOSE","a\"\u0001"])"); }

TEST(ClientMessage, AsksWithEveryFilter) {
  const filter filters[] = {{.kinds = {1, 7}, .limit = 20}, {}};
  EXPECT_EQ(req_message("s\"", filters), R"(["REQ","s\"",{"kinds":[1,7],"limit":20},{}])");
}

TEST(ClientMessage, AsksFromALaterTimeWithoutLimit) {
  EXPECT_EQ(req({.kinds = {1}, .limit = 20}, at(50)), R"(["REQ","s",{"kinds":[1],"since":50}])");
  EXPECT_EQ(req({.since = at(40)}, at(50)), R"(["REQ","s",{"since":50}])");
}

TEST(ClientMessage, NeverAsksFromBeforeTheFilter) { EXPECT_EQ(req({.since = at(60), .until = at(90)}, at(50)), R"(["REQ","s",{"since":60,"until":90}])"); }

TEST(ClientMessage, KeepsALimitOfZero) { EXPECT_EQ(req({.limit = 0}, at(50)), R"(["REQ","s",{"since":50,"limit":0}])"); }

}  // namespace
}  // namespace uvnostr::wire
