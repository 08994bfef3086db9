// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>

namespace uvnostr::session {

/// Tells a flood of messages that were not asked for from the few that every relay sends.
class flood_guard {
 public:
  static constexpr double most_at_once = 200;
  static constexpr double per_second = 5;

  /// Counts one. Returns true if it is part of a flood.
  bool note(std::chrono::microseconds now) noexcept {
    const std::chrono::duration<double> since = now - last_;
    level_ = std::max(0.0, level_ - per_second * since.count());
    last_ = now;
    if (level_ >= most_at_once) return true;
    ++level_;
    return false;
  }

 private:
  double level_ = 0;
  std::chrono::microseconds last_{};
};

}  // namespace uvnostr::session
