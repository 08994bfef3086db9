// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>

#include <uvnostr/callback.hpp>

namespace uvnostr::testing::detail {

/// Calls scheduled on a virtual clock, ordered by time. Calls of the same time run in the order in which they were
/// added.
class agenda {
 public:
  using duration = std::chrono::microseconds;
  struct ticket {
    duration due;
    std::uint64_t number;
    auto operator<=>(const ticket&) const = default;
  };

  /// The time since the beginning.
  duration now() const noexcept { return now_; }
  ticket after(duration, callback<void()>) noexcept;
  /// Does nothing if the call was already made.
  void cancel(const ticket& which) noexcept { items_.erase(which); }

  bool empty() const noexcept { return items_.empty(); }
  duration next() const noexcept { return items_.begin()->first.due; }
  void do_next() noexcept;
  void move_to(duration when) noexcept { now_ = when; }
  void clear() noexcept;

 private:
  duration now_{0};
  std::uint64_t asked_ = 0;
  std::map<ticket, callback<void()>> items_;
};

}  // namespace uvnostr::testing::detail
