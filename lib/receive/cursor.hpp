// SPDX-License-Identifier: MIT
// How far a subscription came at each relay, as text that outlives the program.
//
// The text is a JSON object with a version, a digest of the filters, and for each relay's URL what session::history keeps.
// What can go wrong: it was cut, edited, or belongs to other filters. Then it is refused as a whole: asking from a wrong
// place would lose events without a word.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include <uvnostr/error.hpp>
#include <uvnostr/filter.hpp>

#include "session/history.hpp"

namespace uvnostr {

/// By normalised URL.
using cursor_positions = std::map<std::string, session::history_position, std::less<>>;

std::string write_cursor(std::span<const filter>, const cursor_positions&);
/// Errors: cursor_format, cursor_filters.
result<cursor_positions> read_cursor(std::span<const filter>, std::string_view text);

}  // namespace uvnostr
