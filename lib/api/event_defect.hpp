// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include <uvnostr/error.hpp>

namespace uvnostr::api {

/// What is wrong with a text that wire::parse_event() refused: a second look, so that the hot path needs no words.
/// Errors: event_json, event_field, event_utf8; the subject is the member and the place.
error event_defect(std::string_view json) noexcept;

}  // namespace uvnostr::api
