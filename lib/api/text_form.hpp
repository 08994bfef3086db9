// SPDX-License-Identifier: MIT
// The text forms of 32 bytes: hex, or bech32 by NIP-19.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>

#include "base/bech32.hpp"
#include "base/hex.hpp"

namespace uvnostr::api {

/// Every prefix of NIP-19 begins with an n, which is not a hex digit, and so distinguishes the two forms.
inline std::error_code decode_text_form(std::string_view text, std::string_view prefix,
                                        std::span<std::uint8_t, 32> out) noexcept {
  const bool bech32 = text.starts_with('n') || text.starts_with('N');
  return bech32 ? base::decode_bech32(text, prefix, out) : base::decode_hex(text, out);
}

}  // namespace uvnostr::api
