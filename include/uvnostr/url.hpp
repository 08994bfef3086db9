// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <uvnostr/error.hpp>

namespace uvnostr {

/// The normalised form of a relay's URL: scheme and host in lower case, no default port, no path that is only "/".
/// Two URLs belong to one relay if their normalised forms are equal.
/// Errors: url_*. Source: RFC 6455, 3; RFC 3986, 6.2.
UVNOSTR_API result<std::string> normalize_url(std::string_view) noexcept;

}  // namespace uvnostr
