// SPDX-License-Identifier: MIT
// A set of dates in little memory: at most a few ranges. When it is full, the two closest ranges are merged, so the set
// may contain more dates than were added, but never fewer.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <uvnostr/types.hpp>

namespace uvnostr::dedup {

class date_ranges {
 public:
  void add(unix_seconds at) noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      if (at >= ranges_[i].from && at <= ranges_[i].to) return;
    }
    std::size_t place = count_;
    while (place != 0 && ranges_[place - 1].from > at) --place;
    std::move_backward(ranges_.begin() + place, ranges_.begin() + count_, ranges_.begin() + count_ + 1);
    ranges_[place] = {at, at};
    if (++count_ > most) join_closest();
  }

  bool contains(unix_seconds at) const noexcept {
    return std::any_of(ranges_.begin(), ranges_.begin() + count_,
                       [at](const range& each) { return at >= each.from && at <= each.to; });
  }
  bool empty() const noexcept { return count_ == 0; }

 private:
  struct range {
    unix_seconds from{};
    unix_seconds to{};
  };
  static constexpr std::size_t most = 8;

  void join_closest() noexcept {
    std::size_t closest = 0;
    for (std::size_t i = 1; i + 1 < count_; ++i) {
      if (ranges_[i + 1].from - ranges_[i].to < ranges_[closest + 1].from - ranges_[closest].to) closest = i;
    }
    ranges_[closest].to = ranges_[closest + 1].to;
    std::move(ranges_.begin() + closest + 2, ranges_.begin() + count_, ranges_.begin() + closest + 1);
    --count_;
  }

  std::array<range, most + 1> ranges_{};  // by date, disjoint
  std::size_t count_ = 0;
};

}  // namespace uvnostr::dedup
