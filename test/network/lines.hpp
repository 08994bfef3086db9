// SPDX-License-Identifier: MIT
// What the programs of test/network/run say and listen on.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>

namespace uvnostr::network {

inline unsigned long long now_ms() { return uv_hrtime() / 1'000'000; }

inline void say(const std::string& what) {
  std::printf("%llu %s\n", now_ms(), what.c_str());
  std::fflush(stdout);
}

inline int complain(const std::string& what) {
  std::fprintf(stderr, "network_peer: %s\n", what.c_str());
  return 2;
}

inline sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in full{};
  full.sin_family = AF_INET;
  full.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &full.sin_addr);
  return full;
}

/// With small buffers: what the line does not take yet is to wait at the relay. -1 if that is not possible.
inline int listen_on(const std::string& host, std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1, small = 16 * 1024;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  ::setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  const sockaddr_in door = address_of(host, port);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&door), sizeof door) == 0 && ::listen(listener, 64) == 0)
    return listener;
  ::close(listener);
  return -1;
}

inline bool write_all(int to, const char* bytes, ssize_t size) {
  while (size > 0) {
    const ssize_t written = ::send(to, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (written <= 0) return false;
    bytes += written;
    size -= written;
  }
  return true;
}

/// Copies in one direction until it ends, and then ends the other.
inline void copy(int from, int to) {
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t size = ::recv(from, buffer.data(), buffer.size(), 0);
    if (size <= 0 || !write_all(to, buffer.data(), size)) break;
  }
  ::shutdown(from, SHUT_RDWR);
  ::shutdown(to, SHUT_RDWR);
}

}  // namespace uvnostr::network
