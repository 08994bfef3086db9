// SPDX-License-Identifier: MIT
// Deliveries by the ids of their events. It links the deliveries themselves, so that it allocates only when it grows.
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "session/delivery.hpp"

namespace uvnostr::session {

class delivery_index {
 public:
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  void add(delivery& d) {
    if (size_ == buckets_.size()) grow();
    put(d);
    ++size_;
  }
  /// Of the deliveries with this id, the one that was added first; null if there is none.
  delivery* find(const event_id& id) const noexcept {
    delivery* found = nullptr;
    if (buckets_.empty()) return found;
    for (delivery* each = buckets_[bucket_of(id)]; each != nullptr; each = each->next_in_bucket_) {
      if (each->id() == id) found = each;
    }
    return found;
  }
  /// It must have been added.
  void remove(const delivery& d) noexcept {
    delivery** at = &buckets_[bucket_of(d.id())];
    while (*at != &d) at = &(*at)->next_in_bucket_;
    *at = d.next_in_bucket_;
    --size_;
  }
  void clear() noexcept {
    for (delivery*& each : buckets_) each = nullptr;
    size_ = 0;
  }

 private:
  static constexpr std::size_t fewest_buckets = 16;

  /// The ids are the application's own, so their first bytes will do as a hash.
  std::size_t bucket_of(const event_id& id) const noexcept {
    std::size_t hash;
    std::memcpy(&hash, id.bytes.data(), sizeof hash);
    return hash & (buckets_.size() - 1);
  }
  void put(delivery& d) noexcept {
    delivery*& first = buckets_[bucket_of(d.id())];
    d.next_in_bucket_ = first;
    first = &d;
  }
  void grow() {
    const std::vector<delivery*> before = std::move(buckets_);
    buckets_.assign(before.empty() ? fewest_buckets : before.size() * 2, nullptr);
    for (delivery* each : before) {
      // A bucket begins with what was added last.
      delivery* in_order = nullptr;
      while (each != nullptr) {
        delivery* const next = each->next_in_bucket_;
        each->next_in_bucket_ = in_order;
        in_order = each;
        each = next;
      }
      while (in_order != nullptr) {
        delivery* const next = in_order->next_in_bucket_;
        put(*in_order);
        in_order = next;
      }
    }
  }

  std::vector<delivery*> buckets_;  // their number is a power of two
  std::size_t size_ = 0;
};

}  // namespace uvnostr::session
