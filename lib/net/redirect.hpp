// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "base/url.hpp"

namespace uvnostr::net {

/// Whether an answer with this status redirects the same request to another place. Source: RFC 9110, 15.4.
bool is_redirect(int status) noexcept;

/// The target of a Location header, relative to `from`. "https:" means "wss:", and a relative reference stays at the
/// same server. The result may be ws:// if `from` is. Errors: those of url::parse().
result<base::url> redirected(const base::url& from, std::string_view location) noexcept;

}  // namespace uvnostr::net
