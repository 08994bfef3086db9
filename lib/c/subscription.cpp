// SPDX-License-Identifier: MIT
// Subscriptions: made by a pool or a relay, and their handle.
#include <uvnostr/subscription.hpp>

#include "c/read_options.hpp"

namespace uvnostr::c {
namespace {

// The enumerators have the same numbers in both languages.
static_assert(UVNOSTR_GAP_RELAY_CAP == static_cast<int>(gap_reason::relay_cap) &&
              UVNOSTR_GAP_REFUSED == static_cast<int>(gap_reason::refused) &&
              UVNOSTR_GAP_NO_ANSWER == static_cast<int>(gap_reason::no_answer) &&
              UVNOSTR_GAP_EPHEMERAL == static_cast<int>(gap_reason::ephemeral) &&
              UVNOSTR_GAP_TOO_BIG == static_cast<int>(gap_reason::too_big) &&
              UVNOSTR_GAP_MEMORY == static_cast<int>(gap_reason::memory));
static_assert(UVNOSTR_EOSE_NONE == static_cast<int>(eose_hint::none) &&
              UVNOSTR_EOSE_FINISH == static_cast<int>(eose_hint::finish) &&
              UVNOSTR_EOSE_MORE == static_cast<int>(eose_hint::more));
static_assert(UVNOSTR_CLOSE_REQUESTED == static_cast<int>(close_reason::requested) &&
              UVNOSTR_CLOSE_ALL_EOSE == static_cast<int>(close_reason::all_eose) &&
              UVNOSTR_CLOSE_POOL_CLOSED == static_cast<int>(close_reason::pool_closed));
static_assert(UVNOSTR_ASKED_AFTER_PAUSE == static_cast<int>(relay_closed::again::after_pause) &&
              UVNOSTR_ASKED_ON_NEXT_CONNECTION == static_cast<int>(relay_closed::again::on_next_connection) &&
              UVNOSTR_ASKED_NEVER == static_cast<int>(relay_closed::again::never));

uvnostr_subscribe_options subscribe_defaults() {
  const subscribe_options from;
  uvnostr_subscribe_options to{};
  to.size = sizeof to;
  to.eose_timeout_ms = from.eose_timeout.count();
  to.resume_overlap_s = from.resume_overlap.count();
  return to;
}

uvnostr_answer_counts shown(const answer_counts& from) noexcept {
  uvnostr_answer_counts to{};
  to.asked = from.asked;
  to.answered = from.answered;
  to.refused = from.refused;
  to.timed_out = from.timed_out;
  to.unreachable = from.unreachable;
  return to;
}

void call(void (*function)(void*, const uvnostr_relay_closed*), void* data, const relay_closed& from) {
  uvnostr_relay_closed to{};
  to.relay = to_c(from.relay);
  to.too_long = from.too_long ? 1 : 0;
  to.hung_up = from.hung_up ? 1 : 0;
  to.words = to_c(from.words);
  to.asked_again = static_cast<uvnostr_asked_again>(from.asked_again);
  to.pause_ms = from.pause.count();
  to.missing = to_c(from.missing);
  function(data, &to);
}

}  // namespace

std::vector<uvnostr_gap> to_c(std::span<const gap> gaps) {
  std::vector<uvnostr_gap> all;
  all.reserve(gaps.size());
  for (const gap& each : gaps) all.push_back(to_c(each));
  return all;
}

error read_relays(const char* what, const uvnostr_relay_id* from, std::size_t count, std::vector<relay_id>& relays) {
  if (error wrong = check_list(what, "relays", from, count)) return wrong;
  for (std::size_t i = 0; i < count; ++i) relays.push_back(relay_id(from[i]));
  return {};
}

error read_filters(const char* function, uvnostr_filter* const* from, std::size_t count, std::vector<filter>& into) {
  if (error wrong = check_list(function, "filters", from, count)) return wrong;
  for (std::size_t i = 0; i < count; ++i) {
    if (from[i] == nullptr) return missing(function, "a filter");
    into.push_back(from[i]->filter);
  }
  return {};
}

error read_options(const uvnostr_subscribe_options* options, subscribe_options& into, std::vector<relay_id>& relays) {
  uvnostr_subscribe_options from = subscribe_defaults();
  if (error wrong = read_sized("uvnostr_subscribe_options", options, from)) return wrong;
  into.close_on_eose = from.close_on_eose != 0;
  into.eose_timeout = std::chrono::milliseconds(from.eose_timeout_ms);
  into.resume_overlap = std::chrono::seconds(from.resume_overlap_s);
  into.resume_from = to_cpp(from.resume_from);
  into.leave_out_expired = from.leave_out_expired != 0;
  into.max_unacknowledged = from.max_unacknowledged;
  return read_relays("uvnostr_subscribe_options", from.relays, from.relay_count, relays);
}

error read_callbacks(const uvnostr_subscription_callbacks* callbacks, subscription_callbacks& into) {
  uvnostr_subscription_callbacks from{};
  if (error wrong = read_sized("uvnostr_subscription_callbacks", callbacks, from)) return wrong;
  void* const data = from.data;
  if (from.on_event != nullptr) into.on_event = taking_events(from.on_event, data);
  if (from.on_eose != nullptr) {
    into.on_eose = [function = from.on_eose, data](relay_id relay, eose_hint hint) {
      function(data, to_c(relay), static_cast<uvnostr_eose_hint>(hint));
    };
  }
  if (from.on_caught_up != nullptr) {
    into.on_caught_up = [function = from.on_caught_up, data](relay_id relay, std::span<const gap> gaps) {
      const std::vector<uvnostr_gap> shown = to_c(gaps);
      function(data, to_c(relay), shown.data(), shown.size());
    };
  }
  if (from.on_all_eose != nullptr) {
    into.on_all_eose = [function = from.on_all_eose, data](const answer_counts& answers) {
      const uvnostr_answer_counts counts = shown(answers);
      function(data, &counts);
    };
  }
  if (from.on_relay_closed != nullptr) {
    into.on_relay_closed = [function = from.on_relay_closed, data](const relay_closed& told) {
      call(function, data, told);
    };
  }
  if (from.on_close != nullptr) {
    into.on_close = [function = from.on_close, data](close_reason why) {
      function(data, static_cast<uvnostr_close_reason>(why));
    };
  }
  return {};
}

}  // namespace uvnostr::c

