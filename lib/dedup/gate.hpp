// SPDX-License-Identifier: MIT
// From verified_event to fresh_event: each event once for each subscription.
//
// Only verified events enter, so that a forged copy can never keep the real one out. A look-up may come before
// verification, since a hit delivers nothing. An event counts as verified again only with the same id and signature (the latter
// by a keyed 32-bit hash: a false match would need the right content and only deliver another signature with it).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "dedup/provenance.hpp"
#include "dedup/seen_table.hpp"
#include "dedup/siphash.hpp"
#include "verify/verified_event.hpp"

namespace uvnostr::dedup {

/// An event that its subscription did not have. Only the gate makes one. Lifetime: as long as the fields.
class fresh_event {
 public:
  const wire::event_fields& fields() const noexcept { return *fields_; }

 private:
  friend class gate;
  explicit fresh_event(const wire::event_fields& fields) noexcept : fields_(&fields) {}
  const wire::event_fields* fields_;
};

class gate {
 public:
  using key = std::array<std::uint8_t, 16>;
  struct admission {
    fresh_event event;
    bool first;                                  // no subscription had it
    std::optional<std::uint32_t> forgotten_by;   // the subscription whose oldest entry made room
  };

  gate(std::size_t capacity, const key& secret);

  /// Whether that subscription had the event. Then it is noted that this relay has it too.
  bool repeats(const event_id&, std::uint32_t subscription, std::uint32_t relay_slot) noexcept;
  /// Whether an event with this id and signature was verified before.
  bool verified_before(const event_id&, const signature&) const noexcept;
  /// Empty if that subscription had it.
  std::optional<admission> admit(const verify::verified_event&, std::uint32_t subscription, std::uint32_t relay_slot) noexcept;

  void add_relay(std::uint32_t relay_slot) { provenance_.make_room_for(relay_slot); }
  void remove_relay(std::uint32_t relay_slot) noexcept { provenance_.forget(relay_slot); }
  /// Calls function(relay_slot) for the relays that sent it; a relay may be given twice.
  template <class Function>
  void seen_on(const event_id& id, Function&& function) const {
    table_->for_each(id, [&](std::uint32_t entry) { provenance_.for_each(entry, function); });
  }

  std::size_t size() const noexcept { return table_->size(); }
  std::uint32_t tag_of(const signature& sig) const noexcept { return static_cast<std::uint32_t>(hash_(sig.bytes)); }

 private:
  void repeated(std::uint32_t entry, std::uint32_t relay_slot) noexcept;

  siphash<> hash_;
  std::unique_ptr<seen_table> table_;
  provenance provenance_;
};

}  // namespace uvnostr::dedup
