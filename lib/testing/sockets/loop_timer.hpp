// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include <uv.h>

#include "testing/relay/timer.hpp"

namespace uvnostr::testing::detail {

/// The loop, and whether our handles keep it alive.
struct loop_context {
  uv_loop_t* loop = nullptr;
  bool hold = true;
};

/// A libuv timer. Its handle stays on the heap until libuv has closed it.
class loop_timer final : public timer {
 public:
  explicit loop_timer(loop_context) noexcept;
  loop_timer(const loop_timer&) = delete;
  loop_timer& operator=(const loop_timer&) = delete;
  ~loop_timer() override;

  void start(std::chrono::milliseconds, callback<void()>) noexcept override;
  void stop() noexcept override;
  bool is_running() const noexcept override;

 private:
  struct handle;
  handle* handle_;
};

}  // namespace uvnostr::testing::detail
