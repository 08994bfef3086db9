// SPDX-License-Identifier: MIT
#include "session/liveness.hpp"

#include <utility>

#include "session/relay_session.hpp"

namespace uvnostr::session {

void liveness::start() noexcept {
  heard();
  wait_for_silence();
}

void liveness::stop() noexcept {
  timer_.cancel();
  pong_due_ = false;
}

void liveness::heard() noexcept {
  heard_at_ = session_.turn_began();
  has_spoken_ = true;
}

void liveness::wait_for_silence() noexcept {
  pong_due_ = false;
  const std::chrono::milliseconds interval = session_.options().ping_interval;
  if (interval.count() != 0) session_.timers().schedule(timer_, heard_at_ + interval);
}

void liveness::on_pong() noexcept {
  heard();
  if (!pong_due_) return;
  heard_at_ = session_.now();
  session_.counted().ping_time = heard_at_ - ping_sent_;
  wait_for_silence();
}

void liveness::on_timer() noexcept {
  const std::chrono::microseconds now = session_.now();
  if (session_.counted().reading_paused) {
    heard_at_ = now;
    has_spoken_ = true;
  }
  const bool spoke = pong_due_ ? has_spoken_ : heard_at_ + session_.options().ping_interval > now;
  if (spoke) return wait_for_silence();
  const std::uint64_t left = session_.bytes_that_left();
  if (pong_due_) {
    // What leaves after the ping is no sign of life: the relay's system takes it even if the relay stands still.
    const std::uint64_t before = std::exchange(left_before_, left);
    if (before >= ping_behind_ || left == before) return session_.lost(errc::ping_timeout);
  } else {
    pong_due_ = true;
    has_spoken_ = false;
    ping_sent_ = now;
    left_before_ = left;
    ping_behind_ = session_.bytes_handed_over();
    session_.connection_->send_ping();
  }
  session_.timers().schedule(timer_, now + session_.options().pong_timeout);
}

}  // namespace uvnostr::session
