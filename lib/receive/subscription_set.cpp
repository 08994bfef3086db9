// SPDX-License-Identifier: MIT
#include "receive/subscription_set.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace uvnostr {

using session::relay_session;

void subscription_set::add(subscription_record& record) {
  record.retain();
  open_.push_back(record.hook);
  record.in_seen = seen_.add_subscription();
  record.unverified = unverified_;
  record.wanted.prepare(seen_.secret());
}

void subscription_set::end(subscription_record& record, std::optional<close_reason> reason) {
  if (record.core == nullptr) return;
  record.core = nullptr;
  record.hook.unlink();
  record.waiting_hook.unlink();
  seen_.end_subscription(record.in_seen);
  record.keep_progress();
  record.unverified = nullptr;
  for (const held_item& each : std::exchange(record.waiting, {})) {
    relay_session& from = static_cast<relay_request&>(each.to->owner()).session();
    from.remove_pending(each.bytes);
    if (each.end_of_answer) continue;
    --from.counted().messages.unverified;
    ++from.counted().messages.unknown_subscription;
  }
  record.remove_all_relays();
  auto keep = base::ref<subscription_record>::adopt(&record);  // our count
  if (!reason) return;
  later_.add([keep = std::move(keep), why = *reason] {
    if (keep->callbacks.on_close && !keep->abandoned) keep->callbacks.on_close(why);
  });
}

void subscription_set::end_all(close_reason reason) {
  for (cursor each(open_); subscription_record* const s = each.next();) end(*s, reason);
}

void subscription_set::end_without_relays(subscription_record& record) {
  record.was_asked = true;
  check_all_eose_later(record);
}

void subscription_set::fall_silent() noexcept {
  silent_ = true;
  for (cursor each(open_); subscription_record* const s = each.next();) end(*s, std::nullopt);
}

void subscription_set::add_relay(const base::ref<relay_session>& added) {
  for (cursor each(open_); subscription_record* const s = each.next();) {
    if (s->is_for_all_relays) s->ask(added);
  }
}

void subscription_set::fit(relay_session& at) {
  for (cursor each(open_); subscription_record* const s = each.next();) s->fit(at);
}

void subscription_set::remove_relay(const relay_session& removed) {
  for (cursor each(open_); subscription_record* const s = each.next();) {
    s->remove_relay(removed);
    check_all_eose_later(*s);
  }
}

void subscription_set::deliver(subscription_record& to, relay_id from, const event_view& event, bool first) noexcept {
  const base::ref<subscription_record> keep = base::ref<subscription_record>::retain(to);
  keep->note_delivered(event.created_at());
  if (keep->callbacks.on_event) keep->callbacks.on_event(from, event);
  if (first && !silent_ && callbacks_.on_event) callbacks_.on_event(from, event);
  keep->note_returned();
}

void subscription_set::on_caught_up(session::request& request, bool first) noexcept {
  relay_request& to = static_cast<relay_request&>(request);
  if (to.subscription() == nullptr) return;
  const base::ref<session::request> keep_request = base::ref<session::request>::retain(request);
  to.note_caught_up();
  tell_caught_up(to);
  if (first && !silent_ && to.subscription() != nullptr)
    to.session().requests().settle(to, session::request::ending::answered);
}

/// A part was refused: the others are all that this relay gives.
void subscription_set::tell_rest_caught_up(const relay_request& refused) {
  if (refused.subscription() == nullptr) return;
  for (relay_request* const each : refused.subscription()->all_at(refused.session().id())) {
    if (each->end() != session::request::ending::answered) continue;
    if (!each->eose_told) tell_caught_up(*each);
    return;
  }
}

/// Tells it for the relay, if none of the parts of the subscription there is behind.
void subscription_set::tell_caught_up(relay_request& of) {
  const base::ref<subscription_record> keep = base::ref<subscription_record>::retain(*of.subscription());
  const base::ref<relay_request> keep_request = base::ref<relay_request>::retain(of);
  const std::vector<relay_request*> parts = keep->all_at(of.session().id());
  eose_hint hint = of.history().last_hint();
  std::vector<gap> gaps;
  bool is_first = true;
  for (const relay_request* const each : parts) {
    if (!each->is_caught_up()) return;
    if (each->history().last_hint() != hint) hint = eose_hint::none;
    gaps.insert(gaps.end(), each->history().gaps().begin(), each->history().gaps().end());
    is_first = is_first && !each->eose_told;
  }
  for (relay_request* const each : parts) each->eose_told = true;
  const relay_id from = of.session().id();
  if (is_first) {
    if (keep->callbacks.on_eose) keep->callbacks.on_eose(from, hint);
    if (!silent_ && callbacks_.on_eose) callbacks_.on_eose(from, keep->id());
  }
  if (!silent_ && of.subscription() != nullptr && keep->callbacks.on_caught_up) {
    keep->callbacks.on_caught_up(from, gaps);
  }
}

