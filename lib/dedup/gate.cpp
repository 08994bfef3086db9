// SPDX-License-Identifier: MIT
#include "dedup/gate.hpp"

namespace uvnostr::dedup {

void provenance::make_room_for(std::uint32_t slot) {
  const std::size_t wider = slot / 64 + 1;
  if (wider <= width_) return;
  auto bits = std::make_unique_for_overwrite<std::uint64_t[]>(entries_ * wider);
  for (std::size_t entry = 0; entry < used_; ++entry) {
    for (std::size_t i = 0; i < wider; ++i) bits[entry * wider + i] = i < width_ ? bits_[entry * width_ + i] : 0;
  }
  bits_ = std::move(bits);
  width_ = wider;
}

gate::gate(std::size_t capacity, const key& secret)
    : hash_(secret), table_(seen_table::make<seen_table>(capacity, secret)), provenance_(table_->entry_count()) {}

bool gate::repeats(const event_id& id, std::uint32_t subscription, std::uint32_t relay_slot) noexcept {
  const std::uint32_t entry = table_->find(id, subscription);
  if (entry == seen_table::npos) return false;
  repeated(entry, relay_slot);
  return true;
}

void gate::repeated(std::uint32_t entry, std::uint32_t relay_slot) noexcept {
  table_->touch(entry);
  provenance_.note(entry, relay_slot);
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
  const seen_table::spot spot = table_->look_up(fields.id, subscription);
  if (spot.entry != seen_table::npos) {
    repeated(spot.entry, relay_slot);
    return std::nullopt;
  }
  const seen_table::inserted added = table_->insert_at(spot, fields.id, subscription, tag_of(fields.sig));
  provenance_.clear(added.entry);
  provenance_.note(added.entry, relay_slot);
  return admission{.first = !spot.of_another,
                   .forgotten_by = added.evicted ? std::optional(added.evicted_owner) : std::nullopt};
}

}  // namespace uvnostr::dedup
