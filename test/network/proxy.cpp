// SPDX-License-Identifier: MIT
#include "network/proxy.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network/lines.hpp"

namespace uvnostr::network {
namespace {

bool read_all(int from, void* into, std::size_t size) {
  return ::recv(from, into, size, MSG_WAITALL) == static_cast<ssize_t>(size);
}

/// Source: RFC 1928. Returns the name that was asked for; empty if it was no name, or no SOCKS.
std::string hear_request(int client) {
  std::array<unsigned char, 256> bytes{};
  if (!read_all(client, bytes.data(), 2) || bytes[0] != 5 || !read_all(client, bytes.data(), bytes[1])) return {};
  if (!write_all(client, "\5\0", 2)) return {};
  constexpr unsigned char connect = 1, is_name = 3;
  if (!read_all(client, bytes.data(), 5) || bytes[1] != connect || bytes[3] != is_name) return {};
  std::string name(bytes[4], '\0');
  if (!read_all(client, name.data(), name.size()) || !read_all(client, bytes.data(), 2)) return {};
  return write_all(client, "\5\0\0\1\0\0\0\0\0\0", 10) ? name : std::string();
}

void serve_one(int client, const sockaddr_in& to) {
  const std::string name = hear_request(client);
  const int relay = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (name.empty() || ::connect(relay, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(client), ::close(relay);
    return;
  }
  say("asked " + name);
  std::thread(copy, client, relay).detach();
  copy(relay, client);
}

std::string shown(int family, const void* address, unsigned port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, address, text.data(), text.size());
  return std::string(text.data()) + ':' + std::to_string(port);
}

struct packet {
  std::string kind;  // empty: the kernel's own, without which there is no line
  std::string to;
};

unsigned port_at(const unsigned char* at) { return static_cast<unsigned>(at[0]) << 8 | at[1]; }

packet read_packet(std::uint16_t protocol, const unsigned char* bytes, std::size_t size) {
  const auto name_of = [](unsigned number) {
    if (number == IPPROTO_TCP) return std::string("TCP");
    if (number == IPPROTO_UDP) return std::string("UDP");
    return "protocol " + std::to_string(number);
  };
  constexpr std::size_t ipv6_bytes = 40;
  if (protocol == ETH_P_ARP) return {};
  if (protocol == ETH_P_IP && size >= 20) {
    const std::size_t head = static_cast<std::size_t>(bytes[0] & 0x0f) * 4;
    const unsigned port = size >= head + 4 ? port_at(bytes + head + 2) : 0;
    return {name_of(bytes[9]), shown(AF_INET, bytes + 16, port)};
  }
  if (protocol == ETH_P_IPV6 && size >= ipv6_bytes) {
    // Neighbours are looked for, and groups joined, by ICMPv6, the latter after a hop-by-hop header.
    if (bytes[6] == IPPROTO_ICMPV6 || bytes[6] == IPPROTO_HOPOPTS) return {};
    return {name_of(bytes[6]), shown(AF_INET6, bytes + 24, size >= ipv6_bytes + 4 ? port_at(bytes + 42) : 0)};
  }
  return {"type " + std::to_string(protocol), "?"};
}

}  // namespace

int serve_socks(const std::string& address, std::uint16_t port, std::uint16_t to) {
  const int listener = listen_on(address, port);
  if (listener < 0) return complain("cannot listen on " + address);
  say("ready");
  for (;;) {
    const int client = ::accept(listener, nullptr, nullptr);
    if (client >= 0) std::thread(serve_one, client, address_of(address, to)).detach();
  }
}

int watch(const std::string& proxy_address, std::uint16_t proxy_port) {
  const int socket = ::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
  if (socket < 0) return complain("cannot watch");
  const std::string proxy = proxy_address + ':' + std::to_string(proxy_port);
  bool saw_proxy = false;
  say("ready");
  for (;;) {
    std::array<unsigned char, 2048> bytes{};
    sockaddr_ll where{};
    socklen_t size = sizeof where;
    const ssize_t got = ::recvfrom(socket, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&where), &size);
    if (got <= 0 || where.sll_pkttype != PACKET_OUTGOING) continue;
    const packet seen = read_packet(ntohs(where.sll_protocol), bytes.data(), static_cast<std::size_t>(got));
    if (seen.kind.empty()) continue;
    if (seen.kind == "TCP" && seen.to == proxy) {
      if (!std::exchange(saw_proxy, true)) say("proxy");
    } else {
      say("other " + seen.kind + ' ' + seen.to);
    }
  }
}

}  // namespace uvnostr::network
