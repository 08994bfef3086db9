// SPDX-License-Identifier: MIT
// Happy path: acquire() makes the loop's context or counts another user; connections live in it; the last release()
// ends it in a later turn of the loop. What can go wrong: a new user may come between the last release() and the
// beginning of the end. The context then stays.
#include "net/shared_context.hpp"

#include <cassert>

#include "net/context_registry.hpp"
#include "net/creation_info.hpp"
#include "net/loop_handles.hpp"
#include "net/lws_flaws.hpp"
#include "net/socket_calls.hpp"

namespace uvnostr::net {

shared_context* shared_context::acquire(uv_loop_t* loop) noexcept {
  if (auto* known = context_registry::find(loop)) {
    if (known->users_++ == 0) known->end_.call_off();
    return known;
  }
  auto* made = new shared_context(loop);
  if (!made->create()) {
    delete made;
    return nullptr;
  }
  context_registry::add(*made);
  return made;
}

bool shared_context::create() noexcept {
  if (!descriptors_suffice_for_context(loop_)) return false;
  const newer_handles own(loop_);
  void* loops[] = {loop_};
  auto info = creation_info();
  info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  info.foreign_loops = loops;
  info.count_threads = 1;
  info.pcontext = &context_;
  {
    const sigpipe_guard guard(writes_raise_sigpipe);
    context_ = lws_create_context(&info);
  }
  if (context_ == nullptr) return false;
  // Our own handles keep the loop alive if that is wanted.
  own.visit([](uv_handle_t* handle) { uv_unref(handle); });
  end_.prepare(loop_, context_, own);
  return true;
}

void shared_context::release() noexcept {
  assert(users_ > 0);
  if (--users_ > 0) return;
  end_.schedule([this] { context_registry::remove(*this); }, [this] { delete this; });
}

}  // namespace uvnostr::net
