// SPDX-License-Identifier: MIT
#include "net/socket_calls.hpp"

#if defined(_WIN32)
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#if defined(__linux__)
#include <linux/sockios.h>
#endif

#include <cerrno>
#endif

#include <algorithm>
#include <array>
#include <limits>
#include <span>

namespace uvnostr::net {
namespace {

#if defined(_WIN32)
// Windows lacks the flag, which is no loss: libwebsockets' sockets do not block.
constexpr int peek_flags = MSG_PEEK;
constexpr int read_flags = 0;
constexpr int write_flags = 0;

int last_error() noexcept { return WSAGetLastError(); }
void close_socket(lws_sockfd_type socket) noexcept { closesocket(socket); }
#else
constexpr int peek_flags = MSG_PEEK | MSG_DONTWAIT;
constexpr int read_flags = MSG_DONTWAIT;
constexpr int write_flags = MSG_DONTWAIT | MSG_NOSIGNAL;

int last_error() noexcept { return errno; }
void close_socket(lws_sockfd_type socket) noexcept { ::close(socket); }
#endif

long done_now(long result) noexcept {
  return result < 0 && uv_translate_sys_error(last_error()) == UV_EAGAIN ? 0 : result;
}

}  // namespace

long send_now(lws_sockfd_type socket, std::string_view bytes) noexcept {
#if defined(_WIN32)
  return done_now(send(socket, bytes.data(), static_cast<int>(bytes.size()), write_flags));
#else
  return done_now(send(socket, bytes.data(), bytes.size(), write_flags));
#endif
}

long receive_now(lws_sockfd_type socket, char& byte) noexcept {
  const long received = static_cast<long>(recv(socket, &byte, 1, read_flags));
  return received == 0 ? -1 : done_now(received);
}

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

void notice_dead_peer(lws_sockfd_type socket, std::chrono::milliseconds silence,
                      std::chrono::milliseconds patience) noexcept {
  const auto set = [socket](int level, int name, std::chrono::milliseconds::rep value) {
    const int bounded =
        static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(value, 1, std::numeric_limits<int>::max()));
    // Windows wants a pointer to char.
    static_cast<void>(setsockopt(socket, level, name, reinterpret_cast<const char*>(&bounded), sizeof bounded));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
  // The system refuses values above about nine hours.
  constexpr std::chrono::milliseconds::rep longest_seconds = 32'767;
  constexpr int probes = 3;
  set(IPPROTO_TCP, TCP_KEEPIDLE, std::min(silence.count() / 1000, longest_seconds));
  set(IPPROTO_TCP, TCP_KEEPINTVL, std::min(patience.count() / 1000 / probes, longest_seconds));
  set(IPPROTO_TCP, TCP_KEEPCNT, probes);
#else
  static_cast<void>(silence);
#endif
#if defined(TCP_USER_TIMEOUT)
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, patience.count());
#else
  static_cast<void>(patience);
#endif
}

std::size_t unsent_in(lws_sockfd_type socket) noexcept {
#if defined(SIOCOUTQ)
  int bytes = 0;
  if (ioctl(socket, SIOCOUTQ, &bytes) == 0 && bytes > 0) return static_cast<std::size_t>(bytes);
#else
  static_cast<void>(socket);
#endif
  return 0;
}

int route_error(const ip_address& address) noexcept {
  sockaddr_storage storage{};
  constexpr int any_port = 443;
  if (address.is_v6) {
    uv_ip6_addr(address.text.c_str(), any_port, reinterpret_cast<sockaddr_in6*>(&storage));
  } else {
    uv_ip4_addr(address.text.c_str(), any_port, reinterpret_cast<sockaddr_in*>(&storage));
  }
  // connect() on a datagram socket only looks up the route.
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
bool has_huge_descriptor_limit() noexcept { return false; }
bool has_descriptors_left(uv_loop_t*, std::size_t) noexcept { return true; }
lws_sockfd_type duplicate(lws_sockfd_type) noexcept { return LWS_SOCK_INVALID; }
void occupy(lws_sockfd_type, lws_sockfd_type) noexcept {}
bool is_same_file(lws_sockfd_type, lws_sockfd_type) noexcept { return false; }
void close_number(lws_sockfd_type) noexcept {}
#else
bool has_huge_descriptor_limit() noexcept {
  constexpr rlim_t usual_descriptors = 65536;
  rlimit descriptors{};
  return getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur > usual_descriptors;
}

bool has_descriptors_left(uv_loop_t* loop, std::size_t count) noexcept {
  std::array<int, 8> tried{};
  const std::span<int> wanted = std::span(tried).first(count);
  for (int& each : wanted) each = fcntl(uv_backend_fd(loop), F_DUPFD_CLOEXEC, 0);
  const bool enough = wanted.back() >= 0;
  for (const int each : wanted) {
    if (each >= 0) ::close(each);
  }
  return enough;
}

lws_sockfd_type duplicate(lws_sockfd_type number) noexcept { return fcntl(number, F_DUPFD_CLOEXEC, 0); }

void occupy(lws_sockfd_type number, lws_sockfd_type source) noexcept {
  const int taken = fcntl(source, F_DUPFD_CLOEXEC, number);
  if (taken >= 0 && taken != number) ::close(taken);
}

bool is_same_file(lws_sockfd_type number, lws_sockfd_type ours) noexcept {
  // Status flags belong to the open file, so a flag set through one descriptor is seen through all of them. If it is
  // another file, we only read its flags.
  const int before = fcntl(ours, F_GETFL);
  if (before < 0) return false;
  bool same = true;
  for (const int flags : {before ^ O_APPEND, before}) {
    fcntl(ours, F_SETFL, flags);
    same = same && fcntl(number, F_GETFL) == fcntl(ours, F_GETFL);
  }
  return same;
}

void close_number(lws_sockfd_type number) noexcept {
  if (number >= 0) ::close(number);
}
#endif

}  // namespace uvnostr::net
