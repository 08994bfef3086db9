// SPDX-License-Identifier: MIT
#include "dedup/seen_table.hpp"

#include <type_traits>
#include <utility>

namespace uvnostr::dedup {

template <bool Owned>
basic_seen_table<Owned>::basic_seen_table(const creation& made, const std::array<std::uint8_t, 16>& key) noexcept
    : hash_(key),
      ids_(first_aligned(made.storage)),
      entries_(reinterpret_cast<node*>(ids_ + made.capacity + 1)),
      index_(made.capacity + 1, reinterpret_cast<std::byte*>(entries_ + made.capacity + 1)),
      capacity_(static_cast<std::uint32_t>(made.capacity)),
      memory_bytes_(made.bytes) {
  static_assert(alignof(node) <= alignof(basic_seen_table));
  static_assert(std::is_trivially_destructible_v<node>, "entries are not destroyed");
  // Entries are initialised in take_unused(), so memory that is not needed yet is not touched.
}

template <bool Owned>
auto basic_seen_table<Owned>::place_of_entry(std::uint32_t entry) const noexcept -> place {
  if constexpr (Owned) {
    if (entries_[entry].is_further()) return further_place_of(id(entry), owner(entry));
  }
  return place_of(ids_[entry].id);
}

template <bool Owned>
auto basic_seen_table<Owned>::look_up(const event_id& id, std::uint32_t owner) const noexcept -> spot {
  const place where = place_of(id);
  const std::uint32_t head = find_head(id, where);
  if constexpr (Owned) {
    if (head != npos && entries_[head].owner() != owner) {
      const place further = further_place_of(id, owner);
      return {.entry = find_further(further, head, owner), .head = head, .place = further};
    }
  }
  return {.entry = head, .head = head, .place = where};
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
      ::new (static_cast<void*>(&ids_[result.entry].id)) event_id(id);
    } else {
      add_further(result.entry, at.head, owner);
    }
  } else {
    ::new (static_cast<void*>(&ids_[result.entry].id)) event_id(id);
  }
  index_.insert(at.place, result.entry);
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
  if (next != npos) ids_[next].place.previous = entry;
  entries_[entry].be_further(owner);
  ids_[entry].place = {.head = head_entry, .previous = npos, .next = next, .queued_before = npos, .sig_tag = tag};
  head.be_shared_head(head.owner(), entry);
}

/// Removes the entry from the list of its id.
template <bool Owned>
void basic_seen_table<Owned>::unlink_further(std::uint32_t entry) noexcept requires(Owned) {
  const further_place& gone = ids_[entry].place;
  node& head = entries_[gone.head];
  if (gone.next != npos) ids_[gone.next].place.previous = gone.previous;
  if (gone.previous != npos) {
    ids_[gone.previous].place.next = gone.next;
  } else if (gone.next != npos) {
    ids_[gone.next].place.sig_tag = gone.sig_tag;
    head.be_shared_head(head.owner(), gone.next);
  } else {
    head.be_head(head.owner(), gone.sig_tag);
  }
}

/// The head's owner is gone, so the head takes over another owner's entry. Returns the number of that entry.
template <bool Owned>
std::uint32_t basic_seen_table<Owned>::take_over(std::uint32_t head_entry) noexcept requires(Owned) {
  node& head = entries_[head_entry];
  const std::uint32_t other = head.first_further();
  const node& from = entries_[other];
  unindex(other);
  unlink_further(other);
  head.is_shared() ? head.be_shared_head(from.owner(), head.first_further())
                   : head.be_head(from.owner(), head.sig_tag());
  const std::uint32_t before = ids_[other].place.queued_before;
  if (before != npos) entries_[before].newer = head_entry;
  head.newer = from.newer;
  if (head.newer != npos) set_previous(head.newer, head_entry);
  return other;
}

/// The next entry to be erased is known long before.
template <bool Owned>
void basic_seen_table<Owned>::expect_erase(std::uint32_t entry) noexcept {
  next_victim_ = entry;
  place_of_victim_ = place_of_entry(entry);
  index_.prefetch(place_of_victim_);
  const std::uint32_t one_later = entries_[entry].newer;
  if (one_later != npos) {
    __builtin_prefetch(entries_ + one_later, 1);
    __builtin_prefetch(ids_ + one_later);
  }
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
      unindex(entry);
      unlink_further(entry);
    } else if (entries_[entry].is_shared()) {
      moved = entry = take_over(entry);
    } else {
      unindex(entry);
    }
  } else {
    unindex(entry);
    unlink(entry);
  }
  entries_[entry].newer = std::exchange(unused_, entry);
  next_victim_ = npos;
  --size_;
  return moved;
}

template <bool Owned>
void basic_seen_table<Owned>::clear() noexcept {
  index_.clear();
  size_ = fresh_ = 0;
  newest_ = oldest_ = unused_ = next_victim_ = npos;
}

template <bool Owned>
void basic_seen_table<Owned>::unindex(std::uint32_t entry) noexcept {
  index_.erase(entry == next_victim_ ? place_of_victim_ : place_of_entry(entry), entry);
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

template class basic_seen_table<true>;

// Not the whole class: clang 14 would also instantiate the members whose constraints it does not meet.
template basic_seen_table<false>::basic_seen_table(const creation&, const std::array<std::uint8_t, 16>&) noexcept;
template auto basic_seen_table<false>::look_up(const event_id&, std::uint32_t) const noexcept -> spot;
template auto basic_seen_table<false>::insert_at(const spot&, const event_id&, std::uint32_t, std::uint32_t,
                                                 unix_seconds) noexcept -> inserted;
template void basic_seen_table<false>::touch(std::uint32_t) noexcept;
template void basic_seen_table<false>::expect_erase(std::uint32_t) noexcept;
template std::uint32_t basic_seen_table<false>::erase(std::uint32_t) noexcept;
template void basic_seen_table<false>::clear() noexcept;

}  // namespace uvnostr::dedup
