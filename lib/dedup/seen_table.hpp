// SPDX-License-Identifier: MIT
// Ids in a fixed amount of memory: a hash table over entries that never move.
//
// Without owners it is a cache: its entries form a list by age, and the oldest makes room. With owners nothing goes by
// itself: each entry has one link, for a queue that the caller keeps.
//
// One allocation holds this object, then the entries, then the index. The index is a table with open addressing whose slots are 32-bit words:
//
//   | some bits of the hash | distance from the home slot, 6 bits | entry number + 1 |       0: empty
//
// Invariants:
// - Robin Hood order: going along a run of full slots, no entry stands nearer to its home than one that is looked for
//   at that slot would. So a search ends at the first slot with a smaller distance, and a removal moves entries back until
//   one that is at home; neither has to hash what it passes.
// - A distance of 63 means "63 or more"; the true one is then found by hashing. That takes tens of owners for one id.
// - There are more slots than entries, so that every search ends. An entry more than the capacity lets a new one be
//   put where the search for it ended, before the oldest goes.
// - The hash covers the id only: all owners of one id share a home slot. It is keyed, for ids are the sender's choice.
//
// What can go wrong: nothing at run time. The preconditions below are the caller's duty.
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

/// With owners, one id may be there several times, once for each owner; each entry has a tag of its signature and the
/// event's date, and size() may exceed capacity() by one until the caller erases an entry.
template <bool Owned>
class basic_seen_table {
 public:
  static constexpr std::uint32_t npos = 0xffffffff;
  static constexpr std::size_t max_capacity = std::size_t{1} << 24;

  struct inserted {
    std::uint32_t entry;
    bool evicted;  // the oldest entry had to go
  };

  /// The capacity is from 1 to max_capacity. `Table` is this class or one that adds only functions to it.
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

  /// Where an id and owner are, or would be. Good until the table changes.
  struct spot {
    std::uint32_t entry = npos;  // npos: not there
    bool of_another = false;     // not there, but the id is, owned by another
    std::uint32_t mark;
    std::uint32_t home;
    std::uint32_t slot;
    std::uint32_t distance;
  };
  spot look_up(const event_id& id, std::uint32_t owner = 0) const noexcept;

  /// The entry of that id and owner, or npos.
  std::uint32_t find(const event_id& id, std::uint32_t owner = 0) const noexcept;
  /// An entry of that id, whoever owns it, or npos.
  std::uint32_t find_any(const event_id& id) const noexcept;
  /// Calls function(entry) for each entry of that id. It may touch() and nothing else.
  template <class Function>
  void for_each(const event_id& id, Function&& function) const;

  /// Adds it as the newest; the oldest goes if the table is full. It is not there yet.
  inserted insert(const event_id& id, std::uint32_t owner = 0, std::uint32_t sig_tag = 0,
                  unix_seconds created_at = {}) noexcept {
    return insert_at(look_up(id, owner), id, owner, sig_tag, created_at);
  }
  /// The same for one that was looked up just now.
  inserted insert_at(const spot&, const event_id& id, std::uint32_t owner = 0, std::uint32_t sig_tag = 0,
                     unix_seconds created_at = {}) noexcept;
  /// Makes it the newest.
  void touch(std::uint32_t entry) noexcept requires(!Owned);
  /// It will be erased next: what that needs is fetched into the processor's cache now.
  void expect_erase(std::uint32_t entry) noexcept;
  void erase(std::uint32_t entry) noexcept;
  void clear() noexcept;

  const event_id& id(std::uint32_t entry) const noexcept { return entries_[entry].id; }
  std::uint32_t owner(std::uint32_t entry) const noexcept { return entries_[entry].owner(); }
  std::uint32_t sig_tag(std::uint32_t entry) const noexcept { return entries_[entry].sig_tag(); }
  /// Dates after 2106 are told as the last second that 32 bits hold, those before 1970 as the first.
  unix_seconds created_at(std::uint32_t entry) const noexcept {
    return unix_seconds(std::chrono::seconds(entries_[entry].date()));
  }
  /// The link of an entry, npos at first, for a queue of the caller's.
  std::uint32_t& next(std::uint32_t entry) noexcept requires(Owned) { return entries_[entry].newer; }

  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  /// Entry numbers are below this.
  std::size_t entry_count() const noexcept { return capacity_ + std::size_t{1}; }
  /// Of the one allocation.
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
    std::uint32_t newer = npos;  // of an unused entry: the next unused one
  };

  static constexpr unsigned distance_bits = 6;
  static constexpr std::uint32_t farthest = (1U << distance_bits) - 1;

  // The fuller, the longer the runs that an insertion and a removal have to move.
  static std::uint32_t slot_count(std::size_t capacity) noexcept {
    return static_cast<std::uint32_t>(capacity + capacity / 8 * 7 + 2);
  }

  /// Where an id belongs, and what its slot holds above the entry number, at distance 0.
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

  /// Goes along the slots that may hold this id and calls accept(entry number) for those that do, until it says yes.
  /// Gives the slot where that was or where there can be no more, and its distance from home, `farthest` at most.
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
  // From here on an empty slot is one at distance 0.
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

/// Who has had an event.
using seen_table = basic_seen_table<true>;
/// Ids alone, as a cache.
using plain_seen_table = basic_seen_table<false>;

}  // namespace uvnostr::dedup
