// SPDX-License-Identifier: MIT
// Happy path: lws_context_destroy() closes connections and handles; when libuv has closed libwebsockets' own handles, a
// second call frees the memory. What can go wrong: if the second call comes too early, it frees memory that libuv still
// uses (4.1.6); without it the context is never freed (4.3.5). Nothing reports that the handles are gone, so we look
// for them on the loop once per turn.
#include "net/context_end.hpp"

#include <cassert>
#include <utility>

#include "net/socket_calls.hpp"

namespace uvnostr::net {
namespace {

uv_handle_t* as_handle(uv_timer_t& timer) noexcept { return reinterpret_cast<uv_handle_t*>(&timer); }

}  // namespace

void context_end::prepare(uv_loop_t* loop, lws_context*& context, const newer_handles& own) noexcept {
  context_ = &context;
  own.visit([this](uv_handle_t* handle) {
    own_handles_.add(handle);
    if (handle->type == UV_POLL) descriptors_.watch(watched_socket(handle));
  });
  uv_timer_init(loop, &timer_);
  timer_.data = this;
  uv_unref(as_handle(timer_));
}

void context_end::schedule(callback<void()> begins, callback<void()> over) noexcept {
  assert(phase_ == phase::none);
  phase_ = phase::scheduled;
  begins_ = std::move(begins);
  over_ = std::move(over);
  // Not at once, because we may be inside one of libwebsockets' callbacks.
  uv_ref(as_handle(timer_));
  uv_timer_start(
      &timer_, [](uv_timer_t* t) { static_cast<context_end*>(t->data)->on_timer(); }, 0, 1);
}

void context_end::call_off() noexcept {
  assert(phase_ == phase::scheduled);
  phase_ = phase::none;
  uv_timer_stop(&timer_);
  uv_unref(as_handle(timer_));
}

void context_end::on_timer() noexcept {
  if (phase_ == phase::scheduled) {
    phase_ = phase::destroying;
    begins_();
    lws_context_destroy(*context_);
    descriptors_.context_ends();
  }
  if (own_handles_.any_left_on(timer_.loop)) return;
  if (*context_ != nullptr) lws_context_destroy(*context_);
  if (*context_ == nullptr) finish();
}

void context_end::finish() noexcept {
  phase_ = phase::closing;
  descriptors_.context_has_ended();
  uv_timer_stop(&timer_);
  uv_close(as_handle(timer_), [](uv_handle_t* handle) {
    auto over = std::move(static_cast<context_end*>(handle->data)->over_);
    over();
  });
}

}  // namespace uvnostr::net
