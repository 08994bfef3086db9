// SPDX-License-Identifier: MIT
// Secret keys: generating, reading, printing, and signing with them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <uvnostr/event.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

/// A secp256k1 secret key. Its memory is wiped when it is destroyed.
/// Source: BIP-340 (signing, with fresh auxiliary randomness each time), NIP-19 (nsec).
class UVNOSTR_API secret_key {
 public:
  /// A new random key. Errors: random_unavailable.
  static result<secret_key> generate() noexcept;
  /// From 64 lower-case hex digits or an `nsec1...`.
  /// Errors: hex_length, hex_digit, bech32_format, bech32_checksum, bech32_prefix, secret_key_range.
  static result<secret_key> parse(std::string_view hex_or_nsec) noexcept;

  secret_key(const secret_key&) noexcept = default;
  secret_key& operator=(const secret_key&) noexcept = default;
  ~secret_key();

  uvnostr::pubkey pubkey() const noexcept { return pubkey_; }
  std::string to_hex() const;
  std::string to_nsec() const;

  /// The signed event. Its json() is in canonical member order.
  /// Errors: event_utf8 (with the member, such as "tags[1][0]"), event_field (created_at before 1970 or above 2^53 -
  /// 1), random_unavailable.
  result<event> sign(const draft&) const noexcept;

 private:
  secret_key() noexcept = default;
  std::array<std::uint8_t, 32> bytes_{};
  uvnostr::pubkey pubkey_{};
};

}  // namespace uvnostr
