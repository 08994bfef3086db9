// SPDX-License-Identifier: MIT
// A table of ids in a fixed amount of memory: a hash index over entries that never move.
//
// Without owners it is a cache: its entries form a list by age, and a new entry evicts the oldest. With owners nothing
// is evicted automatically: the caller keeps the entries in queues, through one link in each entry.
//
// With owners, the first entry of an id is its head, which holds the id and the tag of its signature. Entries of
// further owners hold the number of their head and links to their neighbours instead of the id. When the first owner
// goes, the head takes over another entry of the id, so that the others need not change.
//
// One allocation holds this object, then the entries, then the index. There is room for one entry more than the
// capacity, so that a new one is put in before the oldest goes.
//
// The hash of a head covers its id, that of another entry the id and its owner. So the cost of a search depends neither
// on the number of entries nor on that of owners. The hash is keyed, because senders choose their ids.
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

#include "dedup/bucket_index.hpp"
#include "dedup/huge_pages.hpp"
#include "dedup/keyed_hash.hpp"

namespace uvnostr::dedup {

/// With owners, an id may have several entries, one for each owner. It has the tag of its first signature and the
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
    const std::size_t bytes = sizeof(Table) + id_alignment + (capacity + 1) * (sizeof(id_part) + sizeof(node)) +
                              bucket_index::bytes_for(capacity + 1);
    void* const at = ::operator new(bytes);
    prefer_huge_pages(at, bytes);
    return std::unique_ptr<Table>(
        ::new (at) Table(creation{capacity, bytes, static_cast<std::byte*>(at) + sizeof(Table)}, key));
  }
  static void operator delete(void* at) { ::operator delete(at); }

  basic_seen_table(const basic_seen_table&) = delete;
  basic_seen_table& operator=(const basic_seen_table&) = delete;

  /// The position of an id and owner, or where they would be. Valid until the table changes.
  struct spot {
    std::uint32_t entry = npos;  // npos: there is none
    std::uint32_t head = npos;   // the first entry of that id
    bucket_index::place place;
  };
  spot look_up(const event_id& id, std::uint32_t owner = 0) const noexcept;

  /// The entry of that id and owner, or npos.
  std::uint32_t find(const event_id& id, std::uint32_t owner = 0) const noexcept {
    const std::uint32_t head = find_any(id);
    if constexpr (Owned) {
      if (head != npos && entries_[head].owner() != owner)
        return find_further(further_place_of(id, owner), head, owner);
    }
    return head;
  }
  /// The first entry of this id with any owner, or npos.
  std::uint32_t find_any(const event_id& id) const noexcept { return find_head(id, place_of(id)); }

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
  /// If another entry of the same id takes its place, returns the number that the other had, otherwise npos.
  std::uint32_t erase(std::uint32_t entry) noexcept;
  void clear() noexcept;

  const event_id& id(std::uint32_t entry) const noexcept { return ids_[head(entry)].id; }
  /// The first entry of its id.
  std::uint32_t head(std::uint32_t entry) const noexcept {
    if constexpr (Owned) {
      if (entries_[entry].is_further()) return ids_[entry].place.head;
    }
    return entry;
  }
  std::uint32_t owner(std::uint32_t entry) const noexcept { return entries_[entry].owner(); }
  /// The tag of the id's first signature, whichever entry this is.
  std::uint32_t sig_tag(std::uint32_t entry) const noexcept requires(Owned) {
    const node& first = entries_[head(entry)];
    return first.is_shared() ? ids_[first.first_further()].place.sig_tag : first.sig_tag();
  }
  /// A date outside 1970 to 2106 becomes the nearest second that 32 bits hold.
  unix_seconds created_at(std::uint32_t entry) const noexcept requires(Owned) {
    return unix_seconds(std::chrono::seconds(entries_[entry].date()));
  }
  /// The next entry of a queue that the caller keeps, npos at first.
  std::uint32_t next(std::uint32_t entry) const noexcept requires(Owned) { return entries_[entry].newer; }
  void set_next(std::uint32_t entry, std::uint32_t next) noexcept requires(Owned) {
    entries_[entry].newer = next;
    set_previous(next, entry);
  }
  /// It is the first of its queue.
  void set_first(std::uint32_t entry) noexcept requires(Owned) { set_previous(entry, npos); }

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
  /// An entry that is not the first of its id.
  struct further_place {
    std::uint32_t head;
    std::uint32_t previous;  // further entries of the same id
    std::uint32_t next;
    std::uint32_t queued_before;  // in the caller's queue
    std::uint32_t sig_tag;        // the id's, at the first further entry
  };
  /// Stored separately from the rest of an entry, so that a comparison reads one cache line.
  union id_part {
    event_id id;
    further_place place;
  };
  static constexpr std::size_t id_alignment = 32;
  static_assert(sizeof(id_part) == id_alignment);
  struct plain_node {
    std::uint32_t older = npos;
    std::uint32_t newer = npos;  // in an unused entry: the next unused one
    static constexpr bool is_further() noexcept { return false; }
    static constexpr std::uint32_t owner() noexcept { return 0; }
  };
  class owned_node {
   public:
    std::uint32_t owner() const noexcept { return owner_and_state_ & most_owner; }
    bool is_further() const noexcept { return (owner_and_state_ & further) != 0; }
    bool is_shared() const noexcept { return (owner_and_state_ & shared) != 0; }
    std::uint32_t sig_tag() const noexcept { return tag_or_first_further_; }
    std::uint32_t first_further() const noexcept { return tag_or_first_further_; }
    std::uint32_t date() const noexcept { return date_; }

    void be_head(std::uint32_t owner, std::uint32_t sig_tag) noexcept {
      owner_and_state_ = owner;
      tag_or_first_further_ = sig_tag;
    }
    void be_shared_head(std::uint32_t owner, std::uint32_t first_further) noexcept {
      owner_and_state_ = owner | shared;
      tag_or_first_further_ = first_further;
    }
    void be_further(std::uint32_t owner) noexcept { owner_and_state_ = owner | further; }
    void set_date(unix_seconds at) noexcept {
      date_ = static_cast<std::uint32_t>(std::clamp<std::int64_t>(at.time_since_epoch().count(), 0, 0xffffffff));
    }

    static constexpr std::uint32_t most_owner = (std::uint32_t{1} << 30) - 1;
    std::uint32_t newer = npos;

   private:
    static constexpr std::uint32_t shared = std::uint32_t{1} << 30;
    static constexpr std::uint32_t further = std::uint32_t{1} << 31;
    std::uint32_t owner_and_state_ = 0;
    std::uint32_t tag_or_first_further_ = 0;
    std::uint32_t date_ = 0;
  };
  using node = std::conditional_t<Owned, owned_node, plain_node>;

  using place = bucket_index::place;
  place place_of(const event_id& id) const noexcept { return index_.place_for(hash_(id.bytes.data())); }
  /// Of one that is not the first of its id.
  place further_place_of(const event_id& id, std::uint32_t owner) const noexcept {
    return index_.place_for((hash_(id.bytes.data()) + owner) * 0x9e3779b97f4a7c15U);
  }
  place place_of_entry(std::uint32_t entry) const noexcept;
  std::uint32_t find_head(const event_id& id, place where) const noexcept {
    return index_.find(where, [&](std::uint32_t entry) {
      if constexpr (Owned) {
        if (entries_[entry].is_further()) return false;
      }
      return is_same(ids_[entry].id, id);
    });
  }
  std::uint32_t find_further(place where, std::uint32_t head, std::uint32_t owner) const noexcept requires(Owned) {
    return index_.find(where, [&](std::uint32_t entry) {
      const node& at = entries_[entry];
      return at.is_further() && at.owner() == owner && ids_[entry].place.head == head;
    });
  }
  /// Without a branch for each word, and without a call.
  static bool is_same(const event_id& a, const event_id& b) noexcept {
    const auto x = std::bit_cast<std::array<std::uint64_t, 4>>(a.bytes);
    const auto y = std::bit_cast<std::array<std::uint64_t, 4>>(b.bytes);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3])) == 0;
  }

  void set_previous(std::uint32_t entry, std::uint32_t previous) noexcept requires(Owned) {
    if (entries_[entry].is_further()) ids_[entry].place.queued_before = previous;
  }
  void add_further(std::uint32_t entry, std::uint32_t head, std::uint32_t owner) noexcept requires(Owned);
  void unlink_further(std::uint32_t entry) noexcept requires(Owned);
  std::uint32_t take_over(std::uint32_t head) noexcept requires(Owned);
  static id_part* first_aligned(std::byte* storage) noexcept {
    const auto over = reinterpret_cast<std::uintptr_t>(storage) % id_alignment;
    return reinterpret_cast<id_part*>(over == 0 ? storage : storage + (id_alignment - over));
  }
  void unindex(std::uint32_t entry) noexcept;
  void link_newest(std::uint32_t entry) noexcept;
  void unlink(std::uint32_t entry) noexcept;
  std::uint32_t take_unused() noexcept;

  id_hash hash_;
  id_part* ids_;
  node* entries_;
  bucket_index index_;
  std::uint32_t capacity_;
  std::uint32_t size_ = 0;
  std::uint32_t newest_ = npos;
  std::uint32_t oldest_ = npos;
  std::uint32_t unused_ = npos;  // a list of erased entries
  std::uint32_t fresh_ = 0;      // entries from here on were never used
  std::uint32_t next_victim_ = npos;
  place place_of_victim_{};
  std::size_t memory_bytes_;
};

extern template class basic_seen_table<true>;

/// Records which owners have had an event.
using seen_table = basic_seen_table<true>;
/// A cache of ids, without owners.
using plain_seen_table = basic_seen_table<false>;

}  // namespace uvnostr::dedup
