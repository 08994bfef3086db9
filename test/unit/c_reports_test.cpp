// SPDX-License-Identifier: MIT
// Everything that the library tells a C++ program reaches a C program. The structs are taken apart member by member, so that
// a member that is added compiles only once it is here too.
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/testing/events.hpp>

#include "c/read_options.hpp"

namespace uvnostr {
namespace {

std::string text(uvnostr_string view) { return {view.data, view.size}; }

template <class Given>
void keep(void* into, const Given* given) {
  (*static_cast<std::function<void(const Given&)>*>(into))(*given);
}

/// Gives the value to a C function that passes it on to the check.
template <class Given, class Value>
void pass_on(const Value& value, std::function<void(const Given&)> check) {
  int calls = 0;
  std::function<void(const Given&)> counted = [&](const Given& given) {
    ++calls;
    check(given);
  };
  c::call(&keep<Given>, &counted, value);
  EXPECT_EQ(calls, 1);
}

TEST(CReports, OfStates) {
  const relay_status status{.relay = relay_id{1},
                            .url = "a url",
                            .state = relay_state::waiting,
                            .previous = relay_state::connected,
                            .cause = make_error_code(errc::closed_by_relay),
                            .text = "a sentence",
                            .redirected_to = "elsewhere",
                            .words = "its words",
                            .close_code = 1001,
                            .http_status = 403,
                            .failures = 2,
                            .next_attempt = std::chrono::milliseconds(3)};
  pass_on<uvnostr_relay_status>(status, [](const uvnostr_relay_status& given) {
    const auto& [relay, state, previous, cause, url, sentence, redirected_to, words, close_code, http_status, failures,
                 next_attempt_ms] = given;
    EXPECT_EQ(relay, 1U);
    EXPECT_EQ(state, UVNOSTR_WAITING);
    EXPECT_EQ(previous, UVNOSTR_CONNECTED);
    EXPECT_EQ(cause, UVNOSTR_E_CLOSED_BY_RELAY);
    EXPECT_EQ(text(url), "a url");
    EXPECT_EQ(text(sentence), "a sentence");
    EXPECT_EQ(text(redirected_to), "elsewhere");
    EXPECT_EQ(text(words), "its words");
    EXPECT_EQ(close_code, 1001);
    EXPECT_EQ(http_status, 403);
    EXPECT_EQ(failures, 2U);
    EXPECT_EQ(next_attempt_ms, 3);
  });
  pass_on<uvnostr_relay_status>(relay_status{}, [](const uvnostr_relay_status& given) {
    EXPECT_EQ(given.cause, 0);
    EXPECT_EQ(given.next_attempt_ms, -1);
  });
}

TEST(CReports, OfAuthentication) {
  const pubkey who = testing::test_key().pubkey();
  const auth_status status{
      .relay = relay_id{1}, .step = auth_step::refused, .challenge = "a challenge", .user = who, .words = "its words"};
  pass_on<uvnostr_auth_status>(status, [&](const uvnostr_auth_status& given) {
    const auto& [relay, step, challenge, user, words] = given;
    EXPECT_EQ(relay, 1U);
    EXPECT_EQ(step, UVNOSTR_AUTH_REFUSED);
    EXPECT_EQ(text(challenge), "a challenge");
    EXPECT_EQ(c::to_cpp(*user), who);
    EXPECT_EQ(text(words), "its words");
  });
}

TEST(CReports, OfLogs) {
  const std::vector<log_field> all{{.key = "count", .value = "7", .is_number = true}};
  const log_entry entry{
      .level = log_level::warning, .message = "it is so", .relay = relay_id{1}, .url = "a url", .fields = all};
  pass_on<uvnostr_log_entry>(entry, [](const uvnostr_log_entry& given) {
    const auto& [level, relay, message, url, fields, field_count] = given;
    EXPECT_EQ(level, UVNOSTR_LOG_WARNING);
    EXPECT_EQ(relay, 1U);
    EXPECT_EQ(text(message), "it is so");
    EXPECT_EQ(text(url), "a url");
    ASSERT_EQ(field_count, 1U);
    const auto& [key, value, is_number] = fields[0];
    EXPECT_EQ(text(key), "count");
    EXPECT_EQ(text(value), "7");
    EXPECT_EQ(is_number, 1);
  });
}

TEST(CReports, OfInformation) {
  relay_information about{.name = "a name",
                          .description = "a description",
                          .pubkey = "a key",
                          .contact = "a contact",
                          .software = "a program",
                          .version = "a version",
                          .supported_nips = {1, 11},
                          .json = "{}",
                          .age = std::chrono::seconds(5)};
  about.limitation = {.max_message_length = 1,
                      .max_subscriptions = 2,
                      .max_limit = 3,
                      .default_limit = 4,
                      .max_subid_length = 5,
                      .max_event_tags = 6,
                      .max_content_length = 7,
                      .min_pow_difficulty = 8,
                      .created_at_lower_limit = 9,
                      .created_at_upper_limit = 10,
                      .auth_required = true,
                      .payment_required = false,
                      .restricted_writes = true};
  int calls = 0;
  const auto check = [](void* data, int status, const uvnostr_information* information) {
    ++*static_cast<int*>(data);
    EXPECT_EQ(status, UVNOSTR_OK);
    const auto& [name, description, key, contact, software, version, json, age_s, nips, nip_count, max_message_length,
                 max_subscriptions, max_limit, default_limit, max_subid_length, max_event_tags, max_content_length,
                 min_pow_difficulty, lower_limit, upper_limit, auth, payment, restricted] = *information;
    EXPECT_EQ(text(name) + ", " + text(description) + ", " + text(key) + ", " + text(contact) + ", " + text(software) +
                  ", " + text(version) + ", " + text(json),
              "a name, a description, a key, a contact, a program, a version, {}");
    EXPECT_EQ(age_s, 5);
    EXPECT_EQ(std::vector(nips, nips + nip_count), (std::vector<unsigned>{1, 11}));
    EXPECT_EQ((std::vector{max_message_length, max_subscriptions, max_limit, default_limit, max_subid_length,
                           max_event_tags, max_content_length, min_pow_difficulty, lower_limit, upper_limit}),
              (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
    EXPECT_EQ((std::vector{auth, payment, restricted}), (std::vector{1, 0, 1}));
  };
  c::to_cpp(check, &calls)(about);
  EXPECT_EQ(calls, 1);
  calls = 0;
  const auto check_absent = [](void* data, int, const uvnostr_information* information) {
    ++*static_cast<int*>(data);
    EXPECT_EQ(information->max_limit, -1);
    EXPECT_EQ(information->auth_required, -1);
  };
  c::to_cpp(check_absent, &calls)(relay_information{});
  EXPECT_EQ(calls, 1);
}

/// Callbacks of the C API whose only function is this one.
template <class Callbacks, class Given>
Callbacks with(void (*Callbacks::*member)(void*, const Given*), std::function<void(const Given&)>& check) {
  Callbacks all{};
  all.size = sizeof all;
  all.data = &check;
  all.*member = &keep<Given>;
  return all;
}

TEST(CReports, OfReceipts) {
  const event_id id = testing::make_event("a note").id();
  int calls = 0;
  std::function<void(const uvnostr_receipt&)> check = [&](const uvnostr_receipt& given) {
    ++calls;
    const auto& [relay, how, cause, event, message, prefix, rest] = given;
    EXPECT_EQ(relay, 1U);
    EXPECT_EQ(how, UVNOSTR_REJECTED);
    EXPECT_EQ(cause, UVNOSTR_E_REFUSED);
    EXPECT_EQ(c::to_cpp(event), id);
    EXPECT_EQ(text(message) + ", " + text(prefix) + ", " + text(rest), "blocked: no, blocked, no");
  };
  const auto given = with(&uvnostr_publish_callbacks::on_receipt, check);
  publish_callbacks callbacks;
  EXPECT_FALSE(c::read_callbacks(&given, callbacks));
  callbacks.on_receipt({.relay = relay_id{1},
                        .event = id,
                        .outcome = outcome::rejected,
                        .message = "blocked: no",
                        .prefix = "blocked",
                        .text = "no",
                        .cause = make_error_code(errc::refused)});
  EXPECT_EQ(calls, 1);
}

constexpr gap some_gap{unix_seconds(std::chrono::seconds(10)), unix_seconds(std::chrono::seconds(20)),
                       gap_reason::too_big};

void expect_some_gap(const uvnostr_gap& given) {
  const auto& [from, to, reason] = given;
  EXPECT_EQ(from, 10);
  EXPECT_EQ(to, 20);
  EXPECT_EQ(reason, UVNOSTR_GAP_TOO_BIG);
}

TEST(CReports, OfRefusals) {
  int calls = 0;
  std::function<void(const uvnostr_relay_closed&)> check = [&](const uvnostr_relay_closed& given) {
    ++calls;
    const auto& [relay, too_long, hung_up, words, again, pause_ms, missing] = given;
    EXPECT_EQ(relay, 1U);
    EXPECT_EQ(too_long, 1);
    EXPECT_EQ(hung_up, 1);
    EXPECT_EQ(text(words), "blocked: no");
    EXPECT_EQ(again, UVNOSTR_ASKED_NEVER);
    EXPECT_EQ(pause_ms, 7);
    expect_some_gap(missing);
  };
  const auto given = with(&uvnostr_subscription_callbacks::on_relay_closed, check);
  subscription_callbacks callbacks;
  EXPECT_FALSE(c::read_callbacks(&given, callbacks));
  callbacks.on_relay_closed({.relay = relay_id{1},
                             .words = "blocked: no",
                             .too_long = true,
                             .hung_up = true,
                             .asked_again = relay_closed::again::never,
                             .pause = std::chrono::milliseconds(7),
                             .missing = some_gap});
  EXPECT_EQ(calls, 1);
}

TEST(CReports, OfAnswers) {
  int calls = 0;
  std::function<void(const uvnostr_answer_counts&)> check = [&](const uvnostr_answer_counts& given) {
    ++calls;
    const auto& [asked, answered, refused, timed_out, unreachable] = given;
    EXPECT_EQ((std::vector{asked, answered, refused, timed_out, unreachable}),
              (std::vector<std::size_t>{1, 2, 3, 4, 5}));
  };
  const auto given = with(&uvnostr_subscription_callbacks::on_all_eose, check);
  subscription_callbacks callbacks;
  EXPECT_FALSE(c::read_callbacks(&given, callbacks));
  callbacks.on_all_eose({.asked = 1, .answered = 2, .refused = 3, .timed_out = 4, .unreachable = 5});
  EXPECT_EQ(calls, 1);
}

TEST(CReports, OfFetches) {
  int calls = 0;
  std::function<void(const uvnostr_fetch_result&)> check = [&](const uvnostr_fetch_result& given) {
    ++calls;
    const auto& [reason, is_complete, is_answered, events, complete, capped, refused, timed_out, unreachable, relays,
                 relay_count] = given;
    EXPECT_EQ(reason, UVNOSTR_CLOSE_POOL_CLOSED);
    EXPECT_EQ(is_complete, 1);
    EXPECT_EQ(is_answered, 1);
    EXPECT_EQ(events, 9U);
    EXPECT_EQ((std::vector{complete, capped, refused, timed_out, unreachable}),
              (std::vector<std::size_t>{2, 3, 4, 5, 6}));
    ASSERT_EQ(relay_count, 2U);
    EXPECT_EQ(relays[0]->gap_count, 0U);
    const auto& [relay, how, gaps, gap_count, words] = *relays[1];
    EXPECT_EQ(relay, 8U);
    EXPECT_EQ(how, UVNOSTR_FETCH_CAPPED);
    ASSERT_EQ(gap_count, 1U);
    expect_some_gap(gaps[0]);
    EXPECT_EQ(text(words), "its words");
  };
  const auto given = with(&uvnostr_fetch_callbacks::on_done, check);
  fetch_callbacks callbacks;
  EXPECT_FALSE(c::read_callbacks(&given, callbacks));
  const std::vector<gap> gaps{some_gap};
  const std::vector<fetched_relay> relays{
      {.relay = relay_id{7}}, {.relay = relay_id{8}, .end = fetch_end::capped, .gaps = gaps, .words = "its words"}};
  callbacks.on_done({.reason = close_reason::pool_closed,
                     .events = 9,
                     .complete = 2,
                     .capped = 3,
                     .refused = 4,
                     .timed_out = 5,
                     .unreachable = 6,
                     .relays = relays});
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace uvnostr
