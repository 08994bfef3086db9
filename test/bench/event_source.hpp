// SPDX-License-Identifier: MIT
// Signed events like those on relays: many kinds, contents from nothing to 26 kB, escapes, members in two orders.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace uvnostr::bench {

/// The first `count` events of the file, one JSON object each.
std::vector<std::string> load_events(const std::string& path, std::size_t count);

/// How relays write the same events.
enum class spelling {
  mixed,         // six in ten in the order of NIP-01, the others in alphabetical order
  alphabetical,  // so the id comes after the content
  blanks,        // in alphabetical order with white space and unknown members
  escaped,       // in alphabetical order with a third of the text as \uXXXX
};

/// Writes this many events, the same for each seed except for random signatures. Returns false if the file cannot be
/// written.
bool make_events(const std::string& path, std::size_t count, unsigned seed, spelling how = spelling::mixed);

}  // namespace uvnostr::bench
