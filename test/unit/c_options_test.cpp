// SPDX-License-Identifier: MIT
// Every option that a C program sets reaches the C++ option of that name, and no other. A member that is in a struct of
// the C API but in no row of the tables below fails the tests, and so does one that is read into nothing.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/testing/events.hpp>

#include "c/read_options.hpp"

namespace uvnostr {
namespace {

std::string shown(const std::string& value) { return value; }
std::string shown(bool value) { return value ? "yes" : "no"; }
std::string shown(const http_header& value) { return value.name + ": " + value.value; }
std::string shown(const signer& value) { return value.pubkey().to_hex().substr(0, 4); }
std::string shown(const relay_options& value) { return "pongs within " + std::to_string(value.pong_timeout.count()); }
template <class Value>
std::string shown(const Value& value) {
  if constexpr (requires { value.count(); }) {
    return std::to_string(value.count());
  } else if constexpr (std::is_enum_v<Value>) {
    return std::to_string(static_cast<int>(value));
  } else if constexpr (requires { value.begin(); }) {
    std::string all;
    for (const auto& each : value) all += shown(each) + ';';
    return all;
  } else {
    std::ostringstream text;
    text << value;
    return text.str();
  }
}

/// Options in C++, and the relays that C has in the same struct.
template <class Options>
struct read {
  Options options{};
  std::vector<relay_id> relays{};
};

struct place {
  std::size_t begin, end;
};

/// One option: where it is in the C struct, how it is set, what it must become in C++.
template <class Given, class Options>
struct row {
  std::string name;
  std::vector<place> places;
  std::function<void(Given&)> set;  // none: nothing reads it
  std::function<std::string(const read<Options>&)> get;
  std::string expected;
};

template <class Given, class Options>
using table = std::vector<row<Given, Options>>;

template <class Options, class Given>
read<Options> reading(const Given& given) {
  read<Options> into;
  error wrong;
  if constexpr (requires { c::read_options(&given, into.options); }) {
    wrong = c::read_options(&given, into.options);
  } else {
    wrong = c::read_options(&given, into.options, into.relays);
  }
  EXPECT_FALSE(wrong) << wrong.message();
  return into;
}

template <class Given>
Given defaults(void (*init)(Given*, std::size_t)) {
  Given given;
  init(&given, sizeof given);
  return given;
}

/// That the rows have all members: the structs have no padding on machines with 64 bits, so there must be no gap.
template <class Given, class Options>
void expect_all_members(const table<Given, Options>& rows) {
  if (sizeof(void*) < 8) return;
  std::vector<place> all{{0, sizeof(std::size_t)}};  // the size of the struct
  for (const auto& each : rows) all.insert(all.end(), each.places.begin(), each.places.end());
  std::sort(all.begin(), all.end(), [](const place& a, const place& b) { return a.begin < b.begin; });
  all.push_back({sizeof(Given), sizeof(Given)});
  for (std::size_t i = 1; i < all.size(); ++i) {
    EXPECT_EQ(all[i - 1].end, all[i].begin) << "a member at byte " << all[i - 1].end << " is in no row";
  }
}

template <class Given, class Options>
void expect_each_arrives(void (*init)(Given*, std::size_t), table<Given, Options> rows) {
  expect_all_members(rows);
  std::erase_if(rows, [](const auto& each) { return !each.set; });
  const read<Options> defaults_of_cpp;
  const read<Options> untouched = reading<Options>(defaults(init));
  for (const auto& each : rows) {
    EXPECT_EQ(each.get(untouched), each.get(defaults_of_cpp)) << each.name;
    EXPECT_NE(each.get(untouched), each.expected) << each.name << ": the test needs another value than the default";
    Given given = defaults(init);
    each.set(given);
    const read<Options> came = reading<Options>(given);
    EXPECT_EQ(each.get(came), each.expected) << each.name;
    for (const auto& other : rows) {
      if (&other == &each) continue;
      EXPECT_EQ(other.get(came), other.get(untouched)) << each.name << " changed " << other.name;
    }
  }
}

#define PLACE(struct, member) \
  { offsetof(struct, member), offsetof(struct, member) + sizeof(struct {}.member) }
#define GET(cpp) [](const auto& from) { return shown(from.cpp); }
/// An option that is one member.
#define ROW(struct, member, value, cpp, expected)                                                 \
  {                                                                                               \
#member, {PLACE(struct, member) }, [](struct & to) { to.member = value; }, GET(cpp), expected \
  }
/// An option that is a list with its length.
#define LIST(struct, member, length, elements, cpp, expected)                              \
  {                                                                                        \
#member, {PLACE(struct, member), PLACE(struct, length) },                              \
              [](struct & to) { to.member = elements, to.length = 2; }, GET(cpp), expected \
  }
/// For later versions; nothing reads it.
#define RESERVED(struct) \
  { "reserved", {PLACE(struct, reserved)}, nullptr, nullptr, "" }

TEST(COptions, OfRelaysArrive) {
  using given = uvnostr_relay_options;
  static const char* const texts[] = {"first", "second"};
  static const uvnostr_http_header headers[] = {{"X-One", "1"}, {"X-Two", "2"}};
  static uvnostr_signer one{signer(testing::test_key(1))}, two{signer(testing::test_key(2))};
  static uvnostr_signer* const users[] = {&one, &two};
  const table<given, relay_options> rows{
      ROW(given, initial_delay_ms, 1'001, options.reconnect.initial_delay, "1001"),
      ROW(given, max_delay_ms, 1'002, options.reconnect.max_delay, "1002"),
      ROW(given, multiplier, 3.5, options.reconnect.multiplier, "3.5"),
      ROW(given, jitter, 0.5, options.reconnect.jitter, "0.5"),
      ROW(given, stable_after_ms, 1'003, options.reconnect.stable_after, "1003"),
      ROW(given, reconnect, 0, options.reconnect.enabled, "no"),
      ROW(given, max_retries, 4, options.reconnect.max_retries, "4"),
      ROW(given, resolver, UVNOSTR_RESOLVER_GETADDRINFO, options.resolver, "1"),
      ROW(given, max_redirects, 5, options.max_redirects, "5"),
      LIST(given, name_servers, name_server_count, texts, options.name_servers, "first;second;"),
      ROW(given, proxy, "a proxy", options.proxy, "a proxy"),
      ROW(given, connect_timeout_ms, 1'004, options.connect_timeout, "1004"),
      ROW(given, ping_interval_ms, 1'005, options.ping_interval, "1005"),
      ROW(given, pong_timeout_ms, 1'006, options.pong_timeout, "1006"),
      ROW(given, close_timeout_ms, 1'007, options.close_timeout, "1007"),
      ROW(given, max_message_bytes, 2'001, options.max_message_bytes, "2001"),
      ROW(given, max_publish_bytes, 2'002, options.max_publish_bytes, "2002"),
      ROW(given, max_unverified_bytes, 2'003, options.max_unverified_bytes, "2003"),
      ROW(given, ca_file, "a CA file", options.ca_file, "a CA file"),
      ROW(given, ca_pem, "a CA", options.ca_pem, "a CA"),
      LIST(given, pinned_keys, pinned_key_count, texts, options.pinned_keys, "first;second;"),
      ROW(given, client_certificate_file, "our file", options.client_certificate_file, "our file"),
      ROW(given, client_certificate_pem, "ours", options.client_certificate_pem, "ours"),
      ROW(given, client_key_file, "our key's file", options.client_key_file, "our key's file"),
      ROW(given, client_key_pem, "our key", options.client_key_pem, "our key"),
      ROW(given, user_agent, nullptr, options.user_agent, ""),
      LIST(given, headers, header_count, headers, options.headers, "X-One: 1;X-Two: 2;"),
      LIST(given, auth_users, auth_user_count, users, options.auth_users, shown(std::vector{one.signer, two.signer})),
      ROW(given, auth, UVNOSTR_AUTH_EAGER, options.auth, "1"),
      RESERVED(given),
      ROW(given, max_offences, 6, options.max_offences, "6"),
      ROW(given, offence_pause_ms, 1'008, options.offence_pause, "1008"),
  };
  expect_each_arrives(uvnostr_relay_options_init, rows);
}

TEST(COptions, OfPoolsArrive) {
  using given = uvnostr_pool_options;
  static const char* const urls[] = {"first", "second"};
  static uvnostr_relay_options relays = defaults(uvnostr_relay_options_init);
  relays.pong_timeout_ms = 7;
  const table<given, pool_options> rows{
      LIST(given, relays, relay_count, urls, options.relays, "first;second;"),
      ROW(given, relay_defaults, &relays, options.relay_defaults, "pongs within 7"),
      ROW(given, seen_entries, 8, options.seen_entries, "8"),
      ROW(given, max_dials, 9, options.max_dials, "9"),
      ROW(given, verification, UVNOSTR_VERIFY_OFF, options.verification, "2"),
      ROW(given, keep_loop_alive, 0, options.keep_loop_alive, "no"),
      ROW(given, log_level, UVNOSTR_LOG_ERROR, options.log_level, "1"),
      RESERVED(given),
  };
  expect_each_arrives(uvnostr_pool_options_init, rows);
}

constexpr uvnostr_relay_id two_relays[] = {11, 12};

TEST(COptions, OfSubscriptionsArrive) {
  using given = uvnostr_subscribe_options;
  const table<given, subscribe_options> rows{
      LIST(given, relays, relay_count, two_relays, relays, "11;12;"),
      ROW(given, resume_from, "a cursor", options.resume_from, "a cursor"),
      ROW(given, eose_timeout_ms, 21, options.eose_timeout, "21"),
      ROW(given, resume_overlap_s, 22, options.resume_overlap, "22"),
      ROW(given, max_unacknowledged, 23, options.max_unacknowledged, "23"),
      ROW(given, close_on_eose, 1, options.close_on_eose, "yes"),
      ROW(given, leave_out_expired, 1, options.leave_out_expired, "yes"),
  };
  expect_each_arrives(uvnostr_subscribe_options_init, rows);
}

TEST(COptions, OfFetchesArrive) {
  using given = uvnostr_fetch_options;
  const table<given, fetch_options> rows{
      LIST(given, relays, relay_count, two_relays, relays, "11;12;"),
      ROW(given, idle_timeout_ms, 31, options.idle_timeout, "31"),
      ROW(given, max_unacknowledged, 32, options.max_unacknowledged, "32"),
  };
  expect_each_arrives(uvnostr_fetch_options_init, rows);
}

TEST(COptions, OfPublishesArrive) {
  using given = uvnostr_publish_options;
  const table<given, publish_options> rows{
      LIST(given, relays, relay_count, two_relays, relays, "11;12;"),
      ROW(given, send_timeout_ms, 41, options.send_timeout, "41"),
      ROW(given, ok_timeout_ms, 42, options.ok_timeout, "42"),
      ROW(given, retry_timeout_ms, 43, options.retry_timeout, "43"),
      ROW(given, enough_accepted, 44, options.enough_accepted, "44"),
      ROW(given, verify, 0, options.verify, "no"),
      RESERVED(given),
  };
  expect_each_arrives(uvnostr_publish_options_init, rows);
}

}  // namespace
}  // namespace uvnostr
