// SPDX-License-Identifier: MIT
#pragma once

#include <libwebsockets.h>

namespace uvnostr::net {

/// The creation info of our context and all its vhosts.
lws_context_creation_info creation_info() noexcept;

}  // namespace uvnostr::net
