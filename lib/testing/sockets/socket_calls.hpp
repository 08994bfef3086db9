// SPDX-License-Identifier: MIT
// Socket calls that libuv does not offer.
#pragma once

#include <cstddef>

#include <uv.h>

#if !defined(_WIN32)
#include <sys/socket.h>

#include <cerrno>
#endif

namespace uvnostr::testing::detail {

/// Returns how many bytes the kernel accepted, or one of libuv's errors. Raises no signal.
inline std::ptrdiff_t send_now(uv_os_fd_t descriptor, const char* bytes, std::size_t size) noexcept {
#if defined(_WIN32)
  const int count = ::send(reinterpret_cast<SOCKET>(descriptor), bytes, static_cast<int>(size), 0);
  return count >= 0 ? count : uv_translate_sys_error(WSAGetLastError());
#else
#if defined(MSG_NOSIGNAL)
  constexpr int flags = MSG_NOSIGNAL;
#else
  constexpr int flags = 0;  // libuv has set SO_NOSIGPIPE where that exists
#endif
  const ssize_t count = ::send(descriptor, bytes, size, flags);
  return count >= 0 ? count : uv_translate_sys_error(errno);
#endif
}

inline void send_fin(uv_os_fd_t descriptor) noexcept {
#if defined(_WIN32)
  ::shutdown(reinterpret_cast<SOCKET>(descriptor), SD_SEND);
#else
  ::shutdown(descriptor, SHUT_WR);
#endif
}

}  // namespace uvnostr::testing::detail
