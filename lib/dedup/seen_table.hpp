// SPDX-License-Identifier: MIT
// A table of ids in a fixed amount of memory: a hash index over entries that never move.
//
// Without owners it is a cache: its entries form a list by age, and a new entry evicts the oldest. With owners nothing
// is evicted automatically: each entry has one link, for a queue that the caller keeps.
//
// One allocation holds this object, then the entries, then the index. The index is a table with open addressing whose slots are 32-bit words:
//
//   | some bits of the hash | distance from the home slot, 6 bits | entry number + 1 |       0: empty
//
// Invariants:
// - Robin Hood order: in a run of full slots, no entry is nearer to its home than a searched entry would be at that
//   slot. So a search ends at the first slot with a smaller distance, and a removal moves entries back up to the first
//   entry that is at home. Neither hashes the entries that it passes.
// - A distance of 63 means "63 or more"; hashing then finds the true one. This takes tens of owners for one id.
// - There are more slots than entries, so that every search ends. There is one entry more than the capacity, so that a
//   new entry can be put where its search ended before the oldest is evicted.
// - The hash covers only the id: all owners of an id share a home slot. It is keyed, because senders choose ids.
//
// What can go wrong: nothing at run time, provided that the caller observes the preconditions below.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>

#include <uvnostr/types.hpp>

#include "dedup/id_hash.hpp"

namespace uvnostr::dedup {

/// With owners, an id may have several entries, one for each owner. Each entry has a tag of the signature and the
/// event's date. size() may exceed capacity() by one until the caller erases an entry.
template <bool Owned>
class basic_seen_table {
 public:
  static constexpr std::uint32_t npos = 0xffffffff;
  static constexpr std::size_t max_capacity = std::size_t{1} << 24;

  struct inserted {
    std::uint32_t entry;
    bool evicted;  // whether the oldest entry was evicted
  };

  /// The capacity is from 1 to max_capacity. `Table` is this class, or a derived class that adds only functions.
  template <class Table = basic_seen_table>
  static std::unique_ptr<Table> make(std::size_t capacity, const std::array<std::uint8_t, 16>& key) {
    assert(capacity != 0 && capacity <= max_capacity);
    const std::size_t bytes =
        sizeof(Table) + (capacity + 1) * sizeof(node) + slot_count(capacity) * sizeof(std::uint32_t);
    void* const at = ::operator new(bytes);
    return std::unique_ptr<Table>(
        ::new (at) Table(creation{capacity, bytes, static_cast<std::byte*>(at) + sizeof(Table)}, key));
  }
  static void operator delete(void* at) { ::operator delete(at); }

  basic_seen_table(const basic_seen_table&) = delete;
  basic_seen_table& operator=(const basic_seen_table&) = delete;

  /// The position of an id and owner, or where they would be. Valid until the table changes.
  struct spot {
    std::uint32_t entry = npos;  // npos: there is none
    bool of_another = false;     // there is none, but another owner has the id
    std::uint32_t mark;
    std::uint32_t home;
    std::uint32_t slot;
    std::uint32_t distance;
  };
  spot look_up(const event_id& id, std::uint32_t owner = 0) const noexcept;

  /// The entry of this id and owner, or npos.
  std::uint32_t find(const event_id& id, std::uint32_t owner = 0) const noexcept;
  /// An entry of this id with any owner, or npos.
  std::uint32_t find_any(const event_id& id) const noexcept;
  /// Calls function(entry) for each entry of this id. The function may only call touch().
  template <class Function>
  void for_each(const event_id& id, Function&& function) const;

  /// Adds an entry as the newest, and evicts the oldest if the table is full. There must be no such entry yet.
  inserted insert(const event_id& id, std::uint32_t owner = 0, std::uint32_t sig_tag = 0,
                  unix_seconds created_at = {}) noexcept {
    return insert_at(look_up(id, owner), id, owner, sig_tag, created_at);
  }
  /// The same for an entry that was just looked up.
  inserted insert_at(const spot&, const event_id& id, std::uint32_t owner = 0, std::uint32_t sig_tag = 0,
                     unix_seconds created_at = {}) noexcept;
  /// Makes the entry the newest.
  void touch(std::uint32_t entry) noexcept requires(!Owned);
  /// The entry will be erased next: prefetches what that needs into the processor's cache.
  void expect_erase(std::uint32_t entry) noexcept;
  void erase(std::uint32_t entry) noexcept;
  void clear() noexcept;

  const event_id& id(std::uint32_t entry) const noexcept { return entries_[entry].id; }
  std::uint32_t owner(std::uint32_t entry) const noexcept { return entries_[entry].owner(); }
  std::uint32_t sig_tag(std::uint32_t entry) const noexcept { return entries_[entry].sig_tag(); }
  /// A date outside 1970 to 2106 becomes the nearest second that 32 bits hold.
  unix_seconds created_at(std::uint32_t entry) const noexcept {
    return unix_seconds(std::chrono::seconds(entries_[entry].date()));
  }
  /// The entry's link for a queue of the caller's; npos at first.
  std::uint32_t& next(std::uint32_t entry) noexcept requires(Owned) { return entries_[entry].newer; }

  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  /// Entry numbers are below this.
  std::size_t entry_count() const noexcept { return capacity_ + std::size_t{1}; }
  /// The size of the one allocation.
  std::size_t memory_bytes() const noexcept { return memory_bytes_; }

