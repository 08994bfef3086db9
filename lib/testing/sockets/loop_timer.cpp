// SPDX-License-Identifier: MIT
#include "testing/sockets/loop_timer.hpp"

#include <utility>

namespace uvnostr::testing::detail {

struct loop_timer::handle {
  uv_timer_t uv;
  callback<void()> due;
};

loop_timer::loop_timer(loop_context context) noexcept : handle_(new handle) {
  uv_timer_init(context.loop, &handle_->uv);  // cannot fail
  handle_->uv.data = handle_;
  if (!context.hold) uv_unref(reinterpret_cast<uv_handle_t*>(&handle_->uv));
}

loop_timer::~loop_timer() {
  handle_->due = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv),
           [](uv_handle_t* closed) { delete static_cast<handle*>(closed->data); });
}

void loop_timer::start(std::chrono::milliseconds delay, callback<void()> due) noexcept {
  handle_->due = std::move(due);
  uv_timer_start(
      &handle_->uv,
      [](uv_timer_t* fired) {
        callback<void()> call = std::move(static_cast<handle*>(fired->data)->due);
        if (call) call();
      },
      static_cast<std::uint64_t>(delay.count()), 0);
}

void loop_timer::stop() noexcept {
  uv_timer_stop(&handle_->uv);
  handle_->due = nullptr;
}

bool loop_timer::is_running() const noexcept {
  return uv_is_active(reinterpret_cast<const uv_handle_t*>(&handle_->uv)) != 0;
}

}  // namespace uvnostr::testing::detail
