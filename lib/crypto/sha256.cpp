// SPDX-License-Identifier: MIT
#include "crypto/sha256.hpp"

#include <cstdlib>

#include <mbedtls/sha256.h>
#include <mbedtls/version.h>

namespace uvnostr::crypto {
namespace {

// The functions that report errors changed their names between mbedTLS 2 and 3. Only a hardware driver can fail.
// Continuing with an invalid hash would let forged events through.
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#define UVNOSTR_SHA256(function) mbedtls_sha256_##function
#else
#define UVNOSTR_SHA256(function) mbedtls_sha256_##function##_ret
#endif

void must_be_zero(int error) noexcept {
  if (error != 0) std::abort();
}

}  // namespace

std::array<std::uint8_t, 32> sha256(std::span<const std::string_view> parts) noexcept {
  std::array<std::uint8_t, 32> hash;
  mbedtls_sha256_context context;
  mbedtls_sha256_init(&context);
  must_be_zero(UVNOSTR_SHA256(starts)(&context, 0));
  for (const std::string_view part : parts) {
    must_be_zero(UVNOSTR_SHA256(update)(&context, reinterpret_cast<const unsigned char*>(part.data()), part.size()));
  }
  must_be_zero(UVNOSTR_SHA256(finish)(&context, hash.data()));
  mbedtls_sha256_free(&context);
  return hash;
}

std::array<std::uint8_t, 32> sha256(std::string_view bytes) noexcept { return sha256(std::span(&bytes, 1)); }

}  // namespace uvnostr::crypto
