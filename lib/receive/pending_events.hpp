// SPDX-License-Identifier: MIT
// The events whose signatures are being checked, so that no copy of one is checked as well.
//
// Happy path: add() when an event is queued for its check; join() for each relay that sends the very same bytes for the
// same subscription, which costs a comparison; decide() when the event's turn has come, and what was found holds for all
// who joined: each asks fate_of() in its own turn and then calls leave(). Copies that differ (another order of the
// keys) are found by find(), and wait in the queue with their bytes.
// What can go wrong: the first relay is removed before the event's turn. Then its bytes are kept, and the first who
// joined delivers it in its place. More events are on their way than there is room for: those beyond are not known
// here, and their copies are checked for themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dedup/seen_events.hpp"
#include "verify/check.hpp"
#include "verify/verified_event.hpp"
#include "wire/event_fields.hpp"

namespace uvnostr {

class pending_events {
 public:
  static constexpr std::size_t capacity = 4096;

  explicit pending_events(const dedup::seen_events::key& secret);

  /// The bytes of the event stay where they are until it is decided. Does nothing if its id is known.
  void add(const wire::event_fields& event, std::uint32_t subscription, std::uint32_t relay_slot,
           std::uint32_t sig_tag);

  struct first_sender {
    std::uint32_t relay_slot;
    std::uint32_t sig_tag;
  };
  std::optional<first_sender> find(const event_id&) const noexcept;

  /// A number for fate_of(); empty if other bytes are being checked, or for another subscription, or none of that id.
  /// `rest_of_message` begins with the event.
  std::optional<std::uint32_t> join(const event_id&, std::string_view rest_of_message, std::uint32_t subscription);

  /// The event's turn has come. It need not have been added. Kept: those who joined may have to deliver it.
  void decide(const verify::verified_event&, verify::id_form, bool keep);
  void decide(const wire::event_fields&, verify::verdict) noexcept;

  struct kept_event {
    std::string json;
    wire::event_fields fields;
  };
  struct fate {
    verify::verdict outcome = verify::verdict::good;
    verify::id_form form = verify::id_form::canonical;
    std::uint32_t joined = 0;  // who have not left; of an unused one, the next unused one
    event_id id{};             // of a good one, as the next two
    unix_seconds created_at{};
    std::optional<verify::verified_event> kept;
    std::unique_ptr<kept_event> kept_in;
  };
  const fate& fate_of(std::uint32_t number) const noexcept { return fates_[number]; }
  void leave(std::uint32_t number) noexcept;

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  struct place {
    std::string_view json;
    std::uint32_t subscription;
    std::uint32_t fate;  // once somebody joined
  };
  std::uint32_t take(const wire::event_fields&) noexcept;

  std::unique_ptr<dedup::seen_table> ids_;  // owned by the slot of the relay
  std::unique_ptr<place[]> places_;         // by the entry of ids_
  std::vector<fate> fates_;
  std::uint32_t unused_fate_ = none;
};

}  // namespace uvnostr
