// SPDX-License-Identifier: MIT
#include "crypto/wipe.hpp"

#include <mbedtls/platform_util.h>

namespace uvnostr::crypto {

void wipe(void* at, std::size_t size) noexcept { mbedtls_platform_zeroize(at, size); }

}  // namespace uvnostr::crypto
