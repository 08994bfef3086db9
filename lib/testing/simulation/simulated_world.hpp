// SPDX-License-Identifier: MIT
// The world of one pool in a simulation: port::world on the virtual clock.
//
// Happy path: attach, alarms, wakes, work and dials, release; then it frees itself. The same thread does the work for
// worker threads in a later step, even after release().
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "port/world.hpp"

#include "testing/simulation/simulated_network.hpp"

namespace uvnostr::testing::detail {

class simulated_connection;

class simulated_world final : public port::world, private port::reactor, private port::transport {
 public:
  explicit simulated_world(simulated_network& of) noexcept : network_(of) { ++network_.worlds; }
  simulated_world(const simulated_world&) = delete;
  simulated_world& operator=(const simulated_world&) = delete;
  ~simulated_world() = default;

  port::reactor& reactor() noexcept override { return *this; }
  port::transport& transport() noexcept override { return *this; }
  void attach(port::reactor_listener& listener) noexcept override { listener_ = &listener; }
  void release() noexcept override;

  /// Called by a connection that has ended.
  void remove(simulated_connection&) noexcept;
  /// Whether a real loop would be kept alive. The simulation's does not end by itself.
  bool holds_loop() const noexcept { return holds_loop_; }

 private:
  port::time_point now() noexcept override;
  port::time_point turn_began() noexcept override { return now(); }
  unix_seconds wall_clock() noexcept override { return network_.wall_clock(); }
  bool random_bytes(std::span<std::byte>) noexcept override;
  void set_alarm(port::time_point) noexcept override;
  void clear_alarm() noexcept override;
  void wake_soon() noexcept override;
  void hold_loop(bool hold) noexcept override { holds_loop_ = hold; }
  bool run_on_worker(port::work&) noexcept override;
  result<port::connection*> dial(const port::dial_request&, port::connection_listener&) noexcept override;
  error check(const relay_options&) noexcept override;

  simulated_network& network_;
  port::reactor_listener* listener_ = nullptr;
  bool released_ = false;
  bool holds_loop_ = false;
  std::optional<agenda::ticket> alarm_;
  std::optional<agenda::ticket> wake_;
  std::vector<std::shared_ptr<simulated_connection>> connections_;
};

}  // namespace uvnostr::testing::detail
