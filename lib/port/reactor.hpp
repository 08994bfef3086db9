// SPDX-License-Identifier: MIT
// Everything besides sockets that the core needs from outside: time, randomness, and being called later.
// lib/net/uv_reactor implements it on a libuv loop, lib/testing/simulation/ on a virtual clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include <uvnostr/types.hpp>

namespace uvnostr::port {

/// Monotonic time; only differences are meaningful.
struct loop_clock {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<loop_clock>;
  static constexpr bool is_steady = true;
};
using time_point = loop_clock::time_point;

/// A piece of work for a worker thread. The object must stay in place from run_on_worker() until done().
class work {
 public:
  /// Called on a worker thread. Touches nothing that the loop's thread uses meanwhile.
  virtual void run() noexcept = 0;
  /// Called on the loop's thread after run(); always, even after the reactor was shut down.
  virtual void done() noexcept = 0;

  /// Reserved for the reactor meanwhile, so that handing work over does not allocate.
  alignas(std::max_align_t) std::byte room[256];

 protected:
  ~work() = default;
};

/// The reactor's callbacks, on the loop's thread.
class reactor_listener {
 public:
  /// The time of the alarm was reached.
  virtual void on_alarm() noexcept = 0;
  /// wake_soon() was called.
  virtual void on_wake() noexcept = 0;

 protected:
  ~reactor_listener() = default;
};

class reactor {
 public:
  virtual time_point now() noexcept = 0;
  /// When the loop last returned from waiting for I/O, to the millisecond. Costs no reading of the clock.
  virtual time_point turn_began() noexcept = 0;
  virtual unix_seconds wall_clock() noexcept = 0;
  /// Returns false if the system has no random bytes.
  virtual bool random_bytes(std::span<std::byte>) noexcept = 0;

  /// There is one alarm: a new time replaces the previous one. A time in the past means "soon".
  virtual void set_alarm(time_point) noexcept = 0;
  virtual void clear_alarm() noexcept = 0;
  /// Calls on_wake() once, before the loop next waits for I/O, and never from inside this call.
  virtual void wake_soon() noexcept = 0;

  /// Whether to keep the loop alive even if nothing is scheduled.
  virtual void hold_loop(bool) noexcept = 0;

  /// Returns false if the work could not be queued; then neither run() nor done() is called.
  virtual bool run_on_worker(work&) noexcept = 0;

 protected:
  ~reactor() = default;
};

}  // namespace uvnostr::port
