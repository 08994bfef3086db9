// SPDX-License-Identifier: MIT
// A WebSocket client with nothing behind it, for the floors: what no client can do without.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace uvnostr::bench {

/// Connects to ws://127.0.0.1:PORT/ and asks for the upgrade, blocking. What goes wrong ends the program.
int open_socket(const std::string& url);

/// A masked text frame. The mask is always the same: no floor has to draw it.
std::string masked_frame(std::string_view text);

/// Blocks until all is written. What goes wrong ends the program.
void write_all(int socket, std::string_view bytes);

}  // namespace uvnostr::bench
