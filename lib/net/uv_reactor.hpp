// SPDX-License-Identifier: MIT
#pragma once

#include <uv.h>

#include <uvnostr/callback.hpp>

#include "port/reactor.hpp"

namespace uvnostr::net {

/// port::reactor on a libuv loop. Must outlive its handles: see close().
class uv_reactor final : public port::reactor {
 public:
  uv_reactor(uv_loop_t* loop, bool keep_loop_alive) noexcept : loop_(loop), keeps_loop_(keep_loop_alive) {}
  uv_reactor(const uv_reactor&) = delete;
  uv_reactor& operator=(const uv_reactor&) = delete;

  /// Returns false if there is no descriptor left; then there is nothing to close.
  bool start() noexcept;
  void listen(port::reactor_listener& listener) noexcept { listener_ = &listener; }
  /// The listener gets no further calls. `closed` is called when libuv has closed all handles.
  void close(callback<void()> closed) noexcept;

  /// Mark the lifetime of a connection, which keeps the loop alive if this world may.
  void begin_use() noexcept;
  void end_use() noexcept;
  void assert_thread() const noexcept;

  port::time_point now() noexcept override;
  port::time_point turn_began() noexcept override;
  unix_seconds wall_clock() noexcept override;
  bool random_bytes(std::span<std::byte>) noexcept override;
  void set_alarm(port::time_point) noexcept override;
  void clear_alarm() noexcept override;
  void wake_soon() noexcept override;
  void hold_loop(bool) noexcept override;
  bool run_on_worker(port::work&) noexcept override;

 private:
  static void on_timer(uv_timer_t*) noexcept;
  static void on_check(uv_check_t*) noexcept;
  static void on_handle_closed(uv_handle_t*) noexcept;
  void start_timer() noexcept;
  void update_hold() noexcept;

  uv_loop_t* loop_;
  bool keeps_loop_;
  bool closed_ = false;
  bool held_ = false;
  unsigned uses_ = 0;
  unsigned open_handles_ = 0;
  port::time_point alarm_at_{};
  port::reactor_listener* listener_ = nullptr;
  callback<void()> when_closed_;
  uv_thread_t thread_ = uv_thread_self();
  uv_timer_t timer_{};
  uv_idle_t idle_{};    // active while a wake is due, so that the loop does not wait for I/O
  uv_check_t check_{};  // calls on_wake(), right after the I/O of this turn
  uv_async_t hold_{};   // always active; its reference keeps the loop alive
};

}  // namespace uvnostr::net
