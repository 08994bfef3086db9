// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace uvnostr::crypto {

/// By mbedTLS; no allocation. Safe on any thread.
std::array<std::uint8_t, 32> sha256(std::string_view bytes) noexcept;

}  // namespace uvnostr::crypto
