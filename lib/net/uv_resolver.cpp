// SPDX-License-Identifier: MIT
// Happy path: after start() a thread resolves the name; on_answer() delivers the addresses; the request is freed. What
// can go wrong: after cancel() a thread that has begun cannot be stopped, so its answer is dropped. An answer may
// contain the same address several times.
#include "net/uv_resolver.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <uvnostr/error.hpp>

namespace uvnostr::net {
namespace {

std::vector<ip_address> addresses_of(const addrinfo* answer) noexcept {
  std::vector<ip_address> addresses;
  for (const addrinfo* entry = answer; entry != nullptr; entry = entry->ai_next) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (entry->ai_family == AF_INET) {
      uv_ip4_name(reinterpret_cast<const sockaddr_in*>(entry->ai_addr), text.data(), text.size());
    } else if (entry->ai_family == AF_INET6) {
      uv_ip6_name(reinterpret_cast<const sockaddr_in6*>(entry->ai_addr), text.data(), text.size());
    } else {
      continue;
    }
    addresses.push_back({entry->ai_family == AF_INET6, text.data()});
  }
  return addresses;
}

errc resolver_error(int status) noexcept {
  switch (status) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_ADDRFAMILY:
    case UV_EINVAL:  // not a possible name; too long, for instance
      return errc::host_not_found;
    default: return errc::resolver_failed;
  }
}

}  // namespace

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

std::error_code resolver_request::start(uv_loop_t* loop, const std::string& host, resolver_listener& listener,
                                        resolver_request*& out) noexcept {
  auto* self = new resolver_request;
  self->listener_ = &listener;
  self->request_.data = self;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // otherwise each address comes once per socket type
  const int error = uv_getaddrinfo(
      loop, &self->request_, [](uv_getaddrinfo_t* r, int status, addrinfo* answer) { on_answer(r, status, answer); },
      host.c_str(), nullptr, &hints);
  if (error != 0) {
    delete self;
    return resolver_error(error);
  }
  out = self;
  return {};
}

void resolver_request::cancel() noexcept {
  listener_ = nullptr;
  uv_cancel(reinterpret_cast<uv_req_t*>(&request_));
}

void resolver_request::on_answer(uv_getaddrinfo_t* request, int status, addrinfo* answer) noexcept {
  auto* self = static_cast<resolver_request*>(request->data);
  auto addresses = status == 0 ? addresses_of(answer) : std::vector<ip_address>{};
  uv_freeaddrinfo(answer);
  resolver_listener* const listener = self->listener_;
  delete self;
  if (listener == nullptr) return;
  if (status != 0) {
    listener->on_resolved(resolver_error(status), uv_strerror(status), {});
  } else if (addresses.empty()) {
    listener->on_resolved(errc::host_not_found, "no IPv4 or IPv6 address", {});
  } else {
    listener->on_resolved({}, "", interleave(std::move(addresses)));
  }
}

}  // namespace uvnostr::net
