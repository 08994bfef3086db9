// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace uvnostr::crypto {

/// From mbedTLS's CTR-DRBG, seeded by the system. False if the system has none to give; then nothing was written.
/// Safe on any thread.
bool random_bytes(std::span<std::byte> out) noexcept;

}  // namespace uvnostr::crypto
