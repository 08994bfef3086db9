// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace uvnostr::base {

/// Accepts only lower-case digits, as in NIP-01. Errors: hex_length, hex_digit. After an error, `out` may be partly
/// written.
std::error_code decode_hex(std::string_view digits, std::span<std::uint8_t> out) noexcept;

/// Writes two digits for each byte to `out`, which must have room for them. For the hot path.
void encode_hex(std::span<const std::uint8_t> bytes, char* out) noexcept;
std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace uvnostr::base
