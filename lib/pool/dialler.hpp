// SPDX-License-Identifier: MIT
// Whose turn it is to dial: sessions wait in a queue, at most `max_dials` are connecting at a time.
//
// Happy path: want() queues a session, start_due() dials it from the loop, over() makes room for the next.
// What can go wrong: a session is stopped while it waits. Then over() takes it out of the queue.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>

#include "base/ref.hpp"
#include "port/reactor.hpp"
#include "session/relay_session.hpp"

namespace uvnostr {

class dialler {
 public:
  dialler(port::reactor& reactor, std::size_t max_dials) noexcept : reactor_(reactor), max_dials_(max_dials) {}

  /// The session waits for start_due(): nothing is dialled inside the call that wants it.
  void want(session::relay_session& session) {
    queue_.push_back(base::ref<session::relay_session>::retain(session));
    reactor_.wake_soon();
  }
  /// Its dial has ended, well or not, or is no longer wanted.
  void over(const session::relay_session& session) noexcept {
    const auto waiting = std::find_if(queue_.begin(), queue_.end(), [&](const auto& each) { return each.get() == &session; });
    if (waiting != queue_.end()) {
      queue_.erase(waiting);
      return;
    }
    --dialling_;
    if (!queue_.empty()) reactor_.wake_soon();
  }
  void start_due() noexcept {
    while (!queue_.empty() && dialling_ < max_dials_) {
      const base::ref<session::relay_session> next = std::move(queue_.front());
      queue_.pop_front();
      ++dialling_;
      next->dial();
    }
  }
  void clear() noexcept { queue_.clear(); }

 private:
  port::reactor& reactor_;
  const std::size_t max_dials_;
  std::deque<base::ref<session::relay_session>> queue_;
  std::size_t dialling_ = 0;
};

}  // namespace uvnostr
