// SPDX-License-Identifier: MIT
// A hash index of entry numbers. It stores neither keys nor complete hashes: the caller compares the entries.
//
// It consists of buckets of one cache line each. The first word of a bucket counts the entries that belong in it or
// before it but are stored after it; the other words are entries:
//
//   | some bits of the hash, not all 0 | entry number + 1 |       0: empty
//
// An entry is in its own bucket, or in the next one that is not full. So a search reads one bucket, all its words in
// one step without branches, and continues only if the count is not 0. There are nearly twice as many words as entries,
// so that one bucket in a hundred is full.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace uvnostr::dedup {

class bucket_index {
 public:
  static constexpr std::uint32_t npos = 0xffffffff;

  /// The size of the memory that it needs for up to this many entries.
  static std::size_t bytes_for(std::size_t entries) noexcept {
    return bucket_count(entries) * sizeof(bucket) + alignment;
  }
  /// Entry numbers are below `entries`, which is also the largest number of entries at a time.
  bucket_index(std::size_t entries, std::byte* memory) noexcept
      : bucket_count_(static_cast<std::uint32_t>(bucket_count(entries))),
        entry_bits_(static_cast<unsigned>(std::bit_width(entries))) {
    const auto over = reinterpret_cast<std::uintptr_t>(memory) % alignment;
    std::byte* const at = over == 0 ? memory : memory + (alignment - over);
    buckets_ = reinterpret_cast<bucket*>(at);
    for (std::uint32_t i = 0; i < bucket_count_; ++i) ::new (static_cast<void*>(buckets_ + i)) bucket{};
  }

  struct place {
    std::uint32_t home;
    std::uint32_t mark;
  };
  place place_for(std::uint64_t hash) const noexcept {
    const auto mark = static_cast<std::uint32_t>(hash) >> entry_bits_ << entry_bits_;
    return {static_cast<std::uint32_t>((hash >> 32) * bucket_count_ >> 32), mark == 0 ? 1U << entry_bits_ : mark};
  }
  void prefetch(place at) const noexcept { __builtin_prefetch(buckets_ + at.home, 1); }

  /// The first entry at this place for which accept(entry number) is true, or npos.
  template <class Accept>
  std::uint32_t find(place where, Accept&& accept) const noexcept {
    const std::uint32_t entry_mask = (1U << entry_bits_) - 1;
    for (std::uint32_t at = where.home;; at = after(at)) {
      const bucket& here = buckets_[at];
      for (std::uint32_t found = here.equal(where.mark, ~entry_mask); found != 0; found &= found - 1) {
        const std::uint32_t entry = (here.words[std::countr_zero(found)] & entry_mask) - 1;
        if (accept(entry)) return entry;
      }
      if (here.words[0] == 0) return npos;
    }
  }

  void insert(place where, std::uint32_t entry) noexcept {
    std::uint32_t at = where.home;
    std::uint32_t empty = buckets_[at].equal(0, 0xffffffff);
    for (; empty == 0; empty = buckets_[at].equal(0, 0xffffffff)) {
      ++buckets_[at].words[0];
      at = after(at);
    }
    buckets_[at].words[std::countr_zero(empty)] = where.mark | (entry + 1);
  }

  /// The entry must be there.
  void erase(place where, std::uint32_t entry) noexcept {
    std::uint32_t at = where.home;
    std::uint32_t found = buckets_[at].equal(where.mark | (entry + 1), 0xffffffff);
    for (; found == 0; found = buckets_[at].equal(where.mark | (entry + 1), 0xffffffff)) {
      assert(buckets_[at].words[0] != 0);
      --buckets_[at].words[0];
      at = after(at);
    }
    buckets_[at].words[std::countr_zero(found)] = 0;
  }

  void clear() noexcept { std::memset(static_cast<void*>(buckets_), 0, bucket_count_ * sizeof(bucket)); }

 private:
  static constexpr std::size_t alignment = 64;
  struct bucket {
    std::uint32_t words[16];

    /// One bit for each word, except the first, that equals the value where the mask has ones.
    std::uint32_t equal(std::uint32_t value, std::uint32_t mask) const noexcept {
#if defined(__SSE2__)
      const __m128i wanted = _mm_set1_epi32(static_cast<int>(value));
      const __m128i looked_at = _mm_set1_epi32(static_cast<int>(mask));
      const auto quarter = [&](int i) {
        const __m128i four = _mm_load_si128(reinterpret_cast<const __m128i*>(words) + i);
        return _mm_cmpeq_epi32(_mm_and_si128(four, looked_at), wanted);
      };
      const __m128i all =
          _mm_packs_epi16(_mm_packs_epi32(quarter(0), quarter(1)), _mm_packs_epi32(quarter(2), quarter(3)));
      return static_cast<std::uint32_t>(_mm_movemask_epi8(all)) & ~1U;
#else
      std::uint32_t bits = 0;
      for (unsigned i = 1; i < 16; ++i) bits |= ((words[i] & mask) == value ? 1U : 0U) << i;
      return bits;
#endif
    }
  };
  static_assert(sizeof(bucket) == alignment);

  static std::size_t bucket_count(std::size_t entries) noexcept { return (entries + entries / 8 * 7) / 16 + 2; }
  std::uint32_t after(std::uint32_t at) const noexcept { return at + 1 == bucket_count_ ? 0 : at + 1; }

  bucket* buckets_;
  std::uint32_t bucket_count_;
  unsigned entry_bits_;
};

}  // namespace uvnostr::dedup
