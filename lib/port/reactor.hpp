// SPDX-License-Identifier: MIT
// What the core needs of the world besides sockets: time, chance, and being called again.
// lib/net/uv_reactor implements it on a libuv loop, lib/testing/simulation/ on a virtual clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include <uvnostr/types.hpp>

namespace uvnostr::port {

/// Monotonic time; only differences mean anything.
struct loop_clock {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<loop_clock>;
  static constexpr bool is_steady = true;
};
using time_point = loop_clock::time_point;

/// A piece of work for a worker thread. It stays where it is from run_on_worker() until done().
class work {
 public:
  /// On a worker thread. Touches nothing that the loop's thread touches meanwhile.
  virtual void run() noexcept = 0;
  /// On the loop's thread, after run(); always called, also after the reactor was shut down.
  virtual void done() noexcept = 0;

  /// The reactor's, meanwhile: so that handing work over takes nothing from the heap.
  alignas(std::max_align_t) std::byte room[256];

 protected:
  ~work() = default;
};

/// Whom the reactor calls, on the loop's thread.
class reactor_listener {
 public:
  /// The alarm's time has come.
  virtual void on_alarm() noexcept = 0;
  /// wake_soon() was asked for.
  virtual void on_wake() noexcept = 0;

 protected:
  ~reactor_listener() = default;
};

class reactor {
 public:
  virtual time_point now() noexcept = 0;
  virtual unix_seconds wall_clock() noexcept = 0;
  /// False if the system has no random bytes to give.
  virtual bool random_bytes(std::span<std::byte>) noexcept = 0;

  /// One alarm at a time: a new time replaces the old one. A time that has passed means "soon".
  virtual void set_alarm(time_point) noexcept = 0;
  virtual void clear_alarm() noexcept = 0;
  /// Calls on_wake() once before the loop waits for I/O again, never from inside this call.
  virtual void wake_soon() noexcept = 0;

  /// Whether the loop is to be kept alive although nothing may be due.
  virtual void hold_loop(bool) noexcept = 0;

  /// False if the work could not be queued; then neither run() nor done() is called.
  virtual bool run_on_worker(work&) noexcept = 0;

 protected:
  ~reactor() = default;
};

}  // namespace uvnostr::port
