// SPDX-License-Identifier: MIT
#pragma once

#include <uv.h>

#include "base/intrusive_list.hpp"

namespace uvnostr::net {

class lws_attempt;

/// Owns the attempts of one context whose memory libwebsockets may still use. Attempts that libwebsockets never gives
/// up are freed with the list, which outlives the context.
class attempt_list {
 public:
  attempt_list() noexcept = default;
  attempt_list(const attempt_list&) = delete;
  attempt_list& operator=(const attempt_list&) = delete;
  ~attempt_list();

  void add(lws_attempt&) noexcept;
  /// Compares only addresses, so the attempt may already be gone.
  bool holds(const lws_attempt*) noexcept;
  /// The attempt whose TCP connection this handle will report; null if there is none.
  lws_attempt* waiting_for(const uv_poll_t*) noexcept;

 private:
  base::intrusive_list<lws_attempt> attempts_;
};

}  // namespace uvnostr::net
