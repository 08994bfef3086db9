// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace uvnostr::base {

/// Makes one safe line for a log or terminal, as uvnostr/printable.hpp describes.
std::string printable(std::string_view);

}  // namespace uvnostr::base
