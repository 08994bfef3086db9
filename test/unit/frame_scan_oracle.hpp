// SPDX-License-Identifier: MIT
// frame_scan held against the oracle of event_oracle.hpp; for unit tests and fuzzing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/event_record.hpp"

namespace uvnostr::test {

/// What the library does other than the oracle; empty if nothing. Counts up `accepted` if it is an event.
std::string disagreement(std::string_view message, wire::event_record& record, std::size_t& accepted);

/// Prints what a message is where it cannot be seen.
std::string visible(std::string_view message);

}  // namespace uvnostr::test
