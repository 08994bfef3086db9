// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>

#include <uvnostr/callback.hpp>

namespace uvnostr::testing::detail {

/// What is to happen on a virtual clock, in the order of time; what has the same time, in the order in which it was
/// asked for.
class agenda {
 public:
  using duration = std::chrono::microseconds;
  struct ticket {
    duration due;
    std::uint64_t number;
    auto operator<=>(const ticket&) const = default;
  };

  /// Since the beginning.
  duration now() const noexcept { return now_; }
  ticket after(duration, callback<void()>) noexcept;
  /// Nothing, if it has happened.
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
