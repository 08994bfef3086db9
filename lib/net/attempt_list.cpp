// SPDX-License-Identifier: MIT
#include "net/attempt_list.hpp"

#include "net/lws_attempt.hpp"

namespace uvnostr::net {

attempt_list::~attempt_list() {
  while (auto* attempt = attempts_.front()) delete attempt;
}

void attempt_list::add(lws_attempt& attempt) noexcept { attempts_.push_front(attempt.in_list_); }

bool attempt_list::holds(const lws_attempt* wanted) noexcept {
  base::intrusive_list<lws_attempt>::cursor all(attempts_);
  while (const auto* attempt = all.next()) {
    if (attempt == wanted) return true;
  }
  return false;
}

lws_attempt* attempt_list::waiting_for(const uv_poll_t* poll) noexcept {
  base::intrusive_list<lws_attempt>::cursor all(attempts_);
  while (auto* attempt = all.next()) {
    if (attempt->poll_ == poll) return attempt;
  }
  return nullptr;
}

}  // namespace uvnostr::net
