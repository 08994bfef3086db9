// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <uvnostr/export.hpp>

namespace uvnostr {

/// The words of strangers as one line that is safe on a terminal and in a log: contents, notices, reasons.
/// Tabs and line breaks become spaces. Other control characters, characters that change the direction of the text
/// around them, and bytes that are not UTF-8 become U+FFFD. All else stays.
UVNOSTR_API std::string printable(std::string_view);

}  // namespace uvnostr
