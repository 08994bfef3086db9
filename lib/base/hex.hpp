// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace uvnostr::base {

/// Lower-case digits only, as NIP-01 has them. Errors: hex_length, hex_digit. On an error `out` may be half written.
std::error_code decode_hex(std::string_view digits, std::span<std::uint8_t> out) noexcept;

/// Two digits for each byte, at `out`, which has room for them. For the hot path.
void encode_hex(std::span<const std::uint8_t> bytes, char* out) noexcept;
std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace uvnostr::base
