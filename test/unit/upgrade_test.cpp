// SPDX-License-Identifier: MIT
#include "testing/relay/upgrade.hpp"

#include <gtest/gtest.h>

#include <uvnostr/testing/events.hpp>

namespace uvnostr::testing::detail {
namespace {

TEST(Upgrade, WritesADateAsHttpDoes) {
  EXPECT_EQ(http_date(test_time), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(http_date(unix_seconds{}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(unix_seconds(std::chrono::seconds(951'782'400))), "Tue, 29 Feb 2000 00:00:00 GMT");
}

// The example of RFC 6455, 1.3.
TEST(Upgrade, ComputesTheAcceptHeader) {
  EXPECT_EQ(accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace uvnostr::testing::detail
