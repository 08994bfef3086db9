// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace uvnostr::base {

/// Whether it is UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view) noexcept;
/// How many bytes from the beginning are; all, if it is.
std::size_t utf8_prefix(std::string_view) noexcept;
/// The length of the character that the text begins with, 0 if it begins with none.
std::size_t utf8_sequence(std::string_view) noexcept;

}  // namespace uvnostr::base
