// SPDX-License-Identifier: MIT
// A cache of event ids, like the one that the pool uses against duplicates.
#pragma once

#include <cstddef>
#include <memory>

#include <uvnostr/types.hpp>

namespace uvnostr {

/// Remembers the last `capacity` event ids. A new id evicts the least recently seen one.
/// It makes one allocation of fixed size, with at most 64 bytes an entry, including the index. Every operation is O(1).
/// Each object has its own secret hash key, so that a sender cannot choose ids that collide.
/// Not thread-safe.
class UVNOSTR_API seen_lru {
 public:
  /// Errors: option_range (capacity 0 or above 2^24), random_unavailable.
  static result<seen_lru> make(std::size_t capacity = 10'000) noexcept;

  seen_lru(seen_lru&&) noexcept;
  seen_lru& operator=(seen_lru&&) noexcept;
  ~seen_lru();

  /// Makes the id the most recently seen one. Returns true if it is new.
  bool insert(const event_id&) noexcept;
  /// Whether the id is in the cache. Does not count as seeing it.
  bool contains(const event_id&) const noexcept;
  /// Removes the id. Returns true if it was in the cache.
  bool erase(const event_id&) noexcept;
  void clear() noexcept;

  std::size_t size() const noexcept;
  std::size_t capacity() const noexcept;
  /// The size of the allocation.
  std::size_t memory_bytes() const noexcept;

 private:
  struct table;
  explicit seen_lru(std::unique_ptr<table>) noexcept;
  std::unique_ptr<table> table_;
};

}  // namespace uvnostr
