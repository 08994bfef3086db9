// SPDX-License-Identifier: MIT
// Queries of a pool or a relay.
#include <uvnostr/fetch.hpp>

#include "c/read_options.hpp"

namespace uvnostr::c {
namespace {

// The enumerators have the same numbers in both languages.
static_assert(UVNOSTR_FETCH_COMPLETE == static_cast<int>(fetch_end::complete) &&
              UVNOSTR_FETCH_CAPPED == static_cast<int>(fetch_end::capped) &&
              UVNOSTR_FETCH_REFUSED == static_cast<int>(fetch_end::refused) &&
              UVNOSTR_FETCH_TIMED_OUT == static_cast<int>(fetch_end::timed_out) &&
              UVNOSTR_FETCH_UNREACHABLE == static_cast<int>(fetch_end::unreachable) &&
              UVNOSTR_FETCH_UNFINISHED == static_cast<int>(fetch_end::unfinished));

uvnostr_fetch_options fetch_defaults() {
  const fetch_options from;
  uvnostr_fetch_options to{};
  to.size = sizeof to;
  to.idle_timeout_ms = from.idle_timeout.count();
  return to;
}

void call(void (*function)(void*, const uvnostr_fetch_result*), void* data, const fetch_result& from) {
  std::vector<std::vector<uvnostr_gap>> gaps;
  std::vector<uvnostr_fetched_relay> relays;
  std::vector<const uvnostr_fetched_relay*> pointers;
  relays.reserve(from.relays.size());
  for (const fetched_relay& each : from.relays) {
    gaps.push_back(to_c(each.gaps));
    relays.push_back({to_c(each.relay), static_cast<uvnostr_fetch_end>(each.end), gaps.back().data(),
                      gaps.back().size(), to_c(each.words)});
    pointers.push_back(&relays.back());
  }
  uvnostr_fetch_result to{};
  to.reason = static_cast<uvnostr_close_reason>(from.reason);
  to.is_complete = from.is_complete() ? 1 : 0;
  to.is_answered = from.is_answered() ? 1 : 0;
  to.events = from.events;
  to.complete = from.complete;
  to.capped = from.capped;
  to.refused = from.refused;
  to.timed_out = from.timed_out;
  to.unreachable = from.unreachable;
  to.relays = pointers.data();
  to.relay_count = pointers.size();
  function(data, &to);
}

}  // namespace

error read_options(const uvnostr_fetch_options* options, fetch_options& into, std::vector<relay_id>& relays) {
  uvnostr_fetch_options from = fetch_defaults();
  if (error wrong = read_sized("uvnostr_fetch_options", options, from)) return wrong;
  into.idle_timeout = std::chrono::milliseconds(from.idle_timeout_ms);
  into.max_unacknowledged = from.max_unacknowledged;
  return read_relays("uvnostr_fetch_options", from.relays, from.relay_count, relays);
}

error read_callbacks(const uvnostr_fetch_callbacks* callbacks, fetch_callbacks& into) {
  uvnostr_fetch_callbacks from{};
  if (error wrong = read_sized("uvnostr_fetch_callbacks", callbacks, from)) return wrong;
  if (from.on_event != nullptr) into.on_event = taking_events(from.on_event, from.data);
  if (from.on_done != nullptr) {
    into.on_done = [function = from.on_done, data = from.data](const fetch_result& result) {
      call(function, data, result);
    };
  }
  return {};
}

}  // namespace uvnostr::c

using namespace uvnostr;

extern "C" {

void uvnostr_fetch_options_init(uvnostr_fetch_options* options, size_t size) {
  c::write_defaults(c::fetch_defaults(), options, size);
}

int uvnostr_pool_fetch(uvnostr_pool* pool, uvnostr_subscription** subscription, uvnostr_filter* const* filters,
                       size_t filter_count, const uvnostr_fetch_callbacks* callbacks,
                       const uvnostr_fetch_options* options, uvnostr_error* error) {
  if (pool == nullptr) return c::report(c::missing(__func__, "pool"), error);
  return c::make_subscription<fetch_callbacks, fetch_options>(
      __func__, subscription, filters, filter_count, callbacks, options, error,
      [pool](const std::vector<filter>& wanted, fetch_callbacks calls, const fetch_options& how,
             std::vector<relay_id> relays) {
        return pool->pool.fetch(std::span(wanted), std::move(calls), how, std::move(relays));
      });
}

int uvnostr_relay_fetch(uvnostr_relay* relay, uvnostr_subscription** subscription, uvnostr_filter* const* filters,
                        size_t filter_count, const uvnostr_fetch_callbacks* callbacks,
                        const uvnostr_fetch_options* options, uvnostr_error* error) {
  if (relay == nullptr) return c::report(c::missing(__func__, "relay"), error);
  return c::make_subscription<fetch_callbacks, fetch_options>(
      __func__, subscription, filters, filter_count, callbacks, options, error,
      [relay](const std::vector<filter>& wanted, fetch_callbacks calls, const fetch_options& how,
              const std::vector<relay_id>& relays) -> result<uvnostr::subscription> {
        if (!relays.empty()) return uvnostr::error(errc::unknown_relay);
        return relay->relay.fetch(std::span(wanted), std::move(calls), how);
      });
}

}  // extern "C"
