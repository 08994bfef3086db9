// SPDX-License-Identifier: MIT
// How the demo shows things on a terminal.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include <uvnostr/event.hpp>
#include <uvnostr/publish.hpp>
#include <uvnostr/relay_status.hpp>
#include <uvnostr/stats.hpp>

namespace demo {

/// The beginning of a stranger's text as one printable line of at most max_bytes.
std::string excerpt(std::string_view text, std::size_t max_bytes = 120);
/// JSON that may have line breaks between its elements, as one line.
std::string one_line(std::string_view json);
/// Printable text as a string of JSON.
std::string quoted(std::string_view printable);
/// The first and last letters of an npub: npub1abcd...wxyz.
std::string short_name(const uvnostr::pubkey&);
std::string date_and_time(uvnostr::unix_seconds);
/// The state of a connection, its cause, and the time until the next attempt.
std::string describe(const uvnostr::relay_status&);
/// A line for each relay and one for all.
void print(std::FILE*, const uvnostr::pool_stats&);

}  // namespace demo
