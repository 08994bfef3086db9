// SPDX-License-Identifier: MIT
#include "wire/client_message.hpp"

#include <gtest/gtest.h>

namespace uvnostr::wire {
namespace {

TEST(ClientMessage, WrapsAnEvent) {
  const std::string_view json = R"({"id":""})";
  std::string message(event_message_bytes(json), '?');
  write_event_message(json, message.data());
  EXPECT_EQ(message, R"(["EVENT",{"id":""}])");
}

TEST(ClientMessage, WrapsAnAuthEvent) { EXPECT_EQ(auth_message("{}"), R"(["AUTH",{}])"); }

TEST(ClientMessage, ClosesASubscription) { EXPECT_EQ(close_message("a\"\x01"), R"(["CLOSE","a\"\u0001"])"); }

TEST(ClientMessage, AsksWithEveryFilter) {
  const filter filters[] = {{.kinds = {1, 7}, .limit = 20}, {}};
  EXPECT_EQ(req_message("s\"", filters), R"(["REQ","s\"",{"kinds":[1,7],"limit":20},{}])");
}

}  // namespace
}  // namespace uvnostr::wire
