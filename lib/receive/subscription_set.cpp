// SPDX-License-Identifier: MIT
#include "receive/subscription_set.hpp"

#include <string>
#include <utility>

namespace uvnostr {

using session::relay_session;

void subscription_set::add(subscription_record& record) {
  record.retain();
  open_.push_back(record.hook);
  by_number_.emplace(record.number, &record);
}

void subscription_set::end(subscription_record& record, std::optional<close_reason> reason) {
  if (record.core == nullptr) return;
  record.core = nullptr;
  record.hook.unlink();
  by_number_.erase(record.number);
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

void subscription_set::fall_silent() noexcept {
  silent_ = true;
  for (cursor each(open_); subscription_record* const s = each.next();) end(*s, std::nullopt);
}

void subscription_set::add_relay(const base::ref<relay_session>& added) {
  for (cursor each(open_); subscription_record* const s = each.next();) {
    if (s->is_for_all_relays()) s->ask(added);
  }
}

void subscription_set::remove_relay(const relay_session& removed) {
  for (cursor each(open_); subscription_record* const s = each.next();) {
    s->remove_relay(removed);
    later_.add([this, keep = base::ref<subscription_record>::retain(*s)] { check_all_eose(*keep); });
  }
}

void subscription_set::deliver(relay_request& to, const event_view& event, bool first) noexcept {
  const base::ref<subscription_record> keep = base::ref<subscription_record>::retain(*to.subscription());
  const relay_id from = to.session().id();
  if (keep->callbacks.on_event) keep->callbacks.on_event(from, event);
  if (first && !silent_ && callbacks_.on_event) callbacks_.on_event(from, event);
}

void subscription_set::on_first_eose(relay_request& to, eose_hint hint) noexcept {
  const base::ref<subscription_record> keep = base::ref<subscription_record>::retain(*to.subscription());
  const base::ref<relay_request> keep_request = base::ref<relay_request>::retain(to);
  const relay_id from = to.session().id();
  if (keep->callbacks.on_eose) keep->callbacks.on_eose(from, hint);
  if (!silent_ && callbacks_.on_eose) callbacks_.on_eose(from, keep->id());
  if (!silent_ && to.subscription() != nullptr) to.session().requests().settle(to);
}

void subscription_set::on_settled(session::request& request) noexcept {
  subscription_record* const record = static_cast<relay_request&>(request).subscription();
  if (record == nullptr || record->all_eose_told) return;
  later_.add([this, keep = base::ref<subscription_record>::retain(*record)] { check_all_eose(*keep); });
}

void subscription_set::check_all_eose(subscription_record& record) {
  if (record.core == nullptr || record.all_eose_told || !record.all_settled()) return;
  record.all_eose_told = true;
  if (record.callbacks.on_all_eose) record.callbacks.on_all_eose();
  if (record.options.close_on_eose && record.core != nullptr) end(record, close_reason::all_eose);
}

void subscription_set::on_refused(const relay_session& session, session::request& request, std::string_view words) noexcept {
  subscription_record* const record = static_cast<relay_request&>(request).subscription();
  if (record == nullptr || !record->callbacks.on_relay_closed) return;
  later_.add([keep = base::ref<subscription_record>::retain(*record), id = session.id(), words = std::string(words)] {
    if (keep->core != nullptr) keep->callbacks.on_relay_closed(id, words);
  });
}

void subscription_set::on_forgotten(std::uint32_t number) noexcept {
  const auto found = by_number_.find(number);
  if (found != by_number_.end()) found->second->note_forgotten();
}

}  // namespace uvnostr
