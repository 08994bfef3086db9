// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <uvnostr/export.hpp>

namespace uvnostr {

/// Turns text from strangers (contents, notices, reasons) into one line that is safe on a terminal and in a log.
/// Tabs and line breaks become spaces. Other control characters, characters that change the direction of the text
/// around them, and bytes that are not UTF-8 become U+FFFD. Everything else stays.
UVNOSTR_API std::string printable(std::string_view);

}  // namespace uvnostr
