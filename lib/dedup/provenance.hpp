// SPDX-License-Identifier: MIT
// Records which relays have sent the events in a seen_table: one bit for each entry and relay.
//
// Relays are numbered by slots, which are reused, so a slot's column is wiped when its relay is removed. An entry takes
// eight bytes for every 64 relays. Its memory is not touched before its first use.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace uvnostr::dedup {

class provenance {
 public:
  explicit provenance(std::size_t entries)
      : entries_(entries), bits_(std::make_unique_for_overwrite<std::uint64_t[]>(entries)) {}

  /// From now on, slots up to this one can be recorded.
  void make_room_for(std::uint32_t slot);
  void note(std::uint32_t entry, std::uint32_t slot) noexcept { bits_[word(entry, slot)] |= bit(slot); }
  /// The entry now holds another event, or its first one. Entries are first used in their order.
  void clear(std::uint32_t entry) noexcept {
    if (entry == used_) ++used_;
    for (std::size_t i = 0; i < width_; ++i) bits_[entry * width_ + i] = 0;
  }
  /// The relay of this slot was removed.
  void forget(std::uint32_t slot) noexcept {
    for (std::size_t entry = 0; entry < used_; ++entry) bits_[entry * width_ + slot / 64] &= ~bit(slot);
  }
  template <class Function>
  void for_each(std::uint32_t entry, Function&& function) const {
    for (std::size_t i = 0; i < width_; ++i) {
      for (std::uint64_t left = bits_[entry * width_ + i]; left != 0; left &= left - 1) {
        function(static_cast<std::uint32_t>(i * 64) + static_cast<std::uint32_t>(std::countr_zero(left)));
      }
    }
  }

 private:
  static std::uint64_t bit(std::uint32_t slot) noexcept { return std::uint64_t{1} << slot % 64; }
  std::size_t word(std::uint32_t entry, std::uint32_t slot) const noexcept { return entry * width_ + slot / 64; }

  std::size_t entries_;
  std::size_t width_ = 1;  // words per entry
  std::size_t used_ = 0;   // entries from here on are uninitialised
  std::unique_ptr<std::uint64_t[]> bits_;
};

}  // namespace uvnostr::dedup
