// SPDX-License-Identifier: MIT
// How long to wait before the next attempt.
//
// What can go wrong: a relay that accepts and closes at once would be dialled in a tight loop if every handshake
// counted as success; so only a connection that lasted `stable_after` does. Many clients that lost one relay together
// would come back together; so there is jitter.
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
  /// Whether the relay said that we come too often or are not wanted: then delays are `patience` times as long.
  void is_sent_away(bool yes) noexcept { sent_away_ = yes; }
  bool sent_away() const noexcept { return sent_away_; }

  /// In a row. The loss of a proven connection is the first.
  unsigned failures() const noexcept { return failures_; }

  /// The wait before the next attempt; `chance` is a random number from 0 to 1. Empty: there is no other attempt.
  std::optional<std::chrono::milliseconds> next_delay(double chance) const noexcept;
  /// The same for a wait that the relay asks of everybody: never shorter.
  std::chrono::milliseconds not_all_at_once(std::chrono::milliseconds wait, double chance) const noexcept;

 private:
  static constexpr double patience = 10;

  reconnect_options options_;
  bool sent_away_ = false;
  unsigned failures_ = 0;
};

}  // namespace uvnostr::session
