// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "port/transport.hpp"

struct lws;

namespace uvnostr::net {

/// From the system's error of socket() or connect().
port::disconnect cause_of_errno(int error) noexcept;

/// From what libwebsockets knows when TCP was connected but not TLS. The texts differ by version and TLS library.
port::disconnect cause_of_failed_tls(lws*, std::string_view text) noexcept;

/// The same after the upgrade request was sent.
port::disconnect cause_of_failed_upgrade(lws*, std::string_view text) noexcept;

/// Whether another address of the same host would fail in the same way.
bool is_final(const port::disconnect&) noexcept;

/// The higher, the more telling: what is reported when all addresses failed.
int rank(const port::disconnect&) noexcept;

}  // namespace uvnostr::net
