// SPDX-License-Identifier: MIT
// BIP-340 over event ids, by libsecp256k1.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <uvnostr/types.hpp>

namespace uvnostr::crypto {

/// Also false if the key is not on the curve. Safe on any thread; takes about 45 microseconds.
bool verify(const event_id& id, const pubkey& author, const signature& sig) noexcept;

/// Checks signatures one by one, or many by one equation at about half the cost. For one thread at a time.
///
/// Alone: verify(id, author, sig). Together: clear(), add() each, verify_together(). This gives one answer for all; if
/// it is false, the caller splits the batch and asks again. The object keeps the points of recent authors, because
/// finding a point takes an eighth of a verification (52 KB, from the first check on), and the memory for a joint check
/// (0.7 MB, from the first joint check on).
class signature_checker {
 public:
  static constexpr std::size_t capacity = 512;
  /// Fewer signatures than this are as cheap to check one by one.
  static constexpr std::size_t least_together = 6;

  signature_checker() noexcept;
  ~signature_checker();
  signature_checker(const signature_checker&) = delete;
  signature_checker& operator=(const signature_checker&) = delete;

  /// The same as crypto::verify().
  bool verify(const event_id& id, const pubkey& author, const signature& sig);

  /// False with the system's libsecp256k1, or if the system has no random bytes. Then only the call above works.
  bool can_verify_together();
  void clear() noexcept;
  /// Adds a signature; its number is how many were added before. If it cannot be valid, adds nothing and returns false.
  bool add(const event_id& id, const pubkey& author, const signature& sig);
  std::size_t size() const noexcept;
  /// Checks the signature with this number alone.
  bool verify(std::uint16_t number);
  /// True if all signatures with these numbers are valid. If one is not, true with a probability below 2^-120.
  bool verify_together(std::span<const std::uint16_t> numbers);

  /// How many checks were made; a signature that was checked twice counts twice.
  struct work {
    std::uint64_t alone = 0;
    std::uint64_t together = 0;
  };
  work spent() const noexcept { return spent_; }

  /// The factors by which verify_together() multiplies the signatures, 16 bytes each: a hash of all added signatures
  /// and of a secret drawn for this object.
  std::span<const std::uint8_t> coefficients();
  /// The equation with the caller's coefficients, so that tests can show what happens if they are predictable.
  bool holds(std::span<const std::uint16_t> numbers, std::span<const std::uint8_t> coefficients);

 private:
  struct known_key;
  struct joint;
  known_key* find(const pubkey& author);

  std::unique_ptr<known_key[]> keys_;  // each author has one slot
  std::unique_ptr<joint> joint_;
  work spent_;
};

/// False if the secret is zero or not below the curve's order.
bool derive_pubkey(const std::array<std::uint8_t, 32>& secret, pubkey& out) noexcept;

/// Signs with `auxiliary` as BIP-340's randomness. The secret must have been accepted by derive_pubkey().
bool sign(const event_id& id, const std::array<std::uint8_t, 32>& secret, const std::array<std::uint8_t, 32>& auxiliary,
          signature& out) noexcept;

}  // namespace uvnostr::crypto
