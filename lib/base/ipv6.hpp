// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace uvnostr::base {

/// Whether the text is four decimal numbers from 0 to 255 without leading zeros. Source: RFC 3986, 3.2.2.
bool is_ipv4(std::string_view text) noexcept;

/// The spelling of this IPv6 address by RFC 5952; nothing if it is none. Brackets and zones are not accepted.
std::optional<std::string> normal_ipv6(std::string_view text);

}  // namespace uvnostr::base
