// SPDX-License-Identifier: MIT
#include <uvnostr/testing/loop.hpp>

#include <uv.h>

namespace uvnostr::testing {
namespace {

// How long the loop may sleep before the condition is checked again even if nothing has happened.
constexpr std::uint64_t tick_milliseconds = 5;

struct ticker {
  uv_timer_t uv;
  explicit ticker(uv_loop_t* loop) noexcept {
    uv_timer_init(loop, &uv);
    uv_timer_start(
        &uv, [](uv_timer_t*) {}, tick_milliseconds, tick_milliseconds);
    uv.data = this;
  }
  void close() noexcept {
    uv_close(reinterpret_cast<uv_handle_t*>(&uv),
             [](uv_handle_t* closed) { delete static_cast<ticker*>(closed->data); });
  }
};

bool over(uv_loop_t* loop, std::uint64_t start, std::chrono::milliseconds limit) noexcept {
  return uv_now(loop) - start > static_cast<std::uint64_t>(limit.count());
}

}  // namespace

bool run_until(uv_loop_t* loop, callback<bool()> condition, std::chrono::milliseconds limit) noexcept {
  uv_update_time(loop);
  const std::uint64_t start = uv_now(loop);
  auto* tick = new ticker(loop);
  bool held = condition();
  while (!held && !over(loop, start, limit)) {
    uv_run(loop, UV_RUN_ONCE);
    held = condition();
  }
  tick->close();
  return held;
}

bool run_until_idle(uv_loop_t* loop, std::chrono::milliseconds limit) noexcept {
  uv_update_time(loop);
  const std::uint64_t start = uv_now(loop);
  auto* tick = new ticker(loop);
  uv_unref(reinterpret_cast<uv_handle_t*>(&tick->uv));
  while (uv_loop_alive(loop) != 0 && !over(loop, start, limit)) uv_run(loop, UV_RUN_ONCE);
  const bool idle = uv_loop_alive(loop) == 0;
  tick->close();
  uv_run(loop, UV_RUN_NOWAIT);
  return idle;
}

}  // namespace uvnostr::testing
