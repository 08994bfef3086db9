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
  // Entries are initialised in take_unused(), so memory that is not needed yet is not touched.
  for (std::uint32_t i = 0; i < slot_count_; ++i) ::new (slots_ + i) std::uint32_t(0);
}

template <bool Owned>
std::uint32_t basic_seen_table<Owned>::true_distance(std::uint32_t slot) const noexcept {
  const std::uint32_t word = slots_[slot];
  const std::uint32_t distance = distance_in(word);
  if (distance < farthest) return distance;
  const std::uint32_t home = place_of(entries_[entry_in(word)].id).home;
  return slot >= home ? slot - home : slot + slot_count_ - home;
}

template <bool Owned>
auto basic_seen_table<Owned>::look_up(const event_id& id, std::uint32_t owner) const noexcept -> spot {
  const place where = place_of(id);
  bool of_another = false;
  const end_of_search end = search(id, where, [&](std::uint32_t number) {
    const bool is_it = !Owned || entries_[number].owner() == owner;
    of_another = of_another || !is_it;
    return is_it;
  });
  return {.entry = end.accepted ? entry_in(slots_[end.slot]) : npos,
          .of_another = of_another && !end.accepted,
          .mark = where.mark,
          .home = where.home,
          .slot = end.slot,
          .distance = end.distance};
}

template <bool Owned>
std::uint32_t basic_seen_table<Owned>::find(const event_id& id, std::uint32_t owner) const noexcept {
  const end_of_search end =
      search(id, place_of(id), [&](std::uint32_t number) { return !Owned || entries_[number].owner() == owner; });
  return end.accepted ? entry_in(slots_[end.slot]) : npos;
}

template <bool Owned>
std::uint32_t basic_seen_table<Owned>::find_any(const event_id& id) const noexcept {
  const end_of_search end = search(id, place_of(id), [](std::uint32_t) { return true; });
  return end.accepted ? entry_in(slots_[end.slot]) : npos;
}

template <bool Owned>
auto basic_seen_table<Owned>::insert_at(const spot& at, const event_id& id, std::uint32_t owner, std::uint32_t sig_tag,
                                        unix_seconds created_at) noexcept -> inserted {
  assert(!Owned || size_ <= capacity_);
  const inserted result{take_unused(), size_ == capacity_};
  node& made = entries_[result.entry];
  made.id = id;
  made.newer = npos;
  made.set(owner, sig_tag, created_at);
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

/// The next entry to be erased is known long before.
template <bool Owned>
void basic_seen_table<Owned>::expect_erase(std::uint32_t entry) noexcept {
  next_victim_ = entry;
  home_of_victim_ = place_of(entries_[entry].id).home;
  __builtin_prefetch(slots_ + home_of_victim_, 1);
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
void basic_seen_table<Owned>::erase(std::uint32_t entry) noexcept {
  remove_slot(entry);
  if constexpr (!Owned) unlink(entry);
  entries_[entry].newer = std::exchange(unused_, entry);
  if (entry == next_victim_) next_victim_ = npos;
  --size_;
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
    // If distances saturate, the search may have gone too far. The right slot is before the first entry that is nearer
    // to its home.
    slot = at.home;
    distance = 0;
    while (slots_[slot] != 0 && (distance_in(slots_[slot]) >= distance || true_distance(slot) >= distance)) {
      slot = slot_after(slot);
      ++distance;
    }
  }
  std::uint32_t carried = with_distance(at.mark << entry_bits_ | (entry + 1), distance);
  // All entries from there to the next empty slot move by one.
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
  std::uint32_t hole = entry == next_victim_ ? home_of_victim_ : place_of(entries_[entry].id).home;
  while (entry_in(slots_[hole]) != entry) hole = slot_after(hole);
  // Stop at a slot that is empty or at home; both have distance 0.
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
