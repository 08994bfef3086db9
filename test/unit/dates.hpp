// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

#include <uvnostr/types.hpp>

namespace uvnostr {

constexpr unix_seconds at(std::int64_t seconds) { return unix_seconds(std::chrono::seconds(seconds)); }

}  // namespace uvnostr
