// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace uvnostr::crypto {

/// By mbedTLS; no allocation. Safe on any thread.
std::array<std::uint8_t, 32> sha256(std::string_view bytes) noexcept;
/// Of the parts, one after the other.
std::array<std::uint8_t, 32> sha256(std::span<const std::string_view> parts) noexcept;

}  // namespace uvnostr::crypto
