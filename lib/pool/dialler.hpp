// SPDX-License-Identifier: MIT
// Decides which relays are dialled, and when.
//
// Happy path: want() queues a session, start_due() dials it from the loop, over() makes room for the next. Relays that
// have served us go first, then new ones, then those that have only failed.
// What can go wrong:
//   relays do not answer       a dial that is silent for `patience` makes room for another, up to `crowd` times
//                              max_dials; each of the three kinds of relays has its own places
//   one host has many relays   at most `most_at_host` of them are dialled at a time
//   nothing can be reached     if `enough_silence` relays in a row give no sign of life, and none is connected, the
//                              network is down. Until something answers, relays that were tried before are dialled
//                              one by one, with pauses, each kind separately
//   a session is stopped while it waits or dials    over() removes it
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <vector>

#include "base/ref.hpp"
#include "base/timer_queue.hpp"
#include "pool/relay_set.hpp"
#include "port/reactor.hpp"
#include "session/relay_session.hpp"

namespace uvnostr {

class dialler {
 public:
  dialler(port::reactor& reactor, base::timer_queue& timers, const relay_set& relays, std::size_t max_dials) noexcept
      : reactor_(reactor), timers_(timers), relays_(relays), max_dials_(max_dials) {}

  /// Queues the session until start_due(): nothing is dialled inside this call.
  void want(session::relay_session&);
  /// The session's dial has succeeded or failed, or is no longer wanted.
  void over(const session::relay_session&) noexcept;
  void start_due() noexcept;
  /// Call it when the network may have come back.
  void forget_silence() noexcept;
  void clear() noexcept;

 private:
  static constexpr std::chrono::milliseconds patience{100};
  static constexpr std::size_t crowd = 16;
  static constexpr std::size_t most_at_host = 4;
  static constexpr std::size_t enough_silence = 4;
  static constexpr std::chrono::milliseconds probe_pause{2'000};

  enum class kind : unsigned char { has_served, never_tried, only_failed };
  struct waiting {
    base::ref<session::relay_session> session;
    dialler::kind kind;
  };
  struct dial {
    const session::relay_session* session;
    std::chrono::microseconds since;
    dialler::kind kind;
  };

  std::chrono::microseconds now() noexcept { return reactor_.now().time_since_epoch(); }
  static kind kind_of(const session::relay_session&) noexcept;
  bool may_start(const waiting&) noexcept;
  bool network_is_down() const noexcept;
  void start(std::size_t place) noexcept;
  std::chrono::microseconds next_probe() noexcept;
  void try_again_at(std::chrono::microseconds) noexcept;
  void on_timer() noexcept {}  // start_due() follows at the end of each turn

  port::reactor& reactor_;
  base::timer_queue& timers_;
  const relay_set& relays_;
  const std::size_t max_dials_;
  std::vector<waiting> queue_;  // in the order of arrival
  std::vector<dial> dialling_;
  std::vector<relay_id> silent_;  // relays that gave no sign of life since any relay last did; each once
  std::array<std::chrono::microseconds, 3> next_probe_{};  // per kind, while the network is down
  base::timer timer_ = base::timer::calling<&dialler::on_timer>(*this);
};

}  // namespace uvnostr
