// SPDX-License-Identifier: MIT
#pragma once

#include <uvnostr/error.hpp>

typedef struct uv_loop_s uv_loop_t;

namespace uvnostr {

namespace port {
class world;
}

/// The world of a pool on this loop: sockets, or what detail::simulate() has put in their place. Errors: as
/// net::open_world().
result<port::world*> world_of_loop(uv_loop_t*, bool keep_loop_alive) noexcept;

}  // namespace uvnostr
