// SPDX-License-Identifier: MIT
#include "dedup/seen_table.hpp"

#include <cstring>
#include <type_traits>
#include <utility>

namespace uvnostr::dedup {

template <bool Owned>
basic_seen_table<Owned>::basic_seen_table(const creation& made, const std::array<std::uint8_t, 16>& key) noexcept
    : hash_(key),
      entries_(reinterpret_cast<node*>(made.storage)),
      slots_(reinterpret_cast<std::uint32_t*>(made.storage + (made.capacity + 1) * sizeof(node))),
      slot_count_(slot_count(made.capacity)),
      entry_bits_(static_cast<unsigned>(std::bit_width(made.capacity + 1))),
      capacity_(static_cast<std::uint32_t>(made.capacity)),
      memory_bytes_(made.bytes) {
  static_assert(alignof(node) <= alignof(basic_seen_table) && sizeof(node) % alignof(std::uint32_t) == 0);
  static_assert(std::is_trivially_destructible_v<node>, "nobody destroys them");
  // Entries come to life in take_unused(): memory that is not needed yet is not touched.
  for (std::uint32_t i = 0; i < slot_count_; ++i) ::new (slots_ + i) std::uint32_t(0);
}

template <bool Owned>
std::uint32_t basic_seen_table<Owned>::true_distance(std::uint32_t slot) const noexcept {
  const std::uint32_t word = slots_[slot];
  const std::uint32_t distance = distance_in(word);
  if (distance < farthest) return distance;
  const std::uint32_t home = place_of_entry(entry_in(word)).home;
  return slot >= home ? slot - home : slot + slot_count_ - home;
}

template <bool Owned>
auto basic_seen_table<Owned>::place_of_entry(std::uint32_t entry) const noexcept -> place {
  if constexpr (Owned) {
    if (entries_[entry].is_further()) return further_place_of(id(entry), owner(entry));
  }
  return place_of(entries_[entry].id);
}

template <bool Owned>
auto basic_seen_table<Owned>::look_up(const event_id& id, std::uint32_t owner) const noexcept -> spot {
  place where = place_of(id);
  end_of_search end = search_head(id, where);
  const std::uint32_t head = end.accepted ? entry_in(slots_[end.slot]) : npos;
  if constexpr (Owned) {
    if (head != npos && entries_[head].owner() != owner) {
      where = further_place_of(id, owner);
      end = search(where, [&](std::uint32_t number) {
        const node& at = entries_[number];
        return at.is_further() && at.owner() == owner && at.place.head == head;
      });
    }
  }
  return {.entry = end.accepted ? entry_in(slots_[end.slot]) : npos,
          .head = head,
          .mark = where.mark,
          .home = where.home,
          .slot = end.slot,
          .distance = end.distance};
}

template <bool Owned>
std::uint32_t basic_seen_table<Owned>::find_any(const event_id& id) const noexcept {
  const end_of_search end = search_head(id, place_of(id));
  return end.accepted ? entry_in(slots_[end.slot]) : npos;
}

template <bool Owned>
auto basic_seen_table<Owned>::insert_at(const spot& at, const event_id& id, std::uint32_t owner, std::uint32_t sig_tag,
                                        unix_seconds created_at) noexcept -> inserted {
  const inserted result{take_unused(), size_ == capacity_};
  node& made = entries_[result.entry];
  made.newer = npos;
  if constexpr (Owned) {
    assert(size_ <= capacity_ && owner <= node::most_owner);
    made.set_date(created_at);
    if (at.head == npos) {
      made.be_head(owner, sig_tag);
      ::new (static_cast<void*>(&made.id)) event_id(id);
    } else {
      add_further(result.entry, at.head, owner);
    }
  } else {
    made.id = id;
  }
  add_slot(result.entry, at);
  ++size_;
  if constexpr (!Owned) {
    link_newest(result.entry);
    if (result.evicted) {
      erase(oldest_);
      expect_erase(oldest_);
    }
  }
  return result;
}

template <bool Owned>
void basic_seen_table<Owned>::add_further(std::uint32_t entry, std::uint32_t head_entry, std::uint32_t owner) noexcept
    requires(Owned) {
  node& head = entries_[head_entry];
  const std::uint32_t tag = sig_tag(head_entry);
  const std::uint32_t next = head.is_shared() ? head.first_further() : npos;
  if (next != npos) entries_[next].place.previous = entry;
  entries_[entry].be_further(owner);
  entries_[entry].place = {.head = head_entry, .previous = npos, .next = next, .queued_before = npos, .sig_tag = tag};
  head.be_shared_head(head.owner(), entry);
}

/// The others of that id do without it from now on.
template <bool Owned>
void basic_seen_table<Owned>::unlink_further(std::uint32_t entry) noexcept requires(Owned) {
  const further_place& gone = entries_[entry].place;
  node& head = entries_[gone.head];
  if (gone.next != npos) entries_[gone.next].place.previous = gone.previous;
  if (gone.previous != npos) {
    entries_[gone.previous].place.next = gone.next;
  } else if (gone.next != npos) {
    entries_[gone.next].place.sig_tag = gone.sig_tag;
    head.be_shared_head(head.owner(), gone.next);
  } else {
    head.be_head(head.owner(), gone.sig_tag);
  }
}

/// The head's owner is gone: it becomes the entry of another. Gives the number that this one had.
template <bool Owned>
std::uint32_t basic_seen_table<Owned>::take_over(std::uint32_t head_entry) noexcept requires(Owned) {
  node& head = entries_[head_entry];
  const std::uint32_t other = head.first_further();
  const node& from = entries_[other];
  remove_slot(other);
  unlink_further(other);
  head.is_shared() ? head.be_shared_head(from.owner(), head.first_further())
                   : head.be_head(from.owner(), head.sig_tag());
  if (from.place.queued_before != npos) entries_[from.place.queued_before].newer = head_entry;
  head.newer = from.newer;
  if (head.newer != npos) set_previous(head.newer, head_entry);
  return other;
}

/// What goes next is known long before it goes.
template <bool Owned>
void basic_seen_table<Owned>::expect_erase(std::uint32_t entry) noexcept {
  next_victim_ = entry;
  place_of_victim_ = place_of_entry(entry);
  __builtin_prefetch(slots_ + place_of_victim_.home, 1);
  const std::uint32_t one_later = entries_[entry].newer;
  if (one_later != npos) __builtin_prefetch(entries_ + one_later, 1);
}

template <bool Owned>
void basic_seen_table<Owned>::touch(std::uint32_t entry) noexcept requires(!Owned) {
  if (entry == newest_) return;
  unlink(entry);
  link_newest(entry);
}

template <bool Owned>
std::uint32_t basic_seen_table<Owned>::erase(std::uint32_t entry) noexcept {
  std::uint32_t moved = npos;
  if constexpr (Owned) {
    if (entries_[entry].is_further()) {
      remove_slot(entry);
      unlink_further(entry);
    } else if (entries_[entry].is_shared()) {
      moved = entry = take_over(entry);
    } else {
      remove_slot(entry);
    }
  } else {
    remove_slot(entry);
    unlink(entry);
  }
  entries_[entry].newer = std::exchange(unused_, entry);
  next_victim_ = npos;
  --size_;
  return moved;
}

template <bool Owned>
void basic_seen_table<Owned>::clear() noexcept {
  std::memset(slots_, 0, slot_count_ * sizeof(std::uint32_t));
  size_ = fresh_ = 0;
  newest_ = oldest_ = unused_ = next_victim_ = npos;
}

template <bool Owned>
void basic_seen_table<Owned>::add_slot(std::uint32_t entry, const spot& at) noexcept {
  std::uint32_t slot = at.slot;
  std::uint32_t distance = at.distance;
  if (distance == farthest) {
    // Where distances are not told apart the search may have gone too far. The place is before the first that stands
    // nearer to home.
    slot = at.home;
    distance = 0;
    while (slots_[slot] != 0 && (distance_in(slots_[slot]) >= distance || true_distance(slot) >= distance)) {
      slot = slot_after(slot);
      ++distance;
    }
  }
  std::uint32_t carried = with_distance(at.mark << entry_bits_ | (entry + 1), distance);
  // All from there on to the next empty slot move back by one.
  while (slots_[slot] != 0) {
    const std::uint32_t moved = slots_[slot];
    slots_[slot] = carried;
    carried = distance_in(moved) == farthest ? moved : moved + (1U << entry_bits_);
    slot = slot_after(slot);
  }
  slots_[slot] = carried;
}

template <bool Owned>
void basic_seen_table<Owned>::remove_slot(std::uint32_t entry) noexcept {
  std::uint32_t hole = (entry == next_victim_ ? place_of_victim_ : place_of_entry(entry)).home;
  while (entry_in(slots_[hole]) != entry) hole = slot_after(hole);
  // Up to one that is empty or at home, which both have distance 0.
  for (std::uint32_t slot = slot_after(hole); distance_in(slots_[slot]) != 0; slot = slot_after(slot)) {
    const std::uint32_t word = slots_[slot];
    slots_[hole] =
        distance_in(word) < farthest ? word - (1U << entry_bits_) : with_distance(word, true_distance(slot) - 1);
    hole = slot;
  }
  slots_[hole] = 0;
}

template <bool Owned>
void basic_seen_table<Owned>::link_newest(std::uint32_t entry) noexcept {
  if constexpr (!Owned) {
    entries_[entry].older = newest_;
    entries_[entry].newer = npos;
    (newest_ == npos ? oldest_ : entries_[newest_].newer) = entry;
    newest_ = entry;
  }
}

template <bool Owned>
void basic_seen_table<Owned>::unlink(std::uint32_t entry) noexcept {
  if constexpr (!Owned) {
    const std::uint32_t older = entries_[entry].older;
    const std::uint32_t newer = entries_[entry].newer;
    (older == npos ? oldest_ : entries_[older].newer) = newer;
    (newer == npos ? newest_ : entries_[newer].older) = older;
  }
}

template <bool Owned>
std::uint32_t basic_seen_table<Owned>::take_unused() noexcept {
  if (unused_ != npos) return std::exchange(unused_, entries_[unused_].newer);
  ::new (static_cast<void*>(entries_ + fresh_)) node;
  return fresh_++;
}

template class basic_seen_table<false>;
template class basic_seen_table<true>;

}  // namespace uvnostr::dedup
