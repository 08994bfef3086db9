// SPDX-License-Identifier: MIT
// Each event once for each subscription.
//
// Only a verified_event enters, so a forged copy can never keep the real one out. A look-up may come before verification,
// because a hit delivers nothing. An event counts as verified before only with the same id and signature. Signatures are
// compared by a keyed 32-bit hash: a collision could only deliver the right event with another signature.
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

class gate {
 public:
  using key = std::array<std::uint8_t, 16>;
  struct admission {
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
