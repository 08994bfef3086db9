// SPDX-License-Identifier: MIT
#include "net/context_registry.hpp"

#include "net/shared_context.hpp"

namespace uvnostr::net {
namespace {

// Plain pointers, because a pool may be a static object, which is destroyed after the thread's objects.
thread_local shared_context* first = nullptr;

}  // namespace

shared_context* context_registry::find(const uv_loop_t* loop) noexcept {
  auto* context = first;
  while (context != nullptr && context->loop() != loop) context = context->next_;
  return context;
}

void context_registry::add(shared_context& context) noexcept {
  context.next_ = first;
  first = &context;
}

void context_registry::remove(shared_context& context) noexcept {
  auto** link = &first;
  while (*link != &context) link = &(*link)->next_;
  *link = context.next_;
}

lws_attempt* context_registry::attempt_waiting_for(const uv_poll_t* poll) noexcept {
  for (auto* context = first; context != nullptr; context = context->next_) {
    if (auto* attempt = context->attempts().waiting_for(poll)) return attempt;
  }
  return nullptr;
}

}  // namespace uvnostr::net
