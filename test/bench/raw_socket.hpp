// SPDX-License-Identifier: MIT
// A minimal WebSocket client for the floors: only what no client can omit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace uvnostr::bench {

/// Connects to ws://127.0.0.1:PORT/ and upgrades, blocking. A failure ends the program.
int open_socket(const std::string& url);

/// A masked text frame. The mask is always the same, because a floor need not draw random ones.
std::string masked_frame(std::string_view text);

/// Blocks until everything is written. A failure ends the program.
void write_all(int socket, std::string_view bytes);

}  // namespace uvnostr::bench