void subscription_set::on_settled(session::request& request) noexcept {
  relay_request& at = static_cast<relay_request&>(request);
  subscription_record* const record = at.subscription();
  if (record == nullptr) return;
  if (at.is_part() && at.end() == session::request::ending::refused) {
    // The others may have waited for it.
    later_.add([this, keep = base::ref<relay_request>::retain(at)] { tell_rest_caught_up(*keep); });
  }
  if (!record->all_eose_told) check_all_eose_later(*record);
}

void subscription_set::check_all_eose_later(subscription_record& record) {
  later_.add([this, keep = base::ref<subscription_record>::retain(record)] { check_all_eose(*keep); });
}

void subscription_set::on_all_given(subscription_record& record) {
  if (!record.all_eose_told && record.all_settled()) check_all_eose_later(record);
}

/// What a relay sent before it failed may still wait: it is given before a query ends.
void subscription_set::check_all_eose(subscription_record& record) {
  if (record.core == nullptr || record.all_eose_told || !record.all_settled() || !record.waiting.empty()) return;
  record.all_eose_told = true;
  if (record.callbacks.on_all_eose) record.callbacks.on_all_eose(record.answers());
  if (record.options.close_on_eose && record.core != nullptr) end(record, close_reason::all_eose);
}

void subscription_set::on_refused(const relay_session& session, session::request& request,
                                  const session::refusal& said) noexcept {
  subscription_record* const record = static_cast<relay_request&>(request).subscription();
  if (record == nullptr || !record->callbacks.on_relay_closed) return;
  relay_closed told{.relay = session.id(),
                    .words = {},
                    .too_long = said.too_long,
                    .hung_up = said.hung_up,
                    .asked_again = said.asked_again,
                    .pause = said.pause,
                    .missing = said.missing};
  later_.add([keep = base::ref<subscription_record>::retain(*record), of = base::ref<session::request>::retain(request),
              told, words = std::string(said.words)]() mutable {
    told.words = words;
    if (!told.hung_up && !of->is_refused()) {  // ask_again() came first, or the next connection
      told.asked_again = relay_closed::again::after_pause;
      told.pause = {};
    }
    if (keep->core != nullptr) keep->callbacks.on_relay_closed(told);
  });
}

std::uint32_t subscription_set::page_size(const session::request& request) const noexcept {
  constexpr std::size_t most = 500;  // few relays send more
  const subscription_record* const record = static_cast<const relay_request&>(request).subscription();
  const std::size_t relays = record == nullptr ? 1 : std::max<std::size_t>(record->requests().size(), 1);
  const std::uint64_t taken =
      static_cast<const relay_request&>(request).session().limitation().max_limit.value_or(most);
  const std::size_t largest = static_cast<std::size_t>(std::clamp<std::uint64_t>(taken, 1, most));
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(seen_.half_share() / (2 * relays), 1, largest));
}

bool subscription_set::remembers_all(const session::request& request) const noexcept {
  const subscription_record* const record = static_cast<const relay_request&>(request).subscription();
  return record != nullptr && seen_.remembers_all(record->in_seen);
}

bool subscription_set::may_ask_page(const session::request& request) noexcept {
  subscription_record* const record = static_cast<const relay_request&>(request).subscription();
  if (record == nullptr) return true;
  const std::optional<unix_seconds> own = request.history().next_until();
  std::optional<unix_seconds> farthest_behind;
  for (const base::ref<relay_request>& each : record->requests()) {
    if (each.get() == &request) continue;
    relay_session& at = each->session();
    const bool may_come = !at.open() && !at.failing() && !each->settled();
    if (!may_come && !each->is_catching_up()) continue;
    const unix_seconds next =
        may_come ? unix_seconds::max() : each->history().next_until().value_or(unix_seconds::min());
    if (next > own && next > farthest_behind) farthest_behind = next;
  }
  if (!farthest_behind || seen_.room_for_pages(record->in_seen, *farthest_behind) >= page_size(request)) return true;
  record->pages_wait = pages_wait_ = true;
  return false;
}

void subscription_set::hold(subscription_record& subscription, held_item item) {
  if (!subscription.waiting_hook.is_linked()) waiting_.push_back(subscription.waiting_hook);
  subscription.waiting.push_back(std::move(item));
}

void subscription_set::for_each_waiting(callback<void(subscription_record&)> call) noexcept {
  for (cursor each(waiting_); subscription_record* const s = each.next();) {
    if (silent_) return;
    const base::ref<subscription_record> keep = base::ref<subscription_record>::retain(*s);
    if (!s->waiting.empty() && !s->is_held()) call(*keep);
    if (s->waiting.empty()) s->waiting_hook.unlink();
  }
}

bool subscription_set::is_behind(const session::request& request) noexcept {
  const relay_request& at = static_cast<const relay_request&>(request);
  return at.session().waits_for_us() || (at.subscription() != nullptr && at.subscription()->must_wait());
}

void subscription_set::on_progress() noexcept {
  if (!std::exchange(pages_wait_, false)) return;
  for (cursor each(open_); subscription_record* const s = each.next();) {
    if (!std::exchange(s->pages_wait, false)) continue;
    for (const base::ref<relay_request>& at : s->requests()) at->session().requests().go_on(*at);
  }
}

}  // namespace uvnostr
