// SPDX-License-Identifier: MIT
#include "session/back_pressure.hpp"

#include <utility>

#include "session/relay_session.hpp"

namespace uvnostr::session {

void back_pressure::end_pause() noexcept {
  unread_time_ = unread_time();
  session_.counted().reading_paused = false;
}

void back_pressure::add(std::size_t bytes) noexcept {
  session_.counted().unverified_bytes += bytes;
  pause_if_full();
}

void back_pressure::pause_if_full() noexcept {
  relay_stats& counted = session_.counted();
  const bool is_full = counted.unverified_bytes > session_.options().max_unverified_bytes;
  if (!is_full || counted.reading_paused || session_.connection_ == nullptr) return;
  counted.reading_paused = true;
  paused_since_ = session_.now();
  session_.connection_->pause_reading();
  session_.log().write(log_level::debug, "reading is paused", session_.subject(),
                       {{"unverified_bytes", counted.unverified_bytes}});
}

void back_pressure::remove(std::size_t bytes) noexcept {
  relay_stats& counted = session_.counted();
  counted.unverified_bytes -= bytes;
  if (!counted.reading_paused || counted.unverified_bytes > session_.options().max_unverified_bytes / 2) return;
  end_pause();
  session_.log().write(log_level::debug, "reading is resumed", session_.subject());
  if (session_.connection_ != nullptr) session_.connection_->resume_reading();
  session_.liveness_.heard();  // bytes that arrived meanwhile wait in the socket
}

std::chrono::microseconds back_pressure::unread_time() const noexcept {
  return session_.counted().reading_paused ? unread_time_ + (session_.now() - paused_since_) : unread_time_;
}

std::chrono::microseconds back_pressure::unread_since(std::chrono::microseconds& since) const noexcept {
  const std::chrono::microseconds all = unread_time();
  return all - std::exchange(since, all);
}

}  // namespace uvnostr::session
