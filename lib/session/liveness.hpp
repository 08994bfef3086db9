// SPDX-License-Identifier: MIT
// Checks whether the relay at the other end of a connection is still there.
//
// Happy path: anything from the relay is a sign of life; after ping_interval without one, a ping is sent, and its pong
// is another sign of life.
// What can go wrong:
//   nothing comes, no pong either   ping_timeout after pong_timeout
//   the pong waits behind events    these are signs of life; a pong is not needed then
//   the ping waits behind events    until it has left, our bytes that leave are the sign of life
//   we do not read                  silence then means nothing, and the time begins anew
// A process that stood still reads its sockets before its time limits are looked at: see pool_core.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/timer_queue.hpp"

namespace uvnostr::session {

class relay_session;

class liveness {
 public:
  explicit liveness(relay_session& session) noexcept : session_(session) {}

  /// To be called when the connection opens.
  void start() noexcept;
  void stop() noexcept;
  bool is_watching() const noexcept { return timer_.is_scheduled(); }

  /// To be called when something arrives. Reads no clock, because messages come by the million.
  void heard() noexcept;
  void on_pong() noexcept;

 private:
  void wait_for_silence() noexcept;
  void on_timer() noexcept;

  relay_session& session_;
  base::timer timer_ = base::timer::calling<&liveness::on_timer>(*this);  // the end of ping_interval or pong_timeout
  std::chrono::microseconds heard_at_{};                                  // or a little later
  std::chrono::microseconds ping_sent_{};
  std::uint64_t left_before_ = 0;  // the session's bytes_that_left() when the timer was set
  std::uint64_t ping_behind_ = 0;  // how many bytes were to leave before the ping
  bool pong_due_ = false;
  bool has_spoken_ = false;  // since the ping
};

}  // namespace uvnostr::session
