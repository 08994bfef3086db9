// SPDX-License-Identifier: MIT
// Compares frame_scan with the oracle of event_oracle.hpp, for unit tests and fuzzing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/event_record.hpp"

namespace uvnostr::test {

/// The differences between the library and the oracle; empty if there are none. Increments `accepted` for an event.
std::string disagreement(std::string_view message, wire::event_record& record, std::size_t& accepted);

/// The message with its invisible characters made visible.
std::string visible(std::string_view message);

}  // namespace uvnostr::test
