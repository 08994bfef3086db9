// SPDX-License-Identifier: MIT
// A list of gaps in little memory: adjacent gaps with the same reason are merged, and if there are too many, all of
// them are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <uvnostr/gap.hpp>

namespace uvnostr::session {

class gap_list {
 public:
  void add(unix_seconds from, unix_seconds to, gap_reason why) {
    to = std::max(from, to);
    for (gap& each : gaps_) {
      const bool touches = from - std::chrono::seconds(1) <= each.to && each.from - std::chrono::seconds(1) <= to;
      if (each.reason != why || (!touches && gaps_.size() < most)) continue;
      each.from = std::min(each.from, from);
      each.to = std::max(each.to, to);
      return;
    }
    gaps_.push_back({from, to, why});
  }
  void clear() noexcept { gaps_ = {}; }
  std::span<const gap> all() const noexcept { return gaps_; }

 private:
  static constexpr std::size_t most = 64;

  std::vector<gap> gaps_;
};

}  // namespace uvnostr::session
