// SPDX-License-Identifier: MIT
// The state shared by all relays and pools of a simulation: the clock, randomness, faults, worker threads, and the
// relay of each URL.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>

#include <uvnostr/types.hpp>

#include "port/reactor.hpp"
#include "testing/simulation/agenda.hpp"
#include "testing/simulation/faults.hpp"

namespace uvnostr::testing::detail {

struct simulated_caller;

/// The peer that a client reaches at a URL.
class simulated_peer {
 public:
  /// Returns false if it refuses the client.
  virtual bool take(simulated_caller) = 0;

 protected:
  ~simulated_peer() = default;
};

struct simulated_network {
  detail::agenda agenda{};
  agenda::duration latency{};  // of one way
  unix_seconds start{};        // the wall clock at the beginning
  std::mt19937_64 random{};
  fault_counter faults{};
  std::map<std::string, simulated_peer*> relays{};  // by URL in normal form
  simulated_peer* other_relays = nullptr;           // answers at all other URLs, if set
  std::set<std::string> machines{};  // hosts that have or had a relay: they refuse other URLs instead of being unknown
  std::size_t worlds = 0;            // not yet released
  std::deque<port::work*> works{};   // for worker threads, oldest first
  bool workers_held = false;

  void add_work(port::work& work) {
    works.push_back(&work);
    if (!workers_held) agenda.after({}, [this] { do_work(); });
  }
  /// Finishes the oldest piece of work, unless workers are held.
  void do_work() noexcept {
    if (!workers_held && !works.empty()) finish_work();
  }
  void finish_work() noexcept {
    port::work* const oldest = works.front();
    works.pop_front();
    oldest->run();
    oldest->done();
  }
  void hold_workers() noexcept { workers_held = true; }
  void release_workers() {
    if (!workers_held) return;
    workers_held = false;
    for (std::size_t i = 0; i < works.size(); ++i) agenda.after({}, [this] { do_work(); });
  }

  unix_seconds wall_clock() const noexcept { return start + std::chrono::floor<std::chrono::seconds>(agenda.now()); }
};

}  // namespace uvnostr::testing::detail
