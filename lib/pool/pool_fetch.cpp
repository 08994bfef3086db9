// SPDX-License-Identifier: MIT
// A fetch is a subscription that closes once every relay's part has ended; here is what it tells at its end.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "pool/option_check.hpp"
#include "pool/pool_core.hpp"
#include "pool/turn.hpp"

namespace uvnostr {

namespace {

using ending = session::request::ending;

/// Lives in the closures of its subscription, which owns them.
struct running_fetch {
  fetch_callbacks callbacks;
  const subscription_record* record = nullptr;
  std::map<relay_id, std::string> words{};  // of refusals
};

/// A relay that kept quiet about a page, or refused it, counts as having answered the subscription.
fetch_end end_of(const relay_answer& answer) noexcept {
  const auto has = [&](gap_reason why) {
    return std::any_of(answer.gaps.begin(), answer.gaps.end(), [&](const gap& each) { return each.reason == why; });
  };
  switch (answer.end) {
    case ending::none: return fetch_end::unfinished;
    case ending::refused: return fetch_end::refused;
    case ending::timed_out: return fetch_end::timed_out;
    case ending::unreachable: return fetch_end::unreachable;
    case ending::answered: break;
  }
  if (has(gap_reason::no_answer)) return fetch_end::timed_out;
  if (has(gap_reason::refused)) return fetch_end::refused;
  return answer.gaps.empty() ? fetch_end::complete : fetch_end::capped;
}

void tell_done(running_fetch& fetch, close_reason why) {
  fetch_result told;
  told.reason = why;
  told.events = fetch.record->delivered;
  std::vector<relay_answer> answers = fetch.record->relay_answers();
  std::vector<fetched_relay> relays;
  for (relay_answer& each : answers) {
    // What is not stored is not fetched.
    std::erase_if(each.gaps, [](const gap& g) { return g.reason == gap_reason::ephemeral; });
    const bool is_answered = each.end == ending::answered;
    relays.push_back({.relay = each.relay,
                      .end = end_of(each),
                      .gaps = is_answered ? std::span<const gap>(each.gaps) : std::span<const gap>(),
                      .words = {}});
    if (relays.back().end == fetch_end::refused) relays.back().words = fetch.words[each.relay];
    switch (relays.back().end) {
      case fetch_end::complete: ++told.complete; break;
      case fetch_end::capped: ++told.capped; break;
      case fetch_end::refused: ++told.refused; break;
      case fetch_end::timed_out: ++told.timed_out; break;
      case fetch_end::unreachable: ++told.unreachable; break;
      case fetch_end::unfinished: break;
    }
  }
  told.relays = relays;
  fetch.callbacks.on_done(told);
}

}  // namespace

result<subscription> pool_core::fetch(std::span<const filter> filters, fetch_callbacks callbacks,
                                      const fetch_options& options, const std::vector<relay_id>& relays) {
  if (closed()) return errc::closed;
  if (error wrong = check_options(options)) return wrong;
  const auto running = std::make_shared<running_fetch>(running_fetch{.callbacks = std::move(callbacks)});
  subscription_callbacks calls;
  if (running->callbacks.on_event) {
    calls.on_event = [running](relay_id from, const event_view& event) { running->callbacks.on_event(from, event); };
  }
  if (running->callbacks.on_done) {
    calls.on_relay_closed = [running](const relay_closed& said) { running->words[said.relay] = said.words; };
    calls.on_close = [running](close_reason why) { tell_done(*running, why); };
  }
  subscribe_options how;
  how.close_on_eose = true;
  how.eose_timeout = options.idle_timeout;
  how.max_unacknowledged = options.max_unacknowledged;
  auto opened = open_subscription(filters, std::move(calls), how, relays, true);
  if (!opened) return opened.error();
  running->record = opened->get();
  return subscription(opened->leak());
}

}  // namespace uvnostr