using namespace uvnostr;

extern "C" {

void uvnostr_subscribe_options_init(uvnostr_subscribe_options* options, size_t size) {
  c::write_defaults(c::subscribe_defaults(), options, size);
}

int uvnostr_pool_subscribe(uvnostr_pool* pool, uvnostr_subscription** subscription, uvnostr_filter* const* filters,
                           size_t filter_count, const uvnostr_subscription_callbacks* callbacks,
                           const uvnostr_subscribe_options* options, uvnostr_error* error) {
  if (pool == nullptr) return c::report(c::missing(__func__, "pool"), error);
  return c::make_subscription<subscription_callbacks, subscribe_options>(
      __func__, subscription, filters, filter_count, callbacks, options, error,
      [pool](const std::vector<filter>& wanted, subscription_callbacks calls, subscribe_options how,
             std::vector<relay_id> relays) {
        return pool->pool.subscribe(std::span(wanted), std::move(calls), std::move(how), std::move(relays));
      });
}

int uvnostr_relay_subscribe(uvnostr_relay* relay, uvnostr_subscription** subscription, uvnostr_filter* const* filters,
                            size_t filter_count, const uvnostr_subscription_callbacks* callbacks,
                            const uvnostr_subscribe_options* options, uvnostr_error* error) {
  if (relay == nullptr) return c::report(c::missing(__func__, "relay"), error);
  return c::make_subscription<subscription_callbacks, subscribe_options>(
      __func__, subscription, filters, filter_count, callbacks, options, error,
      [relay](const std::vector<filter>& wanted, subscription_callbacks calls, subscribe_options how,
              const std::vector<relay_id>& relays) -> result<uvnostr::subscription> {
        if (!relays.empty()) return uvnostr::error(errc::unknown_relay);
        return relay->relay.subscribe(std::span(wanted), std::move(calls), std::move(how));
      });
}

void uvnostr_subscription_destroy(uvnostr_subscription* subscription) { delete subscription; }
void uvnostr_subscription_detach(uvnostr_subscription* subscription) {
  if (subscription != nullptr) subscription->subscription.detach();
  delete subscription;
}
void uvnostr_subscription_close(uvnostr_subscription* subscription) {
  if (subscription != nullptr) subscription->subscription.close();
}
int uvnostr_subscription_is_open(const uvnostr_subscription* subscription) {
  return subscription != nullptr && subscription->subscription.is_open() ? 1 : 0;
}
uvnostr_subscription_id uvnostr_subscription_get_id(const uvnostr_subscription* subscription) {
  return subscription == nullptr ? 0 : static_cast<uvnostr_subscription_id>(subscription->subscription.id());
}

uint64_t uvnostr_subscription_delivered(const uvnostr_subscription* subscription) {
  return subscription == nullptr ? 0 : subscription->subscription.delivered();
}
void uvnostr_subscription_acknowledge(uvnostr_subscription* subscription, uint64_t n) {
  if (subscription != nullptr) subscription->subscription.acknowledge(n);
}
void uvnostr_subscription_pause(uvnostr_subscription* subscription) {
  if (subscription != nullptr) subscription->subscription.pause();
}
void uvnostr_subscription_resume(uvnostr_subscription* subscription) {
  if (subscription != nullptr) subscription->subscription.resume();
}
int uvnostr_subscription_is_paused(const uvnostr_subscription* subscription) {
  return subscription != nullptr && subscription->subscription.is_paused() ? 1 : 0;
}
size_t uvnostr_subscription_cursor(const uvnostr_subscription* subscription, char* buffer, size_t size) {
  return c::put_text(subscription == nullptr ? std::string() : subscription->subscription.cursor(), buffer, size);
}

int uvnostr_subscription_get_answers(const uvnostr_subscription* subscription, uvnostr_answer_counts* answers,
                                     size_t size) {
  if (subscription == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  const uvnostr_answer_counts counts = c::shown(subscription->subscription.answers());
  return c::write_sized(counts, answers, size) ? UVNOSTR_OK : UVNOSTR_E_INVALID_ARGUMENT;
}

int uvnostr_subscription_ask_again(uvnostr_subscription* subscription, uvnostr_relay_id relay) {
  return subscription != nullptr && subscription->subscription.ask_again(relay_id(relay)) ? 1 : 0;
}

}  // extern "C"
