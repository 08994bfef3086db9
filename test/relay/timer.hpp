// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include <uv.h>

#include <uvnostr/callback.hpp>

namespace uvnostr::testing::detail {

/// The loop, and whether our handles keep it alive.
struct loop_context {
  uv_loop_t* loop = nullptr;
  bool hold = true;
};

/// A one-shot timer. Its libuv handle lives on the heap until libuv has closed it, so that this object may be
/// destroyed at any time, in its own callback too.
class timer {
 public:
  explicit timer(loop_context) noexcept;
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;
  ~timer();

  /// A new time and callback replace the old ones.
  void start(std::chrono::milliseconds, callback<void()>) noexcept;
  void stop() noexcept;
  bool is_running() const noexcept;

 private:
  struct handle;
  handle* handle_;
};

}  // namespace uvnostr::testing::detail
