// SPDX-License-Identifier: MIT
// Internals that the shared library exports for uvnostr_testing, which is built from the same tree. Not installed, and
// not a part of the API.
#pragma once

#include <string_view>

#include <uvnostr/error.hpp>

#include "base/url.hpp"

typedef struct uv_loop_s uv_loop_t;

namespace uvnostr {

namespace port {
class world_source;
}

namespace detail {

/// From now on, pools and relays that this thread makes on this loop get their worlds from there; null: sockets again.
UVNOSTR_API void simulate(uv_loop_t*, port::world_source*) noexcept;

/// base::url::parse().
UVNOSTR_API result<base::url> read_url(std::string_view) noexcept;

}  // namespace detail
}  // namespace uvnostr
