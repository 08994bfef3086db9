// SPDX-License-Identifier: MIT
// Signed events that look like what relays carry: many kinds, sizes from nothing to 26 kB, escapes, members in two orders.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace uvnostr::bench {

/// The first `count` events of the file, one JSON object each.
std::vector<std::string> load_events(const std::string& path, std::size_t count);

/// Writes that many, the same for each seed but for the signatures, which are random. False if the file cannot be written.
bool make_events(const std::string& path, std::size_t count, unsigned seed);

}  // namespace uvnostr::bench
