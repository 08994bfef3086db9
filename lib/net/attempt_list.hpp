// SPDX-License-Identifier: MIT
#pragma once

#include <uv.h>

#include "base/intrusive_list.hpp"

namespace uvnostr::net {

class lws_attempt;

/// The attempts of one context whose memory libwebsockets may still refer to. Owns them: those that libwebsockets has
/// not given up by then are freed with the list, which is after the context.
class attempt_list {
 public:
  attempt_list() noexcept = default;
  attempt_list(const attempt_list&) = delete;
  attempt_list& operator=(const attempt_list&) = delete;
  ~attempt_list();

  void add(lws_attempt&) noexcept;
  /// Compares addresses only, so it may be asked of one that is gone.
  bool holds(const lws_attempt*) noexcept;
  /// The one that waits for this handle to tell that TCP stands; null if there is none.
  lws_attempt* waiting_for(const uv_poll_t*) noexcept;

 private:
  base::intrusive_list<lws_attempt> attempts_;
};

}  // namespace uvnostr::net
