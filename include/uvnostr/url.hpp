// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include <uvnostr/error.hpp>

namespace uvnostr {

/// The spelling of a relay's URL that uvnostr uses: scheme and host in lower case, no default port, no "/" as the whole
/// path. Two URLs are one relay if this is the same.
/// Errors: url_*. Source: RFC 6455, 3; RFC 3986, 6.2.
UVNOSTR_API result<std::string> normalize_url(std::string_view) noexcept;

}  // namespace uvnostr
