// SPDX-License-Identifier: MIT
#pragma once

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>

namespace uvnostr::testing::detail {

/// Random bytes for keys and TLS, in the form that mbedTLS needs.
class entropy {
 public:
  entropy() noexcept {
    mbedtls_entropy_init(&source_);
    mbedtls_ctr_drbg_init(&generator_);
    seeded_ = mbedtls_ctr_drbg_seed(&generator_, mbedtls_entropy_func, &source_, nullptr, 0) == 0;
  }
  ~entropy() {
    mbedtls_ctr_drbg_free(&generator_);
    mbedtls_entropy_free(&source_);
  }
  entropy(const entropy&) = delete;
  entropy& operator=(const entropy&) = delete;

  explicit operator bool() const noexcept { return seeded_; }
  mbedtls_ctr_drbg_context* generator() noexcept { return &generator_; }

 private:
  mbedtls_entropy_context source_;
  mbedtls_ctr_drbg_context generator_;
  bool seeded_ = false;
};

}  // namespace uvnostr::testing::detail
