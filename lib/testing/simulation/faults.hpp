// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

#include <uvnostr/testing/simulation.hpp>

namespace uvnostr::testing::detail {

/// Counts the uses of calls that can fail, and decides which of them fail.
class fault_counter {
 public:
  /// Makes the `nth` use from now on fail, and those after it: `times` altogether.
  void fail(system_call what, unsigned nth, unsigned times) noexcept {
    plan_of(what) = {.skip = nth == 0 ? 0 : nth - 1, .left = times};
  }

  /// Counts one use.
  bool fails(system_call what) noexcept {
    plan& next = plan_of(what);
    if (next.left == 0) return false;
    if (next.skip != 0) {
      --next.skip;
      return false;
    }
    if (next.left != always) --next.left;
    ++failures_;
    return true;
  }
  std::size_t failures() const noexcept { return failures_; }

 private:
  struct plan {
    unsigned skip = 0;
    unsigned left = 0;
  };
  plan& plan_of(system_call what) noexcept { return plans_[static_cast<std::size_t>(what)]; }

  std::array<plan, 5> plans_{};
  std::size_t failures_ = 0;
};

}  // namespace uvnostr::testing::detail
