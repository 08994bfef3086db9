// SPDX-License-Identifier: MIT
#pragma once

#include <uvnostr/error.hpp>

typedef struct uv_loop_s uv_loop_t;

namespace uvnostr::port {
class world;
}

namespace uvnostr::net {

/// A share of this loop for one core, given back by release(). All worlds of one loop share one libwebsockets
/// context. With keep_loop_alive, uv_run() goes on while hold_loop(true) was asked for, a connection lives or a
/// wake is due; without it, only requests that libuv cannot unref (DNS, work on threads) do, and the closing of
/// handles after release().
/// Errors: loop_unusable, when libuv has no descriptor for a wake handle, or libwebsockets gives no context: out
/// of descriptors or memory, or (a libwebsockets of the system) its libuv plugin is not installed.
result<port::world*> open_world(uv_loop_t*, bool keep_loop_alive) noexcept;

}  // namespace uvnostr::net
