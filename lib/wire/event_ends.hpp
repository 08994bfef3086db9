// SPDX-License-Identifier: MIT
// What can be learned from an EVENT message if only its beginning and its end were kept.
#pragma once

#include <cstring>
#include <optional>
#include <string_view>

#include <uvnostr/types.hpp>

namespace uvnostr::wire {

struct event_ends {
  std::optional<event_id> id{};
  std::optional<unix_seconds> created_at{};

  /// Something that is the same each time the event comes.
  event_id id_or_date() const noexcept {
    if (id || !created_at) return id.value_or(event_id{});
    event_id of_date{};
    const auto seconds = created_at->time_since_epoch().count();
    std::memcpy(of_date.bytes.data(), &seconds, sizeof seconds);
    return of_date;
  }
};

/// Looks for the members "id" and "created_at". Nothing is checked: an event that was not read proves nothing, and what
/// it says may only decide where to look for others. A quote inside a string is escaped, so no content can look like a
/// member, but a member of an unknown member can.
event_ends scan_ends(std::string_view beginning, std::string_view end) noexcept;

}  // namespace uvnostr::wire
