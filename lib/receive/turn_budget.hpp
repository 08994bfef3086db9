// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include <uvnostr/histogram.hpp>

#include "port/reactor.hpp"

namespace uvnostr {

/// How long a pool may occupy the loop in one turn, including calls to the application. The rest waits for the next
/// turn, so that a slow application starves neither the loop's other handles nor its own.
///
/// It also measures the calls to the application, with as few readings of the clock as possible. Before a delivery,
/// has_time() reads it anyway. Where deliveries follow each other, the reading after one is also the reading before the
/// next. So the measurement costs at most one reading more for an event or any other call.
class turn_budget {
 public:
  turn_budget(port::reactor& reactor, duration_histogram& calls) noexcept : reactor_(reactor), calls_(calls) {}

  /// The first call begins the turn.
  bool has_time() noexcept {
    last_ = reactor_.now();
    is_fresh_ = false;
    return is_within();
  }
  /// Deliveries may follow each other now: from here on still_has_time() may stand in for has_time().
  void begin_calls() noexcept { is_fresh_ = false; }
  /// The same between deliveries that follow each other at once.
  bool still_has_time() noexcept { return is_fresh_ ? (is_fresh_ = false, is_within()) : has_time(); }

  /// Around calls to the application; has_time() may stand in for begin_call().
  /// Returns the reading.
  port::time_point begin_call() noexcept {
    if (!stopped_) last_ = reactor_.now();
    return last_;
  }
  /// Reads no clock if the call has ended the pool, and with it the reactor. Returns the last reading.
  port::time_point end_call() noexcept {
    if (stopped_) return last_;
    const port::time_point now = reactor_.now();
    in_calls_ += now - last_;
    last_ = now;
    has_called_ = is_fresh_ = true;
    return now;
  }

  void end_turn() noexcept {
    end_.reset();
    is_fresh_ = false;
    if (std::exchange(has_called_, false)) calls_.add(std::exchange(in_calls_, {}));
  }
  /// The reactor is no longer used.
  void stop() noexcept { stopped_ = true; }

 private:
  static constexpr auto length = std::chrono::milliseconds(8);

  bool is_within() noexcept {
    if (!end_) {
      end_ = last_ + length;
      reactor_.wake_soon();  // the turn ends there
    }
    return last_ < *end_;
  }

  port::reactor& reactor_;
  duration_histogram& calls_;
  std::optional<port::time_point> end_;
  port::time_point last_{};  // the last reading of the clock
  port::loop_clock::duration in_calls_{};
  bool is_fresh_ = false;  // it was read just now, after a call
  bool has_called_ = false;
  bool stopped_ = false;
};

}  // namespace uvnostr
