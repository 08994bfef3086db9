// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

struct sockaddr;

namespace uvnostr::net {

/// An IP address as text, as libwebsockets takes it.
struct ip_address {
  bool is_v6 = false;
  std::string text;

  friend bool operator==(const ip_address&, const ip_address&) = default;
};

/// Whether `host` is an IP address; if so, `address` is set.
bool parse_ip_address(const std::string& host, ip_address& address) noexcept;

/// Appends the address if it is IPv4 or IPv6.
void append(std::vector<ip_address>&, const sockaddr*) noexcept;

/// Alternates the families, beginning with that of the first address, and omits repeats. Source: RFC 8305, 4.
std::vector<ip_address> interleave(std::vector<ip_address> addresses) noexcept;

}  // namespace uvnostr::net
