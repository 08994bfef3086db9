// SPDX-License-Identifier: MIT
#include "dedup/gate.hpp"

namespace uvnostr::dedup {

void provenance::make_room_for(std::uint32_t slot) {
  const std::size_t wider = slot / 64 + 1;
  if (wider <= width_) return;
  std::vector<std::uint64_t> bits(entries_ * wider);
  for (std::size_t entry = 0; entry < entries_; ++entry) {
    for (std::size_t i = 0; i < width_; ++i) bits[entry * wider + i] = bits_[entry * width_ + i];
  }
  bits_ = std::move(bits);
  width_ = wider;
}

gate::gate(std::size_t capacity, const key& secret)
    : hash_(secret), table_(seen_table::make<seen_table>(capacity, secret)), provenance_(capacity) {}

bool gate::repeats(const event_id& id, std::uint32_t subscription, std::uint32_t relay_slot) noexcept {
  const std::uint32_t entry = table_->find(id, subscription);
  if (entry == seen_table::npos) return false;
  table_->touch(entry);
  provenance_.note(entry, relay_slot);
  return true;
}

bool gate::verified_before(const event_id& id, const signature& sig) const noexcept {
  const std::uint32_t tag = tag_of(sig);
  bool same = false;
  table_->for_each(id, [&](std::uint32_t entry) { same = same || table_->sig_tag(entry) == tag; });
  return same;
}

std::optional<gate::admission> gate::admit(const verify::verified_event& event, std::uint32_t subscription,
                                           std::uint32_t relay_slot) noexcept {
  const wire::event_fields& fields = event.fields();
  if (repeats(fields.id, subscription, relay_slot)) return std::nullopt;
  const bool first = table_->find_any(fields.id) == seen_table::npos;
  const seen_table::inserted added = table_->insert(fields.id, subscription, tag_of(fields.sig));
  provenance_.clear(added.entry);
  provenance_.note(added.entry, relay_slot);
  return admission{.event = fresh_event(fields),
                   .first = first,
                   .forgotten_by = added.evicted ? std::optional(added.evicted_owner) : std::nullopt};
}

}  // namespace uvnostr::dedup
