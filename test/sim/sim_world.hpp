// SPDX-License-Identifier: MIT
// The world of one simulated pool: the clock, the workers, the network, and the order of events.
//
// A step is one call of the core from its loop (an alarm, a wake, finished work, something from the network), or one of
// the application. As on a real loop, other events may come between wake_soon() and on_wake(), but no time passes;
// alarms may be late; work finishes in any order.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "port/world.hpp"
#include "sim/run_state.hpp"
#include "sim/sim_relay.hpp"

namespace uvnostr::sim {

/// Knows the number under which the core dials a URL.
class dial_observer {
 public:
  /// 0: the application has no such relay.
  virtual unsigned on_dial(unsigned host) = 0;
  virtual void on_dial_failed(unsigned relay) = 0;

 protected:
  ~dial_observer() = default;
};

/// The part that outlives a pool: the relays, and all connections ever made.
struct sim_network {
  std::vector<std::unique_ptr<sim_relay>> relays;
  std::vector<std::shared_ptr<link>> links;
};

class sim_world final : public port::world, private port::reactor, private port::transport {
 public:
  sim_world(run_state& s, sim_network& n, network_observer& w, dial_observer& book)
      : state_(s), network_(n), observer_(w), dials_(book) {}

  port::reactor& reactor() noexcept override { return *this; }
  port::transport& transport() noexcept override { return *this; }
  void attach(port::reactor_listener& listener) noexcept override { listener_ = &listener; }
  void release() noexcept override;

  /// Runs the next step, if there is one before that time.
  bool step(port::time_point until);
  bool released() const noexcept { return released_; }
  /// Whether nothing of the core is left.
  bool is_empty() const;

  bool clock_ticks = false;  // the clock runs even while the core works
  unsigned work_under_way = 0;
  duration slowest_work{20ms};
  bool workers_refuse = false;

 private:
  port::time_point now() noexcept override;
  port::time_point turn_began() noexcept override { return now(); }
  unix_seconds wall_clock() noexcept override;
  bool random_bytes(std::span<std::byte>) noexcept override;
  void set_alarm(port::time_point) noexcept override;
  void clear_alarm() noexcept override;
  void wake_soon() noexcept override;
  void hold_loop(bool) noexcept override { check("hold_loop"); }
  bool run_on_worker(port::work&) noexcept override;
  result<port::connection*> dial(const port::dial_request&, port::connection_listener&) noexcept override;
  error check(const relay_options&) noexcept override { return {}; }

  void check(const char* call) {
    if (released_) state_.fail(call, "() after release()");
  }

  run_state& state_;
  sim_network& network_;
  network_observer& observer_;
  dial_observer& dials_;
  port::reactor_listener* listener_ = nullptr;
  std::optional<port::time_point> alarm_;
  duration late_{};
  bool woken_ = false;
  bool released_ = false;
  std::uint64_t works_ = 0;
  std::uint64_t last_done_ = 0;
};

}  // namespace uvnostr::sim
