// SPDX-License-Identifier: MIT
// One-line helpers that make signed events and forge them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/event.hpp>
#include <uvnostr/keys.hpp>

namespace uvnostr::testing {

/// The n-th test key, the same in every run: its secret is the number n. 0 means 1.
UVNOSTR_API secret_key test_key(unsigned n = 1) noexcept;

/// The default date of the events below: 2023-11-14 22:13:20 UTC.
inline constexpr unix_seconds test_time{std::chrono::seconds{1'700'000'000}};

/// A signed event. Ends the program if the content or a tag is not UTF-8.
UVNOSTR_API event make_event(const secret_key&, event_kind, std::string_view content,
                             std::vector<std::vector<std::string>> tags = {}, unix_seconds created_at = test_time);
/// A note (kind 1) signed by test_key().
UVNOSTR_API event make_event(std::string_view content, unix_seconds created_at = test_time);

/// The event's JSON with one digit of the signature changed.
UVNOSTR_API std::string with_wrong_signature(const event_view&);
/// The event's JSON with one digit of the id changed.
UVNOSTR_API std::string with_wrong_id(const event_view&);
/// The event's JSON with a longer content that neither id nor signature covers.
UVNOSTR_API std::string with_changed_content(const event_view&);

}  // namespace uvnostr::testing
