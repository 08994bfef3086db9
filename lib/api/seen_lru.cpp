// SPDX-License-Identifier: MIT
#include <uvnostr/seen_lru.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "crypto/random.hpp"
#include "dedup/seen_table.hpp"

namespace uvnostr {

/// Derives from the table instead of pointing to it, so that there is only one allocation.
struct seen_lru::table final : dedup::plain_seen_table {
  using basic_seen_table::basic_seen_table;
};

seen_lru::seen_lru(std::unique_ptr<table> made) noexcept : table_(std::move(made)) {}
seen_lru::seen_lru(seen_lru&&) noexcept = default;
seen_lru& seen_lru::operator=(seen_lru&&) noexcept = default;
seen_lru::~seen_lru() = default;

result<seen_lru> seen_lru::make(std::size_t capacity) noexcept {
  if (capacity == 0 || capacity > dedup::plain_seen_table::max_capacity) {
    return error(errc::option_range, "capacity is " + std::to_string(capacity) + "; it must be from 1 to 16777216");
  }
  std::array<std::uint8_t, 16> key;
  if (!crypto::random_bytes(std::as_writable_bytes(std::span(key)))) return errc::random_unavailable;
  return seen_lru(dedup::plain_seen_table::make<table>(capacity, key));
}

// A moved-from cache is empty and accepts nothing.

bool seen_lru::insert(const event_id& id) noexcept {
  if (table_ == nullptr) return true;
  const auto spot = table_->look_up(id);
  const bool is_new = spot.entry == dedup::plain_seen_table::npos;
  is_new ? void(table_->insert_at(spot, id)) : table_->touch(spot.entry);
  return is_new;
}

bool seen_lru::contains(const event_id& id) const noexcept {
  return table_ != nullptr && table_->find(id) != dedup::plain_seen_table::npos;
}

bool seen_lru::erase(const event_id& id) noexcept {
  if (table_ == nullptr) return false;
  const std::uint32_t entry = table_->find(id);
  if (entry == dedup::plain_seen_table::npos) return false;
  table_->erase(entry);
  return true;
}

void seen_lru::clear() noexcept {
  if (table_ != nullptr) table_->clear();
}

std::size_t seen_lru::size() const noexcept { return table_ == nullptr ? 0 : table_->size(); }
std::size_t seen_lru::capacity() const noexcept { return table_ == nullptr ? 0 : table_->capacity(); }
std::size_t seen_lru::memory_bytes() const noexcept { return table_ == nullptr ? 0 : table_->memory_bytes(); }

}  // namespace uvnostr
