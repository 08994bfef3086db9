// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace uvnostr::base {

/// The text for one line of a log or terminal: what uvnostr/printable.hpp promises.
std::string printable(std::string_view);

}  // namespace uvnostr::base
