// SPDX-License-Identifier: MIT
#include "receive/pending_events.hpp"

#include <utility>

namespace uvnostr {

using dedup::seen_table;

// Slots are not touched before they are used, so they cost an idle pool no memory.
pending_events::pending_events(const dedup::seen_events::key& secret)
    : ids_(seen_table::make<seen_table>(capacity, secret)),
      places_(std::make_unique_for_overwrite<place[]>(capacity)) {}

void pending_events::add(const wire::event_fields& event, std::uint32_t subscription, std::uint32_t relay_slot,
                         std::uint32_t sig_tag) {
  if (ids_->size() == capacity || ids_->find_any(event.id) != seen_table::npos) return;
  const std::uint32_t entry = ids_->insert(event.id, relay_slot, sig_tag).entry;
  places_[entry] = {
      .json = event.json, .subscription = subscription, .fate = none, .created_at = event.created_at_time()};
}

std::optional<pending_events::first_sender> pending_events::find(const event_id& id) const noexcept {
  const std::uint32_t entry = ids_->find_any(id);
  if (entry == seen_table::npos) return std::nullopt;
  return first_sender{.relay_slot = ids_->owner(entry), .sig_tag = ids_->sig_tag(entry)};
}

std::optional<std::uint32_t> pending_events::join(const event_id& id, std::string_view rest_of_message,
                                                  std::uint32_t subscription) {
  const std::uint32_t entry = ids_->size() == 0 ? seen_table::npos : ids_->find_any(id);
  if (entry == seen_table::npos) return std::nullopt;
  place& at = places_[entry];
  // Only the bracket that ends the message follows, so the message is as valid as the first one.
  if (at.subscription != subscription || rest_of_message.size() != at.json.size() + 1 ||
      rest_of_message.back() != ']' || !rest_of_message.starts_with(at.json)) {
    return std::nullopt;
  }
  if (at.fate == none) {
    at.fate = unused_fate_;
    if (at.fate == none) {
      at.fate = static_cast<std::uint32_t>(fates_.size());
      fates_.emplace_back();
    } else {
      unused_fate_ = std::exchange(fates_[at.fate].joined, 0);
    }
  }
  fate& shared = fates_[at.fate];
  shared.id = id;
  shared.created_at = at.created_at;
  ++shared.joined;
  return at.fate;
}

void pending_events::decide(const verify::verified_event& event, verify::id_form form, bool keep) {
  const std::uint32_t number = take(event.fields());
  if (number == none) return;
  fate& decided = fates_[number];
  decided.outcome = verify::verdict::good;
  decided.form = form;
  decided.id = event.fields().id;
  decided.created_at = event.fields().created_at_time();
  if (!keep) return;
  decided.kept_in = std::make_unique<kept_event>();
  decided.kept_in->json = event.fields().json;
  decided.kept_in->fields = event.fields().moved_to(decided.kept_in->json.data());
  decided.kept = event.in(decided.kept_in->fields);
}

void pending_events::decide(const wire::event_fields& event, verify::verdict outcome) noexcept {
  const std::uint32_t number = take(event);
  if (number != none) fates_[number].outcome = outcome;
}

std::uint32_t pending_events::take(const wire::event_fields& event) noexcept {
  const std::uint32_t entry = ids_->find_any(event.id);
  // The id of a copy was added by another event.
  if (entry == seen_table::npos || places_[entry].json.data() != event.json.data()) return none;
  ids_->erase(entry);
  return places_[entry].fate;
}

void pending_events::leave(std::uint32_t number) noexcept {
  fate& left = fates_[number];
  if (--left.joined != 0) return;
  left.kept.reset();
  left.kept_in.reset();
  left.joined = std::exchange(unused_fate_, number);
}

}  // namespace uvnostr
