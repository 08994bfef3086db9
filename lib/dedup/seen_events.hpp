// SPDX-License-Identifier: MIT
// Remembers which events each subscription got, in a fixed amount of memory.
//
// Only a verified_event can be added, so a forged copy can never keep the real one out. A look-up may precede
// verification, because a hit delivers nothing. It does not reorder entries either, so a relay that repeats ids evicts
// nothing. An event counts as verified before only with the same id and signature. Signatures are compared by a keyed
// 32-bit hash of their digits: a collision could only deliver the right event with another signature.
//
// Subscriptions share the cache. When it is full, one with more than its share loses its own oldest entries, so a flood
// for one subscription makes no other forget. Half of each share is for events that came live or in a connection's
// first answer, which the next resume will meet again; the other half is for pages of the past. Evicted entries are
// remembered as ranges of dates: an unknown stored event of such a date may or may not have been delivered.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "dedup/date_ranges.hpp"
#include "dedup/keyed_hash.hpp"
#include "dedup/provenance.hpp"
#include "dedup/seen_table.hpp"
#include "verify/verified_event.hpp"

namespace uvnostr::dedup {

class seen_events {
 public:
  using key = std::array<std::uint8_t, 16>;
  /// Whether an event came from a page of the past or from anything else.
  enum class origin : unsigned char { recent, page };

  seen_events(std::size_t capacity, const key& secret);
  const key& secret() const noexcept { return secret_; }

  /// A number for a subscription. It is reused once the subscription has ended and its entries are gone.
  std::uint32_t add_subscription();
  /// From now on, its entries are evicted first.
  void end_subscription(std::uint32_t subscription) noexcept;

  /// When that subscription had the event: its date. Then this relay, which sent the same bytes, is noted to have it too.
  std::optional<unix_seconds> repeats(const event_id&, std::uint32_t subscription, std::uint32_t relay_slot) noexcept;
  /// Whether that subscription has had it, or any.
  bool has(const event_id& id, std::uint32_t subscription) const noexcept {
    return table_->find(id, subscription) != none;
  }
  bool has(const event_id&) const noexcept;
  struct repeated {
    unix_seconds created_at;
    bool is_same;  // or its signature is another
  };
  /// The same where only the id is known to be the same: sig() is asked for the digits of the signature that came, or an
  /// empty text, if the subscription had the event. The relay is noted if that is the event's signature.
  template <class Sig>
  std::optional<repeated> repeats(const event_id& id, std::uint32_t subscription, std::uint32_t relay_slot,
                                  Sig&& sig) noexcept {
    const std::uint32_t entry = table_->find(id, subscription);
    if (entry == none) return std::nullopt;
    const std::string_view came = sig();
    const bool is_same = !came.empty() && table_->sig_tag(entry) == tag_of(came);
    if (is_same) provenance_.note(entry, relay_slot);
    return repeated{.created_at = table_->created_at(entry), .is_same = is_same};
  }
  /// Whether an event with this id and signature was verified before.
  bool verified_before(const event_id&, std::string_view sig_digits) const noexcept;

  enum class admission : unsigned char {
    first,     // no subscription has had it
    fresh,     // this subscription has not had it
    known,     // this subscription has had it
    doubtful,  // a stored event of a date of which entries were evicted: it may have had it. Nothing is recorded
  };
  admission admit(const verify::verified_event&, std::uint32_t subscription, std::uint32_t relay_slot, origin,
                  bool stored) noexcept;
  /// Whether no entry of the subscription was evicted.
  bool remembers_all(std::uint32_t subscription) const noexcept {
    return subscriptions_[subscription].forgotten.empty();
  }
  /// How many events of pages, and how many others, are remembered for a subscription in any case.
  std::size_t half_share() const noexcept { return fair_share() / 2; }
  /// How many more events of pages can be added without evicting one that is not newer than that date.
  std::size_t room_for_pages(std::uint32_t subscription, unix_seconds not_newer_than) noexcept;

  void add_relay(std::uint32_t relay_slot) { provenance_.make_room_for(relay_slot); }
  void remove_relay(std::uint32_t relay_slot) noexcept { provenance_.forget(relay_slot); }
  /// Calls function(relay_slot) for each relay that sent it.
  template <class Function>
  void seen_on(const event_id& id, Function&& function) const {
    const std::uint32_t entry = table_->find_any(id);
    if (entry != none) provenance_.for_each(entry, function);
  }

  std::size_t size() const noexcept { return table_->size(); }
  /// Of a signature, from its hex digits.
  std::uint32_t tag_of(std::string_view sig_digits) const noexcept {
    assert(sig_digits.size() == wire::sig_digit_count);
    return static_cast<std::uint32_t>(sig_hash_(sig_digits.data()) >> 32);
  }

 private:
  static constexpr std::uint32_t none = seen_table::npos;
  struct queue {
    std::uint32_t oldest = none;
    std::uint32_t newest = none;
    std::uint32_t count = 0;
  };
  struct share {
    queue recent{};
    queue pages{};
    std::uint32_t unpassed = none;  // in `pages`: the first entry that room_for_pages() has not passed
    std::uint32_t unpassed_count = 0;
    date_ranges forgotten{};
    bool ended = false;
    std::size_t count() const noexcept { return std::size_t{recent.count} + pages.count; }
  };

  std::size_t fair_share() const noexcept { return table_->capacity() / (live_ == 0 ? 1 : live_); }
  void push(share&, origin, std::uint32_t entry) noexcept;
  void forget_one(std::uint32_t subscription) noexcept;
  void drop_oldest(std::uint32_t subscription) noexcept;
  void follow_move(std::uint32_t from, std::uint32_t to) noexcept;
  std::uint32_t one_above_its_share() noexcept;

  const key secret_;
  sig_hash sig_hash_;
  std::unique_ptr<seen_table> table_;
  provenance provenance_;
  std::vector<share> subscriptions_;
  std::vector<std::uint32_t> ended_;  // ended subscriptions that still have entries
  std::vector<std::uint32_t> unused_;
  std::uint32_t live_ = 0;
  std::uint32_t above_its_share_ = 0;  // the subscription last found above its share
};

}  // namespace uvnostr::dedup
