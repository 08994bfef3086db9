// SPDX-License-Identifier: MIT
// Filters as JSON, and what is wrong with one. Source: NIP-01.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

#include <uvnostr/filter.hpp>

namespace uvnostr::wire {

std::error_code check_filter(const filter&) noexcept;
void append_filter(std::string& out, const filter&);
result<filter> parse_filter(std::string_view json) noexcept;

}  // namespace uvnostr::wire
