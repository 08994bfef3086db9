// SPDX-License-Identifier: MIT
// Relay and pool options. Their defaults are those of the C++ structs.
#include "c/read_options.hpp"

namespace uvnostr::c {
namespace {

using std::chrono::milliseconds;

constexpr char default_user_agent[] = "uvnostr";  // of relay_options; a test compares them

uvnostr_relay_options relay_defaults() {
  const relay_options from;
  uvnostr_relay_options to{};
  to.size = sizeof to;
  to.initial_delay_ms = from.reconnect.initial_delay.count();
  to.max_delay_ms = from.reconnect.max_delay.count();
  to.multiplier = from.reconnect.multiplier;
  to.jitter = from.reconnect.jitter;
  to.stable_after_ms = from.reconnect.stable_after.count();
  to.reconnect = from.reconnect.enabled ? 1 : 0;
  to.max_retries = from.reconnect.max_retries;
  to.resolver = static_cast<int>(from.resolver);
  to.max_redirects = from.max_redirects;
  to.connect_timeout_ms = from.connect_timeout.count();
  to.ping_interval_ms = from.ping_interval.count();
  to.pong_timeout_ms = from.pong_timeout.count();
  to.close_timeout_ms = from.close_timeout.count();
  to.max_message_bytes = from.max_message_bytes;
  to.max_publish_bytes = from.max_publish_bytes;
  to.max_unverified_bytes = from.max_unverified_bytes;
  to.user_agent = default_user_agent;
  to.auth = static_cast<int>(from.auth);
  to.max_offences = from.max_offences;
  to.offence_pause_ms = from.offence_pause.count();
  return to;
}

uvnostr_pool_options pool_defaults() {
  const pool_options from;
  uvnostr_pool_options to{};
  to.size = sizeof to;
  to.seen_entries = from.seen_entries;
  to.max_dials = from.max_dials;
  to.verification = static_cast<int>(from.verification);
  to.keep_loop_alive = from.keep_loop_alive ? 1 : 0;
  to.log_level = static_cast<int>(from.log_level);
  return to;
}

/// An enumerator from 0 to `last`.
template <class Enum>
error read_enum(const char* what, int value, Enum last, Enum& into) {
  if (value < 0 || value > static_cast<int>(last)) {
    return invalid_argument(std::string(what) + " is " + std::to_string(value) + ", which is no enumerator");
  }
  into = static_cast<Enum>(value);
  return {};
}

/// A list of texts. An element that is NULL is empty, and is refused by whoever reads it.
error read_texts(const char* what, const char* member, const char* const* from, std::size_t count,
                 std::vector<std::string>& into) {
  if (error wrong = check_list(what, member, from, count)) return wrong;
  for (std::size_t i = 0; i < count; ++i) into.emplace_back(to_cpp(from[i]));
  return {};
}

error read_lists(const uvnostr_relay_options& from, relay_options& into) {
  constexpr const char* what = "uvnostr_relay_options";
  if (error wrong = read_texts(what, "name_servers", from.name_servers, from.name_server_count, into.name_servers)) {
    return wrong;
  }
  if (error wrong = read_texts(what, "pinned_keys", from.pinned_keys, from.pinned_key_count, into.pinned_keys)) {
    return wrong;
  }
  if (error wrong = check_list(what, "headers", from.headers, from.header_count)) return wrong;
  for (std::size_t i = 0; i < from.header_count; ++i) {
    into.headers.push_back(
        {.name = std::string(to_cpp(from.headers[i].name)), .value = std::string(to_cpp(from.headers[i].value))});
  }
  if (error wrong = check_list(what, "auth_users", from.auth_users, from.auth_user_count)) return wrong;
  for (std::size_t i = 0; i < from.auth_user_count; ++i) {
    if (from.auth_users[i] == nullptr) return missing(what, "an element of auth_users");
    into.auth_users.push_back(from.auth_users[i]->signer);
  }
  return {};
}

}  // namespace

error read_options(const uvnostr_relay_options* options, relay_options& into) {
  uvnostr_relay_options from = relay_defaults();
  if (error wrong = read_sized("uvnostr_relay_options", options, from)) return wrong;
  into.reconnect = {.enabled = from.reconnect != 0,
                    .initial_delay = milliseconds(from.initial_delay_ms),
                    .max_delay = milliseconds(from.max_delay_ms),
                    .multiplier = from.multiplier,
                    .jitter = from.jitter,
                    .max_retries = from.max_retries,
                    .stable_after = milliseconds(from.stable_after_ms)};
  if (error wrong =
          read_enum("uvnostr_relay_options.resolver", from.resolver, name_resolver::getaddrinfo, into.resolver)) {
    return wrong;
  }
  if (error wrong = read_enum("uvnostr_relay_options.auth", from.auth, auth_policy::eager, into.auth)) return wrong;
  into.proxy = to_cpp(from.proxy);
  into.max_redirects = from.max_redirects;
  into.connect_timeout = milliseconds(from.connect_timeout_ms);
  into.ping_interval = milliseconds(from.ping_interval_ms);
  into.pong_timeout = milliseconds(from.pong_timeout_ms);
  into.close_timeout = milliseconds(from.close_timeout_ms);
  into.max_message_bytes = from.max_message_bytes;
  into.max_publish_bytes = from.max_publish_bytes;
  into.max_unverified_bytes = from.max_unverified_bytes;
  into.ca_file = to_cpp(from.ca_file);
  into.ca_pem = to_cpp(from.ca_pem);
  into.client_certificate_file = to_cpp(from.client_certificate_file);
  into.client_certificate_pem = to_cpp(from.client_certificate_pem);
  into.client_key_file = to_cpp(from.client_key_file);
  into.client_key_pem = to_cpp(from.client_key_pem);
  into.user_agent = to_cpp(from.user_agent);
  into.max_offences = from.max_offences;
  into.offence_pause = milliseconds(from.offence_pause_ms);
  return read_lists(from, into);
}

error read_options(const uvnostr_pool_options* options, pool_options& into) {
  uvnostr_pool_options from = pool_defaults();
  if (error wrong = read_sized("uvnostr_pool_options", options, from)) return wrong;
  if (error wrong = read_texts("uvnostr_pool_options", "relays", from.relays, from.relay_count, into.relays)) {
    return wrong;
  }
  if (error wrong = read_options(from.relay_defaults, into.relay_defaults)) return wrong;
  if (error wrong =
          read_enum("uvnostr_pool_options.verification", from.verification, verification::off, into.verification)) {
    return wrong;
  }
  if (error wrong = read_enum("uvnostr_pool_options.log_level", from.log_level, log_level::debug, into.log_level)) {
    return wrong;
  }
  into.seen_entries = from.seen_entries;
  into.max_dials = from.max_dials;
  into.keep_loop_alive = from.keep_loop_alive != 0;
  return {};
}

}  // namespace uvnostr::c

extern "C" {

void uvnostr_relay_options_init(uvnostr_relay_options* options, size_t size) {
  uvnostr::c::write_defaults(uvnostr::c::relay_defaults(), options, size);
}
void uvnostr_pool_options_init(uvnostr_pool_options* options, size_t size) {
  uvnostr::c::write_defaults(uvnostr::c::pool_defaults(), options, size);
}

}  // extern "C"
