// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <libwebsockets.h>

namespace uvnostr::net {

/// The creation info of our context and all its vhosts.
lws_context_creation_info creation_info() noexcept;

/// Changes a vhost's info to use TLS. `ca_file` may be empty, and must live until the vhost is made.
void make_secure(lws_context_creation_info&, const std::string& ca_file) noexcept;

}  // namespace uvnostr::net
