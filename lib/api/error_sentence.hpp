// SPDX-License-Identifier: MIT
#pragma once

#include <uvnostr/error.hpp>

namespace uvnostr::api {

/// The message of errc's category, without a copy; null for any other number. Lifetime: static.
const char* error_sentence(errc) noexcept;

}  // namespace uvnostr::api
