// SPDX-License-Identifier: MIT
// The pool's subscriptions: made, served, ended.
#include <utility>

#include "pool/option_check.hpp"
#include "pool/pool_core.hpp"
#include "pool/turn.hpp"

namespace uvnostr {

using session::relay_session;

result<subscription> pool_core::subscribe(std::span<const filter> filters, subscription_callbacks callbacks,
                                          const subscribe_options& options, const std::vector<relay_id>& relays) {
  if (closed()) return errc::closed;
  if (filters.empty()) return errc::filter_count;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (const error wrong = filters[i].check()) return error(wrong.code(), "filters[" + std::to_string(i) + "]." + wrong.subject());
  }
  if (error wrong = check_options(options)) return wrong;
  const result<std::vector<relay_session*>> asked = targets(relays);
  if (!asked) return asked.error();

  const turn guard(*this);
  auto record = base::make_ref<subscription_record>(*this, ++last_subscription_, std::vector(filters.begin(), filters.end()),
                                                    std::move(callbacks), options, relays.empty());
  record->retain();  // the pool's count
  subscriptions_.push_back(record->hook);
  by_number_.emplace(record->number, record.get());
  for (relay_session* const each : *asked) {
    record->add_leg(base::ref<relay_session>::retain(*each));
    each->pump_soon();
  }
  return subscription(record.leak());
}

void pool_core::end_subscription(subscription_record& record, std::optional<close_reason> reason) {
  if (record.core == nullptr) return;
  const turn guard(*this);
  record.core = nullptr;
  record.hook.unlink();
  by_number_.erase(record.number);
  record.remove_all_legs();
  auto keep = base::ref<subscription_record>::adopt(&record);  // the pool's count
  if (!reason) return;
  call_later([keep = std::move(keep), why = *reason] {
    if (keep->callbacks.on_close && !keep->abandoned) keep->callbacks.on_close(why);
  });
}

void pool_core::on_fresh_event(leg& to, const dedup::fresh_event&, const event_view& event, bool first) noexcept {
  const base::ref<subscription_record> keep = base::ref<subscription_record>::retain(*to.subscription());
  const relay_id from = to.session().id();
  if (keep->callbacks.on_event) keep->callbacks.on_event(from, event);
  if (first && phase_ != phase::over && callbacks_.on_event) callbacks_.on_event(from, event);
}

void pool_core::on_first_eose(leg& to, eose_hint hint) noexcept {
  const base::ref<subscription_record> keep = base::ref<subscription_record>::retain(*to.subscription());
  const base::ref<leg> keep_leg = base::ref<leg>::retain(to);
  const relay_id from = to.session().id();
  if (keep->callbacks.on_eose) keep->callbacks.on_eose(from, hint);
  if (phase_ != phase::over && callbacks_.on_eose) callbacks_.on_eose(from, keep->id());
  if (phase_ != phase::over && to.subscription() != nullptr) to.session().requests().settle(to);
}

void pool_core::on_request_settled(relay_session&, session::request& request) noexcept {
  subscription_record* const record = static_cast<leg&>(request).subscription();
  if (record == nullptr || record->all_eose_told) return;
  call_later([this, keep = base::ref<subscription_record>::retain(*record)] { check_all_eose(*keep); });
}

void pool_core::check_all_eose(subscription_record& record) {
  if (record.core == nullptr || record.all_eose_told || !record.all_settled()) return;
  record.all_eose_told = true;
  if (record.callbacks.on_all_eose) record.callbacks.on_all_eose();
  if (record.options.close_on_eose && record.core != nullptr) end_subscription(record, close_reason::all_eose);
}

void pool_core::on_request_refused(relay_session& session, session::request& request, std::string_view words) noexcept {
  subscription_record* const record = static_cast<leg&>(request).subscription();
  if (record == nullptr || !record->callbacks.on_relay_closed) return;
  call_later([keep = base::ref<subscription_record>::retain(*record), id = session.id(), words = std::string(words)] {
    if (keep->core != nullptr) keep->callbacks.on_relay_closed(id, words);
  });
}

void pool_core::on_forgotten(std::uint32_t subscription) noexcept {
  const auto found = by_number_.find(subscription);
  if (found != by_number_.end()) found->second->note_forgotten();
}

void pool_core::on_session_text(relay_session& session, std::string_view message) noexcept {
  const turn guard(*this);
  inbound_.on_text(session, message);
}

void pool_core::on_session_binary(relay_session& session) noexcept { inbound_.on_binary(session); }

void pool_core::on_notice(relay_session& session, std::string_view words) noexcept {
  if (callbacks_.on_notice) callbacks_.on_notice(session.id(), words);
}

}  // namespace uvnostr
