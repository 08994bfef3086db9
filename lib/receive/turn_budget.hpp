// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>

#include "port/reactor.hpp"

namespace uvnostr {

/// How long a pool may occupy the loop in one turn, including calls to the application. The rest waits for the next
/// turn, so that a slow application starves neither the loop's other handles nor its own.
class turn_budget {
 public:
  explicit turn_budget(port::reactor& reactor) noexcept : reactor_(reactor) {}

  /// The first call begins the turn.
  bool has_time() noexcept {
    const port::time_point now = reactor_.now();
    if (!end_) {
      end_ = now + length;
      reactor_.wake_soon();  // the turn ends there
    }
    return now < *end_;
  }
  void end_turn() noexcept { end_.reset(); }

 private:
  static constexpr auto length = std::chrono::milliseconds(8);

  port::reactor& reactor_;
  std::optional<port::time_point> end_;
};

}  // namespace uvnostr
