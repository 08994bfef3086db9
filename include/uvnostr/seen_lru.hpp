// SPDX-License-Identifier: MIT
// The cache of event ids that the pool uses against duplicates, for use on its own.
#pragma once

#include <cstddef>
#include <memory>

#include <uvnostr/types.hpp>

namespace uvnostr {

/// Remembers the last `capacity` event ids. The least recently seen one makes room for the next.
/// One allocation of fixed size at creation, at most 64 bytes an entry, index included; every operation is O(1). Each
/// object has a hash key of its own, so that a sender cannot choose ids that collide.
/// Not safe for use from several threads at once.
class UVNOSTR_API seen_lru {
 public:
  /// Errors: option_range (capacity 0 or above 2^24), random_unavailable.
  static result<seen_lru> make(std::size_t capacity = 10'000) noexcept;

  seen_lru(seen_lru&&) noexcept;
  seen_lru& operator=(seen_lru&&) noexcept;
  ~seen_lru();

  /// True if the id was not there; it is now, and the newest either way.
  bool insert(const event_id&) noexcept;
  /// Whether it is there. Its place does not change.
  bool contains(const event_id&) const noexcept;
  /// True if it was there.
  bool erase(const event_id&) noexcept;
  void clear() noexcept;

  std::size_t size() const noexcept;
  std::size_t capacity() const noexcept;
  /// What the one allocation holds.
  std::size_t memory_bytes() const noexcept;

 private:
  struct table;
  explicit seen_lru(std::unique_ptr<table>) noexcept;
  std::unique_ptr<table> table_;
};

}  // namespace uvnostr
