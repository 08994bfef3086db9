// SPDX-License-Identifier: MIT
#pragma once

#include <libwebsockets.h>
#include <uv.h>

#include <uvnostr/callback.hpp>

#include "net/loop_handles.hpp"
#include "net/lws_flaws.hpp"

namespace uvnostr::net {

/// Ends a libwebsockets context, in several turns of the loop.
class context_end {
 public:
  context_end() noexcept = default;
  context_end(const context_end&) = delete;
  context_end& operator=(const context_end&) = delete;

  /// Construct it right after the context was made. `context` becomes null when libwebsockets frees it; `own` are
  /// libwebsockets' own handles.
  void prepare(uv_loop_t*, lws_context*& context, const newer_handles& own) noexcept;

  /// Begins in the loop's next turn, and then calls `begins`. The last call is `over`, in which this object may be
  /// destroyed.
  void schedule(callback<void()> begins, callback<void()> over) noexcept;
  /// Allowed only before `begins` was called.
  void call_off() noexcept;

 private:
  enum class phase { none, scheduled, destroying, closing };

  void on_timer() noexcept;
  void finish() noexcept;

  phase phase_ = phase::none;
  lws_context** context_ = nullptr;
  watched_handles own_handles_;
  context_descriptors descriptors_;
  uv_timer_t timer_{};
  callback<void()> begins_;
  callback<void()> over_;
};

}  // namespace uvnostr::net
