// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace uvnostr::bench {

/// The number of allocations of all threads. A program that links allocations.cpp has its own malloc(), which counts
/// and forwards, so allocations of libuv, libwebsockets and the standard library count as well. Always 0 where
/// allocations_are_counted() is false: without glibc, and under sanitizers, which bring a malloc().
std::uint64_t allocations() noexcept;
std::uint64_t allocations_of_this_thread() noexcept;
bool allocations_are_counted() noexcept;

}  // namespace uvnostr::bench
