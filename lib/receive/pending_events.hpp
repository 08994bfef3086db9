// SPDX-License-Identifier: MIT
// The events whose signatures are being checked. Their copies need no check of their own.
//
// Happy path: add() when an event is queued for its check; join() for each relay that sends identical bytes for the
// same subscription, which costs a comparison; decide() when it is the event's turn. The verdict holds for all that
// joined: each asks fate_of() in its own turn and then calls leave(). find() finds copies that differ (another order of
// the keys), which wait in the queue with their bytes.
// What can go wrong: the first relay is removed before the event's turn. Then the bytes are kept, and the first relay
// that joined delivers the event instead. Or there are more events than slots: the surplus is not recorded here, and
// its copies are checked separately.
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

  /// The event's bytes must stay in place until it is decided. Does nothing if its id is already here.
  void add(const wire::event_fields& event, std::uint32_t subscription, std::uint32_t relay_slot,
           std::uint32_t sig_tag);

  struct first_sender {
    std::uint32_t relay_slot;
    std::uint32_t sig_tag;
  };
  std::optional<first_sender> find(const event_id&) const noexcept;

  /// A number for fate_of(). Empty if no event with this id is being checked, or one with other bytes or for another
  /// subscription. `rest_of_message` begins with the event.
  std::optional<std::uint32_t> join(const event_id&, std::string_view rest_of_message, std::uint32_t subscription);

  /// It is the event's turn, whether or not it was added. Keeps the event if those that joined may have to deliver it.
  void decide(const verify::verified_event&, verify::id_form, bool keep);
  void decide(const wire::event_fields&, verify::verdict) noexcept;

  struct kept_event {
    std::string json;
    wire::event_fields fields;
  };
  struct fate {
    verify::verdict outcome = verify::verdict::good;
    verify::id_form form = verify::id_form::canonical;
    std::uint32_t joined = 0;  // how many have not left; in an unused slot, the next unused one
    event_id id{};
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
    std::uint32_t fate;  // set once a copy has joined
    unix_seconds created_at;
  };
  std::uint32_t take(const wire::event_fields&) noexcept;

  std::unique_ptr<dedup::seen_table> ids_;  // the owner of an entry is the relay's slot
  std::unique_ptr<place[]> places_;         // indexed by the entries of ids_
  std::vector<fate> fates_;
  std::uint32_t unused_fate_ = none;
};

}  // namespace uvnostr
