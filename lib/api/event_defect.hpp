// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include <uvnostr/error.hpp>

namespace uvnostr::api {

/// What is wrong with a text that wire::parse_event() refused: event_json, event_field or event_utf8.
/// A second look at the text, for whoever wants to know; the hot path does without.
errc event_defect(std::string_view json) noexcept;

}  // namespace uvnostr::api
