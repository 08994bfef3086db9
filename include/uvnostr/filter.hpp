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

/// Events that have a tag of this one-letter name whose value is one of these.
struct tag_condition {
  char name = 0;                    ///< a-z or A-Z
  std::vector<std::string> values;  ///< for 'e' and 'p': 64 lower-case hex digits each
};

/// A filter: an event matches if it satisfies every member that is set. A subscription has one or
/// more, and gets what any of them matches. An empty list is "not set".
/// Example: filter{.kinds = {1}, .limit = 20}. Source: NIP-01; `search`: NIP-50.
struct UVNOSTR_API filter {
  std::vector<event_id> ids{};
  std::vector<uvnostr::pubkey> authors{};
  std::vector<event_kind> kinds{};
  std::vector<tag_condition> tags{};
  std::optional<unix_seconds> since{};
  std::optional<unix_seconds> until{};
  std::optional<std::uint32_t> limit{};  ///< of stored events; 0 asks for live events only
  std::string search{};                  ///< left to the relay: matches() cannot judge it

  /// What is wrong with it; subscribe() asks this by itself. The subject is the member, as "tags[0].name".
  /// Errors: filter_field (search is not UTF-8), filter_tag_name, filter_tag_value, filter_time_range.
  [[nodiscard]] error check() const noexcept;
  /// Whether the event satisfies it, `limit` and `search` apart.
  bool matches(const event_view&) const noexcept;
  /// The JSON object that goes on the wire.
  std::string to_json() const;
  /// Reads a JSON object. Unknown members and empty lists are refused: to ignore them would widen the filter.
  /// Errors: filter_json, filter_field, filter_tag_name, filter_tag_value, filter_time_range, with the member and its
  /// place in the text, as "kinds at byte 10".
  static result<filter> parse(std::string_view json) noexcept;
};

}  // namespace uvnostr
