// SPDX-License-Identifier: MIT
// Calls to the application that wait for the end of the loop's turn, when our state is consistent.
//
// What can go wrong: calls keep adding others, or there are very many. Calls that are added while others run wait for
// the next turn, and so do calls that are left after a few milliseconds, so that no application keeps the loop from its
// sockets. A call may destroy the pool: then clear() runs inside run().
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include <uvnostr/callback.hpp>

#include "port/reactor.hpp"
#include "receive/turn_budget.hpp"

namespace uvnostr {

class deferred_calls {
 public:
  deferred_calls(port::reactor& reactor, turn_budget& budget) noexcept : reactor_(reactor), budget_(budget) {}

  void add(callback<void()> call) {
    calls_.push_back(std::move(call));
    reactor_.wake_soon();
  }
  bool empty() const noexcept { return calls_.size() == done_; }
  void clear() noexcept {
    done_ = 0;
    // Their destruction may add others.
    const std::vector<callback<void()>> gone = std::exchange(calls_, {});
  }

  void run() noexcept {
    if (empty()) return;
    const port::time_point end = budget_.begin_call() + longest_run;
    for (std::size_t due = calls_.size() - done_; due != 0 && !empty(); --due) {
      callback<void()> call = std::move(calls_[done_++]);
      drop_done();
      call();
      const port::time_point now = budget_.end_call();
      if (empty()) return;  // the call may have ended the pool, and the reactor is gone
      if (now >= end) break;
    }
    if (!empty()) reactor_.wake_soon();
  }

 private:
  static constexpr auto longest_run = std::chrono::milliseconds(4);
  static constexpr std::size_t most_kept = 1024;

  /// Without allocations as long as the number of calls that wait does not grow.
  void drop_done() noexcept {
    if (done_ < calls_.size() && done_ < calls_.size() - done_) return;
    calls_.erase(calls_.begin(), calls_.begin() + static_cast<std::ptrdiff_t>(done_));
    done_ = 0;
    if (calls_.empty() && calls_.capacity() > most_kept) std::vector<callback<void()>>().swap(calls_);
  }

  port::reactor& reactor_;
  turn_budget& budget_;
  std::vector<callback<void()>> calls_;
  std::size_t done_ = 0;  // how many of the first calls have been made
};

}  // namespace uvnostr
