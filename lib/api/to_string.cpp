// SPDX-License-Identifier: MIT
// The names of enumerators, except those of errc, which are beside its sentences.
#include <uvnostr/log.hpp>
#include <uvnostr/pool.hpp>

namespace uvnostr {

// There is no default, so that the compiler warns about a missing enumerator.

std::string_view to_string(relay_state state) noexcept {
  switch (state) {
    case relay_state::connecting: return "connecting";
    case relay_state::connected: return "connected";
    case relay_state::waiting: return "waiting";
    case relay_state::closing: return "closing";
    case relay_state::stopped: return "stopped";
  }
  return "unknown";
}

std::string_view to_string(auth_step step) noexcept {
  switch (step) {
    case auth_step::challenged: return "challenged";
    case auth_step::answered: return "answered";
    case auth_step::accepted: return "accepted";
    case auth_step::refused: return "refused";
    case auth_step::not_challenged: return "not_challenged";
    case auth_step::not_signed: return "not_signed";
  }
  return "unknown";
}

std::string_view to_string(log_level level) noexcept {
  switch (level) {
    case log_level::none: return "none";
    case log_level::error: return "error";
    case log_level::warning: return "warning";
    case log_level::info: return "info";
    case log_level::debug: return "debug";
  }
  return "unknown";
}

std::string_view to_string(name_resolver resolver) noexcept {
  switch (resolver) {
    case name_resolver::c_ares: return "c_ares";
    case name_resolver::getaddrinfo: return "getaddrinfo";
  }
  return "unknown";
}

std::string_view to_string(auth_policy policy) noexcept {
  switch (policy) {
    case auth_policy::on_demand: return "on_demand";
    case auth_policy::eager: return "eager";
  }
  return "unknown";
}

std::string_view to_string(verification where) noexcept {
  switch (where) {
    case verification::threads: return "threads";
    case verification::on_loop: return "on_loop";
    case verification::off: return "off";
  }
  return "unknown";
}

std::string_view to_string(eose_hint hint) noexcept {
  switch (hint) {
    case eose_hint::none: return "none";
    case eose_hint::finish: return "finish";
    case eose_hint::more: return "more";
  }
  return "unknown";
}

std::string_view to_string(relay_closed::again when) noexcept {
  switch (when) {
    case relay_closed::again::after_pause: return "after_pause";
    case relay_closed::again::on_next_connection: return "on_next_connection";
    case relay_closed::again::never: return "never";
  }
  return "unknown";
}

std::string_view to_string(close_reason why) noexcept {
  switch (why) {
    case close_reason::requested: return "requested";
    case close_reason::all_eose: return "all_eose";
    case close_reason::pool_closed: return "pool_closed";
  }
  return "unknown";
}

std::string_view to_string(fetch_end how) noexcept {
  switch (how) {
    case fetch_end::complete: return "complete";
    case fetch_end::capped: return "capped";
    case fetch_end::refused: return "refused";
    case fetch_end::timed_out: return "timed_out";
    case fetch_end::unreachable: return "unreachable";
    case fetch_end::unfinished: return "unfinished";
  }
  return "unknown";
}

std::string_view to_string(outcome what) noexcept {
  switch (what) {
    case outcome::accepted: return "accepted";
    case outcome::rejected: return "rejected";
    case outcome::timed_out: return "timed_out";
    case outcome::not_sent: return "not_sent";
  }
  return "unknown";
}

}  // namespace uvnostr
