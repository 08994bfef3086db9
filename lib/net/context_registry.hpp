// SPDX-License-Identifier: MIT
#pragma once

#include <uv.h>

namespace uvnostr::net {

class lws_attempt;
class shared_context;

/// The contexts of this thread, one per loop, except those that have begun to end.
class context_registry {
 public:
  /// Null if the loop has none.
  static shared_context* find(const uv_loop_t*) noexcept;
  static void add(shared_context&) noexcept;
  static void remove(shared_context&) noexcept;
  /// The attempt of any context that waits for this handle; null if there is none.
  static lws_attempt* attempt_waiting_for(const uv_poll_t*) noexcept;
};

}  // namespace uvnostr::net
