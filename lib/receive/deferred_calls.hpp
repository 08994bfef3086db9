// SPDX-License-Identifier: MIT
// Calls to the application that wait for the end of the loop's turn, when our state is consistent.
//
// What can go wrong: calls keep adding others, or there are very many. Calls that are added while others run wait for
// the next turn, and so do calls that are left after a few milliseconds, so that no application keeps the loop from its
// sockets. A call may destroy the pool: then clear() runs inside run().
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>

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
  bool empty() const noexcept { return calls_.empty(); }
  void clear() noexcept { calls_.clear(); }

  void run() noexcept {
    if (calls_.empty()) return;
    const port::time_point end = reactor_.now() + longest_run;
    budget_.begin_call();
    for (std::size_t due = calls_.size(); due != 0 && !calls_.empty(); --due) {
      callback<void()> call = std::move(calls_.front());
      calls_.pop_front();
      call();
      budget_.end_call();
      if (calls_.empty()) return;  // the call may have ended the pool, and the reactor is gone
      if (reactor_.now() >= end) break;
    }
    if (!calls_.empty()) reactor_.wake_soon();
  }

 private:
  static constexpr auto longest_run = std::chrono::milliseconds(4);

  port::reactor& reactor_;
  turn_budget& budget_;
  std::deque<callback<void()>> calls_;
};

}  // namespace uvnostr
