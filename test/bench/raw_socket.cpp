// SPDX-License-Identifier: MIT
#include "bench/raw_socket.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace uvnostr::bench {
namespace {

constexpr std::string_view upgrade =
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace

int open_socket(const std::string& url) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(url.c_str() + url.rfind(':') + 1)));
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0 || connect(made, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
  const int on = 1;
  setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  write_all(made, upgrade);
  // Byte by byte, because the bytes after the answer belong to the caller.
  std::string head;
  for (char c = 0; !head.ends_with("\r\n\r\n"); head += c) {
    if (recv(made, &c, 1, 0) != 1) fail("upgrade");
  }
  return made;
}

std::string masked_frame(std::string_view text) {
  std::string frame = "\x81";
  const std::size_t size = text.size();
  if (size < 126) {
    frame += static_cast<char>(0x80 | size);
  } else {
    const int bytes = size < 65536 ? 2 : 8;
    frame += static_cast<char>(0x80 | (bytes == 2 ? 126 : 127));
    for (int i = bytes; i-- > 0;) frame += static_cast<char>(static_cast<std::uint64_t>(size) >> (8 * i));
  }
  frame += "abcd";
  const std::size_t begin = frame.size();
  frame += text;
  std::uint64_t mask = 0;
  std::memcpy(&mask, "abcdabcd", 8);
  std::size_t at = begin;
  for (; at + 8 <= frame.size(); at += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, frame.data() + at, 8);
    eight ^= mask;
    std::memcpy(frame.data() + at, &eight, 8);
  }
  for (; at < frame.size(); ++at) frame[at] = static_cast<char>(frame[at] ^ "abcd"[(at - begin) % 4]);
  return frame;
}

void write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written <= 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace uvnostr::bench
