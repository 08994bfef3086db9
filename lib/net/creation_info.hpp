// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <libwebsockets.h>

namespace uvnostr::net {

/// What our context and all of its vhosts are made with.
lws_context_creation_info creation_info() noexcept;

/// Makes a vhost's info one for TLS. `ca_file` may be empty, and must live until the vhost is made.
void make_secure(lws_context_creation_info&, const std::string& ca_file) noexcept;

}  // namespace uvnostr::net
