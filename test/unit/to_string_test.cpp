// SPDX-License-Identifier: MIT
#include <initializer_list>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include <uvnostr/log.hpp>
#include <uvnostr/pool.hpp>

namespace uvnostr {
namespace {

template <class Enum>
void expect_names(Enum last, std::initializer_list<std::string_view> names) {
  ASSERT_EQ(static_cast<std::size_t>(last) + 1, names.size());
  int value = 0;
  for (const std::string_view name : names) EXPECT_EQ(to_string(static_cast<Enum>(value++)), name);
  EXPECT_EQ(to_string(static_cast<Enum>(value)), "unknown");
}

TEST(ToString, NamesEveryEnumerator) {
  expect_names(relay_state::stopped, {"connecting", "connected", "waiting", "closing", "stopped"});
  expect_names(auth_step::not_signed,
               {"challenged", "answered", "accepted", "refused", "not_challenged", "not_signed"});
  expect_names(relay_closed::again::never, {"after_pause", "on_next_connection", "never"});
  expect_names(auth_policy::eager, {"on_demand", "eager"});
  expect_names(name_resolver::getaddrinfo, {"c_ares", "getaddrinfo"});
  expect_names(verification::off, {"threads", "on_loop", "off"});
  expect_names(eose_hint::more, {"none", "finish", "more"});
  expect_names(close_reason::pool_closed, {"requested", "all_eose", "pool_closed"});
  expect_names(fetch_end::unfinished, {"complete", "capped", "refused", "timed_out", "unreachable", "unfinished"});
  expect_names(log_level::debug, {"none", "error", "warning", "info", "debug"});
  expect_names(outcome::not_sent, {"accepted", "rejected", "timed_out", "not_sent"});
}

}  // namespace
}  // namespace uvnostr
