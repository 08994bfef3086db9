// SPDX-License-Identifier: MIT
// The small values of Nostr. Each has its own type, so that an id cannot be passed as a key.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include <uvnostr/error.hpp>

namespace uvnostr {

/// Seconds since 1970-01-01 UTC, as `created_at`, `since` and `until` count them (NIP-01).
using unix_seconds = std::chrono::sys_seconds;

/// The system's clock.
inline unix_seconds unix_now() noexcept {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// 0 to 65535 (NIP-01).
using event_kind = std::uint16_t;

/// A relay of one pool. The pool never reuses the number, even after the relay was removed. 0 is no relay.
enum class relay_id : std::uint32_t {};

/// A subscription of one pool. The pool never reuses the number. 0 is no subscription.
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

/// Writes ids and keys as hex, a relay_id or subscription_id as its number.
UVNOSTR_API std::ostream& operator<<(std::ostream&, const event_id&);
UVNOSTR_API std::ostream& operator<<(std::ostream&, const pubkey&);
UVNOSTR_API std::ostream& operator<<(std::ostream&, const signature&);
UVNOSTR_API std::ostream& operator<<(std::ostream&, relay_id);
UVNOSTR_API std::ostream& operator<<(std::ostream&, subscription_id);

namespace detail {

template <std::size_t Size>
std::size_t first_bytes(const std::array<std::uint8_t, Size>& bytes) noexcept {
  std::size_t hash;
  std::memcpy(&hash, bytes.data(), sizeof hash);
  return hash;
}

}  // namespace detail
}  // namespace uvnostr

// The bytes are random already, so the first ones will do as a hash. But authors can choose ids that collide: for many
// ids of strangers use seen_lru, whose hash has a secret key.
template <>
struct std::hash<uvnostr::event_id> {
  std::size_t operator()(const uvnostr::event_id& id) const noexcept { return uvnostr::detail::first_bytes(id.bytes); }
};
template <>
struct std::hash<uvnostr::pubkey> {
  std::size_t operator()(const uvnostr::pubkey& key) const noexcept { return uvnostr::detail::first_bytes(key.bytes); }
};
template <>
struct std::hash<uvnostr::signature> {
  std::size_t operator()(const uvnostr::signature& sig) const noexcept {
    return uvnostr::detail::first_bytes(sig.bytes);
  }
};
