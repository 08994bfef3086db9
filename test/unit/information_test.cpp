// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <uvnostr/information.hpp>

namespace uvnostr {
namespace {

TEST(RelayInformation, IsReadWithItsLimits) {
  const auto read = relay_information::parse(
      R"({"name":"a relay","supported_nips":[1,11,"42",42],"software":"x","retention":[{"kinds":[0,[5,7]],"time":3600}],)"
      R"("limitation":{"max_subscriptions":20,"max_message_length":16384,"auth_required":false,"min_pow_difficulty":-1}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, "a relay");
  EXPECT_EQ(read->supported_nips, (std::vector<unsigned>{1, 11, 42}));
  EXPECT_EQ(read->limitation.max_subscriptions, 20U);
  EXPECT_EQ(read->limitation.max_message_length, 16384U);
  EXPECT_EQ(read->limitation.auth_required, false);
  EXPECT_FALSE(read->limitation.min_pow_difficulty);
}

TEST(RelayInformation, LeavesOutWhatHasAWrongTypeOrPlace) {
  const auto read = relay_information::parse(
      R"({"name":7,"fees":{"name":"no","max_subscriptions":3},"limitation":{"max_subscriptions":"many","name":"no"}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, "");
  EXPECT_FALSE(read->limitation.max_subscriptions);
}

TEST(RelayInformation, IsAnObject) {
  for (const char* const text : {"", "[]", "7", "\"x\"", "{", "{}{}", "<html>"}) {
    EXPECT_EQ(relay_information::parse(text).error(), errc::no_document) << text;
  }
  EXPECT_TRUE(relay_information::parse("{}"));
}

}  // namespace
}  // namespace uvnostr
