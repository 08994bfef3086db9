// SPDX-License-Identifier: MIT
#include "net/ip_address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <uv.h>

namespace uvnostr::net {

bool parse_ip_address(const std::string& host, ip_address& address) noexcept {
  std::array<unsigned char, 16> binary{};
  if (uv_inet_pton(AF_INET, host.c_str(), binary.data()) == 0) {
    address = {false, host};
  } else if (uv_inet_pton(AF_INET6, host.c_str(), binary.data()) == 0) {
    address = {true, host};
  } else {
    return false;
  }
  return true;
}

void append(std::vector<ip_address>& addresses, const sockaddr* address) noexcept {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    uv_ip4_name(reinterpret_cast<const sockaddr_in*>(address), text.data(), text.size());
  } else if (address->sa_family == AF_INET6) {
    uv_ip6_name(reinterpret_cast<const sockaddr_in6*>(address), text.data(), text.size());
  } else {
    return;
  }
  addresses.push_back({address->sa_family == AF_INET6, text.data()});
}

std::vector<ip_address> interleave(std::vector<ip_address> addresses) noexcept {
  std::vector<ip_address> result;
  std::vector<ip_address> later;
  for (auto& address : addresses) {
    auto& family = result.empty() || address.is_v6 == result.front().is_v6 ? result : later;
    if (std::find(family.begin(), family.end(), address) == family.end()) family.push_back(std::move(address));
  }
  for (std::size_t i = 0; i < later.size(); ++i) {
    const std::size_t position = std::min(2 * i + 1, result.size());
    result.insert(result.begin() + static_cast<std::ptrdiff_t>(position), std::move(later[i]));
  }
  return result;
}

}  // namespace uvnostr::net
