// SPDX-License-Identifier: MIT
// Computes how long to wait before the next attempt.
//
// What can go wrong: if every handshake counted as success, a relay that accepts and closes at once would be dialled in
// a tight loop, so only a connection that has lasted `stable_after` counts. Many clients that lost a relay together
// would come back together, so there is jitter.
#pragma once

#include <chrono>
#include <optional>

#include <uvnostr/relay_options.hpp>

namespace uvnostr::session {

class backoff {
 public:
  explicit backoff(const reconnect_options& options) noexcept : options_(options) {}

  /// An attempt failed, or a connection was lost after `uptime`.
  void failed() noexcept { ++failures_; }
  void lost_after(std::chrono::microseconds uptime) noexcept {
    failures_ = uptime >= options_.stable_after ? 1 : failures_ + 1;
  }
  void reset() noexcept { failures_ = 0; }
  /// Whether the relay said that we come too often or are not welcome: then delays are `patience` times as long.
  void is_sent_away(bool yes) noexcept { sent_away_ = yes; }
  bool sent_away() const noexcept { return sent_away_; }

  /// Failures in a row. The loss of a proven connection is the first one.
  unsigned failures() const noexcept { return failures_; }

  /// The delay before the next attempt; `chance` is a random number from 0 to 1. Empty: there is no further attempt.
  std::optional<std::chrono::milliseconds> next_delay(double chance) const noexcept;
  /// The same for a delay that the relay demands of all clients: it is never shortened.
  std::chrono::milliseconds not_all_at_once(std::chrono::milliseconds wait, double chance) const noexcept;

 private:
  static constexpr double patience = 10;

  reconnect_options options_;
  bool sent_away_ = false;
  unsigned failures_ = 0;
};

}  // namespace uvnostr::session
