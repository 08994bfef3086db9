// SPDX-License-Identifier: MIT
// Happy path: start() sets up four handles; the core arms the alarm and asks for wakes; close() gives the handles back.
// What can go wrong: the loop's clock is stale after long work, so we update it before we arm the timer. libuv counts
// whole milliseconds, so the timer may fire a little early and is then armed again. A wake asked for after close() does
// nothing.
#include "net/uv_reactor.hpp"

#include <cassert>
#include <chrono>
#include <utility>

namespace uvnostr::net {
namespace {

template <class Handle>
uv_handle_t* as_handle(Handle& handle) noexcept {
  return reinterpret_cast<uv_handle_t*>(&handle);
}

}  // namespace

bool uv_reactor::start() noexcept {
  // First, because it is the only one of the four that can fail.
  if (uv_async_init(loop_, &hold_, nullptr) != 0) return false;
  uv_timer_init(loop_, &timer_);
  uv_idle_init(loop_, &idle_);
  uv_check_init(loop_, &check_);
  open_handles_ = 4;
  for (uv_handle_t* handle : {as_handle(hold_), as_handle(timer_), as_handle(idle_), as_handle(check_)}) {
    handle->data = this;
    uv_unref(handle);
  }
  if (keeps_loop_) uv_ref(as_handle(idle_));
  return true;
}

void uv_reactor::close(callback<void()> closed) noexcept {
  assert_thread();
  closed_ = true;
  listener_ = nullptr;
  when_closed_ = std::move(closed);
  for (uv_handle_t* handle : {as_handle(hold_), as_handle(timer_), as_handle(idle_), as_handle(check_)}) {
    uv_close(handle, [](uv_handle_t* h) { on_handle_closed(h); });
  }
}

void uv_reactor::on_handle_closed(uv_handle_t* handle) noexcept {
  auto* self = static_cast<uv_reactor*>(handle->data);
  if (--self->open_handles_ > 0) return;
  auto closed = std::move(self->when_closed_);  // the call below frees this object
  closed();
}

void uv_reactor::assert_thread() const noexcept {
#ifndef NDEBUG
  const uv_thread_t here = uv_thread_self();
  assert(uv_thread_equal(&here, &thread_) != 0 && "uvnostr belongs to the thread of its loop");
#endif
}

void uv_reactor::begin_use() noexcept {
  ++uses_;
  update_hold();
}

void uv_reactor::end_use() noexcept {
  assert(uses_ > 0);
  --uses_;
  update_hold();
}

void uv_reactor::hold_loop(bool hold) noexcept {
  assert_thread();
  held_ = hold;
  update_hold();
}

void uv_reactor::update_hold() noexcept {
  if (closed_) return;
  if (keeps_loop_ && (held_ || uses_ > 0)) {
    uv_ref(as_handle(hold_));
  } else {
    uv_unref(as_handle(hold_));
  }
}

port::time_point uv_reactor::now() noexcept {
  return port::time_point(port::loop_clock::duration(static_cast<std::int64_t>(uv_hrtime() / 1000)));
}

port::time_point uv_reactor::turn_began() noexcept {
  return port::time_point(std::chrono::milliseconds(static_cast<std::int64_t>(uv_now(loop_))));
}

unix_seconds uv_reactor::wall_clock() noexcept {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

bool uv_reactor::random_bytes(std::span<std::byte> bytes) noexcept {
  return uv_random(nullptr, nullptr, bytes.data(), bytes.size(), 0, nullptr) == 0;
}

void uv_reactor::set_alarm(port::time_point at) noexcept {
  assert_thread();
  if (closed_) return;
  alarm_at_ = at;
  start_timer();
}

void uv_reactor::start_timer() noexcept {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(alarm_at_ - now()).count();
  uv_update_time(loop_);
  uv_timer_start(
      &timer_, [](uv_timer_t* t) { on_timer(t); }, left > 0 ? static_cast<std::uint64_t>(left) : 0, 0);
}

void uv_reactor::clear_alarm() noexcept {
  assert_thread();
  if (!closed_) uv_timer_stop(&timer_);
}

void uv_reactor::on_timer(uv_timer_t* timer) noexcept {
  auto* self = static_cast<uv_reactor*>(timer->data);
  if (self->alarm_at_ > self->now()) {
    self->start_timer();
  } else if (self->listener_ != nullptr) {
    self->listener_->on_alarm();
  }
}

void uv_reactor::wake_soon() noexcept {
  assert_thread();
  if (closed_) return;
  uv_idle_start(&idle_, [](uv_idle_t*) {});
  uv_check_start(&check_, [](uv_check_t* c) { on_check(c); });
}

void uv_reactor::on_check(uv_check_t* check) noexcept {
  auto* self = static_cast<uv_reactor*>(check->data);
  // Before the call, because the call may ask for another wake.
  uv_idle_stop(&self->idle_);
  uv_check_stop(&self->check_);
  if (self->listener_ != nullptr) self->listener_->on_wake();
}

bool uv_reactor::run_on_worker(port::work& work) noexcept {
  assert_thread();
  if (closed_) return false;
  // Not a member, because done() must be called even after the reactor is gone.
  static_assert(sizeof(uv_work_t) <= sizeof work.room);
  auto* const request = ::new (work.room) uv_work_t;
  request->data = &work;
  return uv_queue_work(
             loop_, request, [](uv_work_t* running) { static_cast<port::work*>(running->data)->run(); },
             [](uv_work_t* finished, int) { static_cast<port::work*>(finished->data)->done(); }) == 0;
}

}  // namespace uvnostr::net
