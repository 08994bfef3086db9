// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace uvnostr::bench {

/// How many times any thread has asked for memory. A program that links allocations.cpp has its own malloc(), which
/// counts and passes on; so what libuv, libwebsockets and the standard library take is counted as well.
/// Always 0 where allocations_are_counted() is false: without glibc, and under sanitizers, which bring a malloc().
std::uint64_t allocations() noexcept;
std::uint64_t allocations_of_this_thread() noexcept;
bool allocations_are_counted() noexcept;

}  // namespace uvnostr::bench
