// SPDX-License-Identifier: MIT
// Our messages to relays. Source: NIP-01, NIP-42.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <uvnostr/filter.hpp>

namespace uvnostr::wire {

std::string event_message(std::string_view event_json);
std::string auth_message(std::string_view event_json);
std::string close_message(std::string_view subscription);

std::string req_message(std::string_view subscription, std::span<const filter> filters);

}  // namespace uvnostr::wire
