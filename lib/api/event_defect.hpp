// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include <uvnostr/error.hpp>

namespace uvnostr::api {

/// What is wrong with a text that wire::parse_event() refused. This second pass keeps error texts out of the hot path.
/// Errors: event_json, event_field, event_utf8; the subject is the member and the position.
error event_defect(std::string_view json) noexcept;

}  // namespace uvnostr::api
