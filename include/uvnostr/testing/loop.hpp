// SPDX-License-Identifier: MIT
// Turning a libuv loop in a test until something has happened, without sleeping.
#pragma once

#include <chrono>

#include <uvnostr/callback.hpp>
#include <uvnostr/export.hpp>

typedef struct uv_loop_s uv_loop_t;

namespace uvnostr::testing {

/// Turns the loop until the condition holds; it is asked before each turn. False if it did not hold within the limit,
/// which is only there so that a test that hangs fails: it says nothing about speed.
/// The loop needs no other handle. Not from inside a callback of the same loop.
[[nodiscard]] UVNOSTR_API bool run_until(uv_loop_t*, callback<bool()> condition,
                                         std::chrono::milliseconds limit = std::chrono::seconds(60)) noexcept;

/// Turns the loop until no handle keeps it alive. False if one still does at the limit.
[[nodiscard]] UVNOSTR_API bool run_until_idle(uv_loop_t*,
                                              std::chrono::milliseconds limit = std::chrono::seconds(60)) noexcept;

}  // namespace uvnostr::testing
