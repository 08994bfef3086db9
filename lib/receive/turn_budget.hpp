// SPDX-License-Identifier: MIT
// How long a pool may occupy the loop in one turn, including calls to the application. The rest waits for the next
// turn, so that a slow application holds up neither the loop's other handles nor its own.
//
// The budget also measures the calls to the application. It reads the clock before and after each call; if another call
// follows at once, one reading serves as the end of the first and the beginning of the second.
//
// What can go wrong: a call may end the pool, and with it the reactor. After stop() the reactor is not used.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include <uvnostr/histogram.hpp>

#include "port/reactor.hpp"

namespace uvnostr {

class turn_budget {
 public:
  turn_budget(port::reactor& reactor, duration_histogram& calls) noexcept : reactor_(reactor), calls_(calls) {}

  /// Whether the turn, which the first call begins, may go on. Reads the clock.
  bool has_time() noexcept {
    last_ = reactor_.now();
    is_fresh_ = false;
    return is_within();
  }
  /// Begins a series of calls that follow each other at once, with only still_has_time() between them.
  void begin_series() noexcept { is_fresh_ = false; }
  /// Like has_time(), but uses the reading that end_call() took.
  bool still_has_time() noexcept { return is_fresh_ ? (is_fresh_ = false, is_within()) : has_time(); }

  /// Precedes a call to the application, unless has_time() or still_has_time() has just been called. Returns the
  /// reading.
  port::time_point begin_call() noexcept {
    if (!stopped_) last_ = reactor_.now();
    return last_;
  }
  /// Follows each call to the application. Returns the last reading of the clock.
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
  bool is_fresh_ = false;  // end_call() took the last reading, and still_has_time() has not used it
  bool has_called_ = false;
  bool stopped_ = false;
};

}  // namespace uvnostr
