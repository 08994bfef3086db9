// SPDX-License-Identifier: MIT
// System calls that neither libuv nor libwebsockets offers. Only this file, system_names.cpp and lws_flaws.hpp
// treat Windows specially.
// Errors are the system's numbers, for uv_translate_sys_error().
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include <libwebsockets.h>
#include <uv.h>

#include "net/ip_address.hpp"

namespace uvnostr::net {

/// Sends as much as the socket takes without waiting. Returns the number of bytes, or -1 if the connection is gone.
long send_now(lws_sockfd_type, std::string_view) noexcept;
/// Reads one byte. Returns 1, or 0 if there is none yet, or -1 if the connection has ended.
long receive_now(lws_sockfd_type, char& byte) noexcept;

/// The error that connect() left with the socket, or 0. Asking clears it.
int socket_error_of(lws_sockfd_type) noexcept;

/// Whether the peer has neither closed nor reset the connection, as far as we know without reading from it.
bool peer_is_there(lws_sockfd_type) noexcept;

/// How many written bytes the peer has not acknowledged; 0 if the system does not say.
std::size_t unsent_in(lws_sockfd_type) noexcept;

/// Makes the kernel probe the peer after `silence`, and end the connection when the peer has acknowledged nothing for
/// `patience`. Does what the system supports; silence is rounded to seconds.
void notice_dead_peer(lws_sockfd_type, std::chrono::milliseconds silence, std::chrono::milliseconds patience) noexcept;

/// The error with which the kernel refuses to send anything to that address, or 0. Sends nothing.
int route_error(const ip_address&) noexcept;

/// The socket that a handle watches, or LWS_SOCK_INVALID.
lws_sockfd_type watched_socket(const uv_handle_t*) noexcept;

/// Whether RLIMIT_NOFILE is too large to size a table by.
bool has_huge_descriptor_limit() noexcept;

/// Whether this many descriptors (at most 8) can be opened now.
bool has_descriptors_left(uv_loop_t*, std::size_t count) noexcept;

// Descriptors as numbers for open files. On Windows, where sockets have none, these do nothing.

/// Another number for the same open file, or LWS_SOCK_INVALID.
lws_sockfd_type duplicate(lws_sockfd_type) noexcept;
/// If `number` is free, it becomes another number for the open file of `source`.
void occupy(lws_sockfd_type number, lws_sockfd_type source) noexcept;
/// Whether `number` refers to the same open file as `ours`, the caller's own descriptor.
bool is_same_file(lws_sockfd_type number, lws_sockfd_type ours) noexcept;
void close_number(lws_sockfd_type) noexcept;

}  // namespace uvnostr::net
