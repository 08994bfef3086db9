// SPDX-License-Identifier: MIT
// BIP-340 over event ids, by libsecp256k1.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include <uvnostr/types.hpp>

namespace uvnostr::crypto {

/// False also for a key that is not on the curve. Safe on any thread; about 50 microseconds.
bool verify(const event_id& id, const pubkey& author, const signature& sig) noexcept;

/// Keys of authors that were met before: to find the point of a key on the curve is an eighth of a verification.
/// 52 KB from its first use on. For one thread at a time.
class author_cache {
 public:
  author_cache() noexcept;
  ~author_cache();

  /// The same as crypto::verify().
  bool verify(const event_id& id, const pubkey& author, const signature& sig);

 private:
  struct known_key;
  std::unique_ptr<known_key[]> keys_;  // each author has one place
};

/// False if the secret is zero or not below the curve's order.
bool derive_pubkey(const std::array<std::uint8_t, 32>& secret, pubkey& out) noexcept;

/// Signs with `auxiliary` as BIP-340's randomness. The secret was accepted by derive_pubkey().
bool sign(const event_id& id, const std::array<std::uint8_t, 32>& secret,
          const std::array<std::uint8_t, 32>& auxiliary, signature& out) noexcept;

}  // namespace uvnostr::crypto
