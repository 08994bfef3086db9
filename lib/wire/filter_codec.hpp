// SPDX-License-Identifier: MIT
// Filters as JSON, and their defects. Source: NIP-01.
#pragma once

#include <string>
#include <string_view>

#include <uvnostr/filter.hpp>

namespace uvnostr::wire {

/// Errors: filter_field, filter_tag_name, filter_tag_value, filter_time_range; the subject is the member.
error check_filter(const filter&) noexcept;
/// Whether a condition on tags of this name may have this value.
bool is_tag_value(char name, std::string_view value) noexcept;
bool is_tag_name(char name) noexcept;
void append_filter(std::string& out, const filter&);
/// Errors: filter_json, and those of check_filter(); the subject also has the position in the text.
result<filter> parse_filter(std::string_view json) noexcept;

}  // namespace uvnostr::wire
