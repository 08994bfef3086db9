// SPDX-License-Identifier: MIT
// What we say to a relay. Source: NIP-01, NIP-42.
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

/// `since`: if given, every filter asks from there on at the earliest, and has no `limit` but a limit of 0.
std::string req_message(std::string_view subscription, std::span<const filter> filters,
                        std::optional<unix_seconds> since = std::nullopt);

}  // namespace uvnostr::wire
