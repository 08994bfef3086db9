// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace uvnostr::base {

/// Whether it is UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view) noexcept;

}  // namespace uvnostr::base
