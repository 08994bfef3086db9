// SPDX-License-Identifier: MIT
// What a subscription asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <uvnostr/event.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

/// Matches events that have a tag with this one-letter name and one of these values.
struct tag_condition {
  char name = 0;                    ///< a-z or A-Z
  std::vector<std::string> values;  ///< for 'e' and 'p': 64 lower-case hex digits each
};

/// An event matches a filter if it satisfies every member that is set. An empty list counts as not set.
/// A subscription has one or more filters, and gets every event that matches any of them.
/// Example: filter{.kinds = {1}, .limit = 20}. Source: NIP-01; `search`: NIP-50.
struct UVNOSTR_API filter {
  std::vector<event_id> ids{};
  std::vector<uvnostr::pubkey> authors{};
  std::vector<event_kind> kinds{};
  std::vector<tag_condition> tags{};
  std::optional<unix_seconds> since{};
  std::optional<unix_seconds> until{};
  std::optional<std::uint32_t> limit{};  ///< of stored events; 0 asks for live events only
  std::string search{};                  ///< left to the relay; matches() ignores it

  /// What is wrong with the filter; subscribe() checks this too. The subject is the member, such as "tags[0].name".
  /// Errors: filter_field (search is not UTF-8), filter_tag_name, filter_tag_value, filter_time_range.
  [[nodiscard]] error check() const noexcept;
  /// Whether the event satisfies the filter. `limit` and `search` are ignored.
  bool matches(const event_view&) const noexcept;
  /// The JSON object that goes on the wire.
  std::string to_json() const;
  /// Reads a JSON object. Refuses unknown members and empty lists, because ignoring them would widen the filter.
  /// Errors: filter_json, filter_field, filter_tag_name, filter_tag_value, filter_time_range, with the member and its
  /// position in the text, such as "kinds at byte 10".
  static result<filter> parse(std::string_view json) noexcept;
};

}  // namespace uvnostr
