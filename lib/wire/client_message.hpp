// SPDX-License-Identifier: MIT
// Our messages to relays. Source: NIP-01, NIP-42.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <uvnostr/filter.hpp>

namespace uvnostr::wire {

/// The EVENT message in memory of the caller.
std::size_t event_message_bytes(std::string_view event_json) noexcept;
void write_event_message(std::string_view event_json, char* out) noexcept;
std::string auth_message(std::string_view event_json);
std::string close_message(std::string_view subscription);

std::string req_message(std::string_view subscription, std::span<const filter> filters);

}  // namespace uvnostr::wire