 protected:
  struct creation {
    std::size_t capacity;
    std::size_t bytes;
    std::byte* storage;
  };
  basic_seen_table(const creation& made, const std::array<std::uint8_t, 16>& key) noexcept;
  ~basic_seen_table() = default;
  friend struct std::default_delete<basic_seen_table>;

 private:
  struct no_extras {
    std::uint32_t older = npos;
    std::uint32_t owner() const noexcept { return 0; }
    std::uint32_t sig_tag() const noexcept { return 0; }
    std::uint32_t date() const noexcept { return 0; }
    void set(std::uint32_t, std::uint32_t, unix_seconds) noexcept {}
  };
  class extras {
   public:
    std::uint32_t owner() const noexcept { return owner_; }
    std::uint32_t sig_tag() const noexcept { return sig_tag_; }
    std::uint32_t date() const noexcept { return date_; }
    void set(std::uint32_t owner, std::uint32_t sig_tag, unix_seconds created_at) noexcept {
      owner_ = owner;
      sig_tag_ = sig_tag;
      date_ =
          static_cast<std::uint32_t>(std::clamp<std::int64_t>(created_at.time_since_epoch().count(), 0, 0xffffffff));
    }

   private:
    std::uint32_t owner_ = 0;
    std::uint32_t sig_tag_ = 0;
    std::uint32_t date_ = 0;
  };
  struct node : std::conditional_t<Owned, extras, no_extras> {
    event_id id;
    std::uint32_t newer = npos;  // in an unused entry: the next unused one
  };

  static constexpr unsigned distance_bits = 6;
  static constexpr std::uint32_t farthest = (1U << distance_bits) - 1;

  // In a fuller index, insertions and removals move longer runs.
  static std::uint32_t slot_count(std::size_t capacity) noexcept {
    return static_cast<std::uint32_t>(capacity + capacity / 8 * 7 + 2);
  }

  /// The home slot of an id, and the upper bits of the slot's word at distance 0, above the entry number.
  struct place {
    std::uint32_t home;
    std::uint32_t mark;
  };
  place place_of(const event_id& id) const noexcept {
    const std::uint64_t hash = hash_(id.bytes);
    const auto home = static_cast<std::uint32_t>((hash >> 32) * slot_count_ >> 32);
    return {home, static_cast<std::uint32_t>(hash) >> (entry_bits_ + distance_bits) << distance_bits};
  }

  std::uint32_t slot_after(std::uint32_t slot) const noexcept { return slot + 1 == slot_count_ ? 0 : slot + 1; }
  std::uint32_t entry_in(std::uint32_t word) const noexcept { return (word & ((1U << entry_bits_) - 1)) - 1; }
  std::uint32_t distance_in(std::uint32_t word) const noexcept { return word >> entry_bits_ & farthest; }
  std::uint32_t with_distance(std::uint32_t word, std::uint32_t distance) const noexcept {
    return (word & ~(farthest << entry_bits_)) | (distance < farthest ? distance : farthest) << entry_bits_;
  }
  std::uint32_t true_distance(std::uint32_t slot) const noexcept;

  /// Walks along the slots that may hold this id, and calls accept(entry number) for those that do until it returns
  /// true. Returns that slot, or the slot at which the search ends, and its distance from home (at most `farthest`).
  struct end_of_search {
    std::uint32_t slot;
    std::uint32_t distance;
    bool accepted;
  };
  template <class Accept>
  end_of_search search(const event_id& id, place where, Accept&& accept) const;

  void add_slot(std::uint32_t entry, const spot& at) noexcept;
  void remove_slot(std::uint32_t entry) noexcept;
  void link_newest(std::uint32_t entry) noexcept;
  void unlink(std::uint32_t entry) noexcept;
  std::uint32_t take_unused() noexcept;

  id_hash hash_;
  node* entries_;
  std::uint32_t* slots_;
  std::uint32_t slot_count_;
  unsigned entry_bits_;
  std::uint32_t capacity_;
  std::uint32_t size_ = 0;
  std::uint32_t newest_ = npos;
  std::uint32_t oldest_ = npos;
  std::uint32_t unused_ = npos;  // a list of erased entries
  std::uint32_t fresh_ = 0;      // entries from here on were never used
  std::uint32_t next_victim_ = npos;
  std::uint32_t home_of_victim_ = 0;
  std::size_t memory_bytes_;
};

template <bool Owned>
template <class Accept>
auto basic_seen_table<Owned>::search(const event_id& id, place where, Accept&& accept) const -> end_of_search {
  std::uint32_t slot = where.home;
  std::uint32_t distance = 0;
  std::uint32_t word = slots_[slot];
  if (word == 0) return {slot, distance, false};
  // Below, an empty slot counts as one at distance 0.
  do {
    if (word >> entry_bits_ == (where.mark | distance)) {
      const std::uint32_t number = entry_in(word);
      if (entries_[number].id == id && accept(number)) return {slot, distance, true};
    }
    slot = slot_after(slot);
    if (distance < farthest) ++distance;
    word = slots_[slot];
  } while (distance_in(word) >= distance);
  return {slot, distance, false};
}

template <bool Owned>
template <class Function>
void basic_seen_table<Owned>::for_each(const event_id& id, Function&& function) const {
  search(id, place_of(id), [&function](std::uint32_t number) {
    function(number);
    return false;
  });
}

extern template class basic_seen_table<false>;
extern template class basic_seen_table<true>;

/// Records which owners have had an event.
using seen_table = basic_seen_table<true>;
/// A cache of ids, without owners.
using plain_seen_table = basic_seen_table<false>;

}  // namespace uvnostr::dedup
