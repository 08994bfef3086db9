// SPDX-License-Identifier: MIT
// What libuv and libwebsockets do not ask of the system for us. The only file of the library, beside sigpipe_guard.hpp,
// that knows that Windows is different.
#pragma once

#include <libwebsockets.h>
#include <uv.h>

#include "net/uv_resolver.hpp"

namespace uvnostr::net {

/// The error that connect() left with the socket, or 0; asking clears it. Errors are the system's numbers, for
/// uv_translate_sys_error().
int socket_error_of(lws_sockfd_type) noexcept;

/// Whether the connection still stands, as far as is known without reading from it.
bool peer_is_there(lws_sockfd_type) noexcept;

/// The error with which the kernel refuses to send anything to that address, or 0. Sends nothing.
int route_error(const ip_address&) noexcept;

/// The socket that a handle watches, or LWS_SOCK_INVALID.
lws_sockfd_type watched_socket(const uv_handle_t*) noexcept;

/// Whether the process may open more descriptors than tables of that size are reasonable for.
bool has_huge_descriptor_limit() noexcept;

/// Whether so many descriptors can be opened now as libwebsockets needs for a context.
bool has_descriptors_left(uv_loop_t*) noexcept;

/// Another number for the same open file, or LWS_SOCK_INVALID. These three do nothing on Windows.
lws_sockfd_type duplicate(lws_sockfd_type) noexcept;
/// If `number` is free, it becomes another number for the open file of `source`.
void occupy(lws_sockfd_type number, lws_sockfd_type source) noexcept;
/// Closes `number` if it stands for the open file of `source`, and `source`.
void close_both_if_same(lws_sockfd_type number, lws_sockfd_type source) noexcept;

}  // namespace uvnostr::net
