// SPDX-License-Identifier: MIT
// The text form of 32 bytes: npub, nsec, note. Source: BIP-173 (bech32, not bech32m), NIP-19.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace uvnostr::base {

/// Reads 32 bytes with this prefix, which is in lower case. The text may be entirely in upper case.
/// Errors: bech32_format, bech32_checksum, bech32_prefix, the first of these that applies. After an error, `out` may be
/// partly written. No other copy of the bytes remains, because they may be a secret.
std::error_code decode_bech32(std::string_view text, std::string_view prefix, std::span<std::uint8_t, 32> out) noexcept;

std::string encode_bech32(std::string_view prefix, std::span<const std::uint8_t, 32> bytes);

}  // namespace uvnostr::base
