// SPDX-License-Identifier: MIT
#include "crypto/sha256.hpp"

#include <cstdlib>

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

namespace uvnostr::crypto {

std::array<std::uint8_t, 32> sha256(std::string_view bytes) noexcept {
  std::array<std::uint8_t, 32> hash;
  const auto* input = reinterpret_cast<const unsigned char*>(bytes.data());
  // The function that reports errors changed its name between mbedTLS 2 and 3.
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  const int error = mbedtls_sha256(input, bytes.size(), hash.data(), 0);
#else
  const int error = mbedtls_sha256_ret(input, bytes.size(), hash.data(), 0);
#endif
  // Only a hardware driver can fail. Going on with a hash that is none would let forged events through.
  if (error != 0) std::abort();
  return hash;
}

}  // namespace uvnostr::crypto
