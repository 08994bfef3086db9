// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace uvnostr::crypto {

/// Computed by mbedTLS without allocation. Safe on any thread.
std::array<std::uint8_t, 32> sha256(std::string_view bytes) noexcept;
/// The hash of the concatenated parts.
std::array<std::uint8_t, 32> sha256(std::span<const std::string_view> parts) noexcept;

}  // namespace uvnostr::crypto
