// SPDX-License-Identifier: MIT
// A SOCKS5 proxy, and a witness of what goes past it.
#pragma once

#include <cstdint>
#include <string>

namespace uvnostr::network {

/// A proxy that connects to one port of the address on which it listens, whatever it is asked for. Says `asked NAME` for each connection.
int serve_socks(const std::string& address, std::uint16_t port, std::uint16_t to);
/// Watches every interface of this network namespace. Says `proxy` at the first packet to the proxy, and `other KIND
/// ADDRESS:PORT` at each packet that leaves for anywhere else.
int watch(const std::string& proxy_address, std::uint16_t proxy_port);

}  // namespace uvnostr::network
