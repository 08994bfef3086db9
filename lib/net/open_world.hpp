// SPDX-License-Identifier: MIT
#pragma once

#include <uvnostr/error.hpp>

typedef struct uv_loop_s uv_loop_t;

namespace uvnostr::port {
class world;
}

namespace uvnostr::net {

/// A world for one core on this loop, returned by release(). All worlds of a loop share one libwebsockets context. With
/// keep_loop_alive, uv_run() continues while hold_loop(true) is in force, a connection exists or a wake is due. Without
/// it, only what libuv cannot unref keeps the loop alive: work on threads, and closing handles.
/// Errors: loop_unusable: the process has no descriptors or memory left, or the libuv plugin of the system's
/// libwebsockets is not installed.
result<port::world*> open_world(uv_loop_t*, bool keep_loop_alive) noexcept;

}  // namespace uvnostr::net
