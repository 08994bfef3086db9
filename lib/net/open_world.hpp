// SPDX-License-Identifier: MIT
#pragma once

#include <uvnostr/error.hpp>

typedef struct uv_loop_s uv_loop_t;

namespace uvnostr::port {
class world;
}

namespace uvnostr::net {

/// A share of this loop for one core, given back by release(). All worlds of one loop share one libwebsockets context.
/// With keep_loop_alive, uv_run() goes on while hold_loop(true) holds, a connection lives or a wake is due. Without it,
/// only what libuv cannot unref keeps the loop alive: DNS questions, work on threads, and handles that are closing.
/// Errors: loop_unusable: the process has no descriptors or memory left, or the libuv plugin of the system's
/// libwebsockets is not installed.
result<port::world*> open_world(uv_loop_t*, bool keep_loop_alive) noexcept;

}  // namespace uvnostr::net
