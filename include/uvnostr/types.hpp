// SPDX-License-Identifier: MIT
// The small values of Nostr, each a type of its own: an id cannot be passed where a key belongs.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include <uvnostr/error.hpp>

namespace uvnostr {

/// Seconds since 1970-01-01 UTC, as `created_at`, `since` and `until` count them (NIP-01).
using unix_seconds = std::chrono::sys_seconds;

/// 0 to 65535 (NIP-01).
using event_kind = std::uint16_t;

/// A relay of one pool. Never used again by that pool after the relay was removed; 0 is no relay.
enum class relay_id : std::uint32_t {};

/// A subscription of one pool. Never used again by that pool; 0 is no subscription.
enum class subscription_id : std::uint64_t {};

/// The SHA-256 of an event's canonical form. Source: NIP-01; the text forms: NIP-19.
struct UVNOSTR_API event_id {
  std::array<std::uint8_t, 32> bytes{};

  /// From 64 lower-case hex digits or a `note1...`.
  /// Errors: hex_length, hex_digit, bech32_format, bech32_checksum, bech32_prefix.
  static result<event_id> parse(std::string_view hex_or_note) noexcept;
  std::string to_hex() const;
  std::string to_note() const;

  friend auto operator<=>(const event_id&, const event_id&) = default;
};

/// An x-only secp256k1 public key. Source: BIP-340, NIP-01; the text forms: NIP-19.
struct UVNOSTR_API pubkey {
  std::array<std::uint8_t, 32> bytes{};

  /// From 64 lower-case hex digits or an `npub1...`. Whether it lies on the curve is not checked.
  /// Errors: hex_length, hex_digit, bech32_format, bech32_checksum, bech32_prefix.
  static result<pubkey> parse(std::string_view hex_or_npub) noexcept;
  std::string to_hex() const;
  std::string to_npub() const;

  friend auto operator<=>(const pubkey&, const pubkey&) = default;
};

/// A Schnorr signature over an event id. Source: BIP-340.
struct UVNOSTR_API signature {
  std::array<std::uint8_t, 64> bytes{};

  /// From 128 lower-case hex digits. Errors: hex_length, hex_digit.
  static result<signature> parse(std::string_view hex) noexcept;
  std::string to_hex() const;

  friend auto operator<=>(const signature&, const signature&) = default;
};

}  // namespace uvnostr
