// SPDX-License-Identifier: MIT
// Whether an event matches one of a subscription's filters, without going through their lists.
//
// Each filter is filed under one of its lists: its ids, otherwise its authors, the values of a tag, or its kinds. So an
// event finds the filters that may match it by its own id, author, tags and kind. The other conditions of these filters
// are then checked: a long list by a look-up, a short one by reading it. Filters without lists are all checked. If
// there are only a few values in all, they are compared one by one, and no index is made.
//
// The values stay in the filters; the index is a hash table of 16 bytes for each. Its hash is keyed, because lists of
// authors and ids come from other people.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <uvnostr/event.hpp>
#include <uvnostr/filter.hpp>

namespace uvnostr {

class filter_index {
 public:
  /// The filters must outlive this object and must not change.
  explicit filter_index(const std::vector<filter>& filters) noexcept;
  ~filter_index();
  /// Until then every value is compared. The secret is the key of the hash.
  void prepare(const std::array<std::uint8_t, 16>& secret);

  /// Whether wire::matches() holds for any of the filters.
  bool matches(const event_view&) const noexcept;
  std::size_t memory_bytes() const noexcept;

 private:
  class table;
  const std::vector<filter>& filters_;
  std::unique_ptr<const table> table_;
};

}  // namespace uvnostr
