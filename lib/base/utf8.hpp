// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace uvnostr::base {

/// Whether the text is UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view) noexcept;
/// How many bytes at the beginning are valid UTF-8.
std::size_t utf8_prefix(std::string_view) noexcept;
/// The length in bytes of the text's first character, or 0 if the text does not begin with a valid one.
std::size_t utf8_sequence(std::string_view) noexcept;

}  // namespace uvnostr::base
