// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace uvnostr::crypto {

/// Random bytes from mbedTLS's CTR-DRBG, seeded by the system. Returns false, and writes nothing, if the system has
/// none. Safe on any thread.
bool random_bytes(std::span<std::byte> out) noexcept;

}  // namespace uvnostr::crypto
