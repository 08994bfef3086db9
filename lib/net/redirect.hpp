// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "base/url.hpp"

namespace uvnostr::net {

/// Whether an answer with this status says where to ask instead, with the same request. Source: RFC 9110, 15.4.
bool is_redirect(int status) noexcept;

/// Where a Location header leads to from `from`. "https:" means "wss:", and what is relative stays at the same server;
/// the result may be ws:// if `from` is. Errors: those of url::parse().
result<base::url> redirected(const base::url& from, std::string_view location) noexcept;

}  // namespace uvnostr::net
