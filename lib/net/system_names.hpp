// SPDX-License-Identifier: MIT
// The system's getaddrinfo(), and threads that may outlive everything else: what libuv offers only on its thread pool.
#pragma once

#include <string>
#include <system_error>
#include <vector>

#include <uv.h>

#include "net/ip_address.hpp"

namespace uvnostr::net {

/// Calls getaddrinfo(), which may block for minutes. Returns 0 or an error number for the functions below.
int look_up(const std::string& host, std::vector<ip_address>&) noexcept;
/// host_not_found or resolver_failed.
std::error_code look_up_error(int) noexcept;
std::string look_up_error_text(int) noexcept;

/// Runs `entry` on a new thread, which receives no signals and frees itself at its end. Returns false if the system
/// allows no further thread.
bool start_detached(uv_thread_cb entry, void* argument) noexcept;

}  // namespace uvnostr::net
