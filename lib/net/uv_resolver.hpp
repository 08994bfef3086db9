// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>
#include <vector>

#include <uv.h>

namespace uvnostr::net {

/// An IP address as text, as libwebsockets takes it.
struct ip_address {
  bool is_v6 = false;
  std::string text;

  friend bool operator==(const ip_address&, const ip_address&) = default;
};

/// Whether `host` is an IP address; if so, `address` is set.
bool parse_ip_address(const std::string& host, ip_address& address) noexcept;

/// Alternates the families, beginning with that of the first address, and omits repeats. Source: RFC 8305, 4.
std::vector<ip_address> interleave(std::vector<ip_address> addresses) noexcept;

class resolver_listener {
 public:
  /// Errors: host_not_found, resolver_failed. `detail` is what libuv says.
  virtual void on_resolved(std::error_code, const char* detail, std::vector<ip_address>) noexcept = 0;

 protected:
  ~resolver_listener() = default;
};

/// One query to the system's resolver, made on a thread of libuv's pool.
class resolver_request {
 public:
  /// If it returns an error, there is no request.
  static std::error_code start(uv_loop_t*, const std::string& host, resolver_listener&,
                               resolver_request*& out) noexcept;
  /// The listener gets no further calls. A thread that has begun continues, and its answer is dropped.
  void cancel() noexcept;

 private:
  resolver_request() noexcept = default;
  static void on_answer(uv_getaddrinfo_t*, int status, addrinfo*) noexcept;

  uv_getaddrinfo_t request_{};
  resolver_listener* listener_ = nullptr;
};

}  // namespace uvnostr::net
