// SPDX-License-Identifier: MIT
// Stops reading a relay's socket while too much of what it sent waits for us.
//
// Happy path: received events wait for verification and for the application. Above max_unverified_bytes the socket is
// not read; once half of that is left, it is read again.
// What can go wrong:
//   the connection ends meanwhile        what waits still waits, so the next connection may begin with a pause
//   an answer waits in the socket        unread_time() tells the owners of time limits how long
//   the relay seems dead meanwhile       the bytes in the socket count as a sign of life
#pragma once

#include <chrono>
#include <cstddef>

namespace uvnostr::session {

class relay_session;

class back_pressure {
 public:
  explicit back_pressure(relay_session& session) noexcept : session_(session) {}

  void on_connected() noexcept { pause_if_full(); }
  void on_disconnected() noexcept { end_pause(); }

  void add(std::size_t bytes) noexcept;
  void remove(std::size_t bytes) noexcept;

  /// How long reading was paused in total.
  std::chrono::microseconds unread_time() const noexcept;
  /// The part of it after `since`, which is then set to now.
  std::chrono::microseconds unread_since(std::chrono::microseconds& since) const noexcept;

 private:
  void pause_if_full() noexcept;
  void end_pause() noexcept;

  relay_session& session_;
  std::chrono::microseconds paused_since_{};
  std::chrono::microseconds unread_time_{};  // of past pauses
};

}  // namespace uvnostr::session
