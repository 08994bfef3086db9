// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace uvnostr::base {

/// Whether it is four decimal numbers from 0 to 255 without leading zeros. Source: RFC 3986, 3.2.2.
bool is_ipv4(std::string_view text) noexcept;

/// The one spelling that RFC 5952 gives to this IPv6 address; nothing if it is none. No brackets, no zone.
std::optional<std::string> normal_ipv6(std::string_view text);

}  // namespace uvnostr::base
