// SPDX-License-Identifier: MIT
#include "crypto/random.hpp"

#include <algorithm>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>

namespace uvnostr::crypto {
namespace {

/// Made anew for each call, so that threads share nothing, and a process that forks does not return the same bytes
/// twice. Only seeding can fail.
class generator {
 public:
  generator() noexcept {
    mbedtls_entropy_init(&entropy_);
    mbedtls_ctr_drbg_init(&drbg_);
    seeded_ = mbedtls_ctr_drbg_seed(&drbg_, mbedtls_entropy_func, &entropy_, nullptr, 0) == 0;
  }
  generator(const generator&) = delete;
  generator& operator=(const generator&) = delete;
  ~generator() {
    mbedtls_ctr_drbg_free(&drbg_);
    mbedtls_entropy_free(&entropy_);
  }

  bool seeded() const noexcept { return seeded_; }
  bool fill(std::span<std::byte> out) noexcept {
    return mbedtls_ctr_drbg_random(&drbg_, reinterpret_cast<unsigned char*>(out.data()), out.size()) == 0;
  }

 private:
  mbedtls_entropy_context entropy_;
  mbedtls_ctr_drbg_context drbg_;
  bool seeded_ = false;
};

}  // namespace

bool random_bytes(std::span<std::byte> out) noexcept {
  generator source;
  if (!source.seeded()) return false;
  while (!out.empty()) {
    const std::size_t part = std::min<std::size_t>(out.size(), MBEDTLS_CTR_DRBG_MAX_REQUEST);
    if (!source.fill(out.first(part))) return false;
    out = out.subspan(part);
  }
  return true;
}

}  // namespace uvnostr::crypto
