// SPDX-License-Identifier: MIT
#include "net/socket_calls.hpp"

#if defined(_WIN32)
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#endif

#include <array>

namespace uvnostr::net {
namespace {

#if defined(_WIN32)
// libwebsockets' sockets do not block, so the flag that Windows lacks is not missed.
constexpr int peek_flags = MSG_PEEK;

int last_error() noexcept { return WSAGetLastError(); }
void close_socket(lws_sockfd_type socket) noexcept { closesocket(socket); }
#else
constexpr int peek_flags = MSG_PEEK | MSG_DONTWAIT;

int last_error() noexcept { return errno; }
void close_socket(lws_sockfd_type socket) noexcept { ::close(socket); }
#endif

}  // namespace

int socket_error_of(lws_sockfd_type socket) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  // Windows wants a pointer to char.
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &size) == 0 ? error : last_error();
}

bool peer_is_there(lws_sockfd_type socket) noexcept {
  char byte = 0;
  const auto received = recv(socket, &byte, 1, peek_flags);
  return received > 0 || (received < 0 && uv_translate_sys_error(last_error()) == UV_EAGAIN);
}

int route_error(const ip_address& address) noexcept {
  sockaddr_storage storage{};
  constexpr int any_port = 443;
  if (address.is_v6) {
    uv_ip6_addr(address.text.c_str(), any_port, reinterpret_cast<sockaddr_in6*>(&storage));
  } else {
    uv_ip4_addr(address.text.c_str(), any_port, reinterpret_cast<sockaddr_in*>(&storage));
  }
  // connect() on a datagram socket only looks the route up.
  const lws_sockfd_type probe = socket(address.is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
  if (probe == LWS_SOCK_INVALID) return last_error();
  const auto size = static_cast<socklen_t>(address.is_v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
  const int error = connect(probe, reinterpret_cast<const sockaddr*>(&storage), size) == 0 ? 0 : last_error();
  close_socket(probe);
  return error;
}

lws_sockfd_type watched_socket(const uv_handle_t* handle) noexcept {
  uv_os_fd_t watched{};
  if (uv_fileno(handle, &watched) != 0) return LWS_SOCK_INVALID;
#if defined(_WIN32)
  return reinterpret_cast<lws_sockfd_type>(watched);
#else
  return watched;
#endif
}

#if defined(_WIN32)
// There sockets have no numbers of a table, and no limit.
bool has_huge_descriptor_limit() noexcept { return false; }
bool has_descriptors_left(uv_loop_t*) noexcept { return true; }
lws_sockfd_type duplicate(lws_sockfd_type) noexcept { return LWS_SOCK_INVALID; }
void occupy(lws_sockfd_type, lws_sockfd_type) noexcept {}
void close_both_if_same(lws_sockfd_type, lws_sockfd_type) noexcept {}
#else
bool has_huge_descriptor_limit() noexcept {
  constexpr rlim_t usual_descriptors = 65536;
  rlimit descriptors{};
  return getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur > usual_descriptors;
}

// An event pipe, /dev/urandom, and what event_descriptor holds.
bool has_descriptors_left(uv_loop_t* loop) noexcept {
  std::array<int, 4> tried{};
  for (int& each : tried) each = fcntl(uv_backend_fd(loop), F_DUPFD_CLOEXEC, 0);
  for (const int each : tried) {
    if (each >= 0) ::close(each);
  }
  return tried.back() >= 0;
}

lws_sockfd_type duplicate(lws_sockfd_type number) noexcept { return fcntl(number, F_DUPFD_CLOEXEC, 0); }

void occupy(lws_sockfd_type number, lws_sockfd_type source) noexcept {
  const int taken = fcntl(source, F_DUPFD_CLOEXEC, number);
  if (taken >= 0 && taken != number) ::close(taken);
}

void close_both_if_same(lws_sockfd_type number, lws_sockfd_type source) noexcept {
  // Status flags belong to the open file: what is set by one of its numbers is seen by all others. Asking a stranger's
  // file for its flags does it no harm.
  const int before = fcntl(source, F_GETFL);
  bool same = before >= 0;
  for (const int flags : {before ^ O_APPEND, before}) {
    same = same && fcntl(source, F_SETFL, flags) == 0 && fcntl(number, F_GETFL) == fcntl(source, F_GETFL);
  }
  if (same) ::close(number);
  ::close(source);
}
#endif

}  // namespace uvnostr::net
