// SPDX-License-Identifier: MIT
// What the callbacks of a pool and of a relay are given: states, AUTH, information.
#include "c/read_options.hpp"

namespace uvnostr::c {
namespace {

// The enumerators have the same numbers in both languages.
static_assert(UVNOSTR_STOPPED == static_cast<int>(relay_state::stopped) &&
              UVNOSTR_CONNECTED == static_cast<int>(relay_state::connected) &&
              UVNOSTR_WAITING == static_cast<int>(relay_state::waiting) &&
              UVNOSTR_CLOSING == static_cast<int>(relay_state::closing));
static_assert(UVNOSTR_AUTH_CHALLENGED == static_cast<int>(auth_step::challenged) &&
              UVNOSTR_AUTH_ANSWERED == static_cast<int>(auth_step::answered) &&
              UVNOSTR_AUTH_ACCEPTED == static_cast<int>(auth_step::accepted) &&
              UVNOSTR_AUTH_REFUSED == static_cast<int>(auth_step::refused) &&
              UVNOSTR_AUTH_NOT_CHALLENGED == static_cast<int>(auth_step::not_challenged) &&
              UVNOSTR_AUTH_NOT_SIGNED == static_cast<int>(auth_step::not_signed));
static_assert(UVNOSTR_AUTH_EAGER == static_cast<int>(auth_policy::eager) &&
              UVNOSTR_RESOLVER_GETADDRINFO == static_cast<int>(name_resolver::getaddrinfo) &&
              UVNOSTR_VERIFY_ON_LOOP == static_cast<int>(verification::on_loop) &&
              UVNOSTR_VERIFY_OFF == static_cast<int>(verification::off));

std::int64_t number(const std::optional<std::uint64_t>& from) noexcept {
  constexpr std::uint64_t most = INT64_MAX;
  return from ? static_cast<std::int64_t>(*from < most ? *from : most) : -1;
}
int number(const std::optional<bool>& from) noexcept { return from ? (*from ? 1 : 0) : -1; }

uvnostr_information shown(const relay_information& from) noexcept {
  const relay_limitation& limits = from.limitation;
  const auto text = [](const std::string& each) { return to_c(std::string_view(each)); };
  uvnostr_information to{};
  to.name = text(from.name);
  to.description = text(from.description);
  to.pubkey = text(from.pubkey);
  to.contact = text(from.contact);
  to.software = text(from.software);
  to.version = text(from.version);
  to.json = text(from.json);
  to.age_s = from.age.count();
  to.supported_nips = from.supported_nips.data();
  to.supported_nip_count = from.supported_nips.size();
  to.max_message_length = number(limits.max_message_length);
  to.max_subscriptions = number(limits.max_subscriptions);
  to.max_limit = number(limits.max_limit);
  to.default_limit = number(limits.default_limit);
  to.max_subid_length = number(limits.max_subid_length);
  to.max_event_tags = number(limits.max_event_tags);
  to.max_content_length = number(limits.max_content_length);
  to.min_pow_difficulty = number(limits.min_pow_difficulty);
  to.created_at_lower_limit = number(limits.created_at_lower_limit);
  to.created_at_upper_limit = number(limits.created_at_upper_limit);
  to.auth_required = number(limits.auth_required);
  to.payment_required = number(limits.payment_required);
  to.restricted_writes = number(limits.restricted_writes);
  return to;
}

}  // namespace

void call(void (*function)(void*, const uvnostr_relay_status*), void* data, const relay_status& from) {
  uvnostr_relay_status to{};
  to.relay = to_c(from.relay);
  to.state = static_cast<uvnostr_relay_state>(from.state);
  to.previous = static_cast<uvnostr_relay_state>(from.previous);
  to.cause = code_of(from.cause);
  to.url = to_c(from.url);
  to.text = to_c(from.text);
  to.redirected_to = to_c(from.redirected_to);
  to.words = to_c(from.words);
  to.close_code = from.close_code;
  to.http_status = from.http_status;
  to.failures = from.failures;
  to.next_attempt_ms = from.next_attempt ? from.next_attempt->count() : -1;
  function(data, &to);
}

void call(void (*function)(void*, const uvnostr_auth_status*), void* data, const auth_status& from) {
  uvnostr_auth_status to{};
  to.relay = to_c(from.relay);
  to.step = static_cast<uvnostr_auth_step>(from.step);
  to.challenge = to_c(from.challenge);
  to.user = from.user ? to_c(*from.user) : nullptr;
  to.words = to_c(from.words);
  function(data, &to);
}

callback<void(const result<relay_information>&)> to_cpp(uvnostr_information_callback function, void* data) {
  return [function, data](const result<relay_information>& from) {
    if (!from) return function(data, code_of(from.error().code()), nullptr);
    const uvnostr_information to = shown(*from);
    function(data, UVNOSTR_OK, &to);
  };
}

}  // namespace uvnostr::c
