// SPDX-License-Identifier: MIT
#pragma once

#include <system_error>

#include <uvnostr/pool.hpp>

namespace uvnostr {

/// Errors: option_range.
std::error_code check_options(const relay_options&) noexcept;
std::error_code check_options(const pool_options&) noexcept;
std::error_code check_options(const subscribe_options&) noexcept;
std::error_code check_options(const publish_options&) noexcept;

}  // namespace uvnostr
