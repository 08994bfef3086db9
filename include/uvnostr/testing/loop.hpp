// SPDX-License-Identifier: MIT
// Runs a libuv loop in a test until something has happened, without sleeping.
#pragma once

#include <chrono>

#include <uvnostr/callback.hpp>
#include <uvnostr/export.hpp>

typedef struct uv_loop_s uv_loop_t;

namespace uvnostr::testing {

/// Runs the loop until the condition holds, which it checks before each turn. Returns false if the condition did not
/// hold within the limit, in real time. The limit only makes a hanging test fail, so leave it long.
/// Not allowed in a callback of the same loop. The loop needs no handle to keep it alive.
[[nodiscard]] UVNOSTR_API bool run_until(uv_loop_t*, callback<bool()> condition,
                                         std::chrono::milliseconds limit = std::chrono::seconds(60)) noexcept;

/// Runs the loop until no handle keeps it alive. Returns false if one still does at the limit. Not allowed in a
/// callback.
[[nodiscard]] UVNOSTR_API bool run_until_idle(uv_loop_t*,
                                              std::chrono::milliseconds limit = std::chrono::seconds(60)) noexcept;

}  // namespace uvnostr::testing
