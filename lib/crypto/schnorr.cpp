// SPDX-License-Identifier: MIT
#include "crypto/schnorr.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

#if UVNOSTR_BUNDLED_SECP256K1
#include <uvnostr_secp256k1.h>
#else
#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#endif

#include "crypto/random.hpp"
#include "crypto/sha256.hpp"
#include "crypto/wipe.hpp"

namespace uvnostr::crypto {
namespace {

/// For everything that uses a secret: new and blinded, so that timing and power reveal less about the key. Verifying
/// uses the library's constant context instead.
class signing_context {
 public:
  signing_context() noexcept : context_(secp256k1_context_create(SECP256K1_CONTEXT_NONE)) {
    std::array<std::byte, 32> seed;
    const wipe_at_exit wiped(seed);
    // Without random bytes the result is the same, but less well protected.
    if (random_bytes(seed)) {
      static_cast<void>(!secp256k1_context_randomize(context_, reinterpret_cast<const unsigned char*>(seed.data())));
    }
  }
  signing_context(const signing_context&) = delete;
  signing_context& operator=(const signing_context&) = delete;
  ~signing_context() { secp256k1_context_destroy(context_); }

  const secp256k1_context* get() const noexcept { return context_; }

 private:
  secp256k1_context* context_;
};

bool parse(const pubkey& author, secp256k1_xonly_pubkey& key) noexcept {
  return secp256k1_xonly_pubkey_parse(secp256k1_context_static, &key, author.bytes.data()) != 0;
}

std::size_t last_bytes_of(const pubkey& author) noexcept {
  std::uint16_t number = 0;
  std::memcpy(&number, author.bytes.data() + author.bytes.size() - sizeof number, sizeof number);
  return number;
}

bool is_by(const secp256k1_xonly_pubkey& key, const event_id& id, const signature& sig) noexcept {
  return secp256k1_schnorrsig_verify(secp256k1_context_static, sig.bytes.data(), id.bytes.data(), id.bytes.size(),
                                     &key) != 0;
}

}  // namespace

bool verify(const event_id& id, const pubkey& author, const signature& sig) noexcept {
  secp256k1_xonly_pubkey key;
  return parse(author, key) && is_by(key, id, sig);
}

struct signature_checker::known_key {
  bool used = false;
  pubkey author;
  secp256k1_xonly_pubkey key;
};

/// The key's slot, which holds the key; null if the key is not on the curve.
signature_checker::known_key* signature_checker::find(const pubkey& author) {
  constexpr std::size_t places = 512;
  if (keys_ == nullptr) keys_ = std::make_unique<known_key[]>(places);
  // The last bytes, because people search for keys whose first bytes look nice.
  known_key& known = keys_[last_bytes_of(author) % places];
  if (!known.used || known.author != author) {
    known.used = parse(author, known.key);
    known.author = author;
  }
  return known.used ? &known : nullptr;
}

bool signature_checker::verify(const event_id& id, const pubkey& author, const signature& sig) {
  ++spent_.alone;
  const known_key* const known = find(author);
  return known != nullptr && is_by(known->key, id, sig);
}

#if UVNOSTR_BUNDLED_SECP256K1
namespace {

template <std::size_t Size>
std::string_view text_of(const std::array<std::uint8_t, Size>& bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), Size};
}

}  // namespace

/// The signatures of a joint check, their authors, and the coefficients once they are needed.
struct signature_checker::joint {
  struct claim {
    signature sig;
    event_id id;
    pubkey author;
  };
  static_assert(sizeof(claim) == 128, "it is hashed as it lies in memory");
  static constexpr std::size_t slots = 2 * capacity;

  std::size_t author_number(const pubkey& author, const secp256k1_xonly_pubkey& key) noexcept;

  std::array<std::uint8_t, 32> secret;
  std::unique_ptr<uvnostr_batch, decltype(&uvnostr_batch_destroy)> batch{uvnostr_batch_create(capacity),
                                                                         uvnostr_batch_destroy};
  std::size_t claim_count = 0;
  std::size_t author_count = 0;
  bool has_coefficients = false;
  std::array<claim, capacity> claims;
  std::array<pubkey, capacity> authors;
  std::array<std::uint16_t, slots> author_in_slot{};  // a hash table of author numbers plus one, or zero
  std::array<std::uint8_t, capacity * uvnostr_batch_coefficient_bytes> coefficients;
};

/// The author's number in the batch; a new author is added.
std::size_t signature_checker::joint::author_number(const pubkey& author, const secp256k1_xonly_pubkey& key) noexcept {
  std::size_t slot = last_bytes_of(author) % slots;
  for (; author_in_slot[slot] != 0; slot = (slot + 1) % slots) {
    if (authors[author_in_slot[slot] - 1u] == author) return author_in_slot[slot] - 1u;
  }
  authors[author_count] = author;
  author_in_slot[slot] = static_cast<std::uint16_t>(++author_count);
  return uvnostr_batch_add_author(batch.get(), &key);
}

signature_checker::signature_checker() noexcept = default;
signature_checker::~signature_checker() = default;

bool signature_checker::can_verify_together() {
  if (joint_ != nullptr) return true;
  std::array<std::uint8_t, 32> secret;
  if (!random_bytes(std::as_writable_bytes(std::span(secret)))) return false;
  joint_ = std::make_unique<joint>();
  joint_->secret = secret;
  return true;
}

void signature_checker::clear() noexcept {
  if (joint_ == nullptr) return;
  uvnostr_batch_clear(joint_->batch.get());
  joint_->author_in_slot.fill(0);
  joint_->claim_count = joint_->author_count = 0;
  joint_->has_coefficients = false;
}

bool signature_checker::add(const event_id& id, const pubkey& author, const signature& sig) {
  assert(joint_ != nullptr && joint_->claim_count < capacity);
  const known_key* const known = find(author);
  if (known == nullptr) return false;
  const std::size_t number = joint_->author_number(author, known->key);
  if (uvnostr_batch_add(joint_->batch.get(), sig.bytes.data(), id.bytes.data(), number) == 0) return false;
  joint_->claims[joint_->claim_count++] = {.sig = sig, .id = id, .author = author};
  joint_->has_coefficients = false;
  return true;
}

std::size_t signature_checker::size() const noexcept { return joint_ == nullptr ? 0 : joint_->claim_count; }

bool signature_checker::verify(std::uint16_t number) {
  const joint::claim& claimed = joint_->claims[number];
  return verify(claimed.id, claimed.author, claimed.sig);
}

std::span<const std::uint8_t> signature_checker::coefficients() {
  const std::size_t bytes = joint_->claim_count * uvnostr_batch_coefficient_bytes;
  if (!joint_->has_coefficients) {
    const std::string_view whole[]{
        text_of(joint_->secret),
        {reinterpret_cast<const char*>(joint_->claims.data()), joint_->claim_count * sizeof(joint::claim)}};
    const std::array<std::uint8_t, 32> seed = sha256(whole);
    for (std::size_t at = 0; at < bytes; at += 32) {
      const std::array<std::uint8_t, 2> counter{static_cast<std::uint8_t>(at / 32 % 256),
                                                static_cast<std::uint8_t>(at / 32 / 256)};
      const std::string_view parts[]{text_of(seed), text_of(counter)};
      const std::array<std::uint8_t, 32> two = sha256(parts);
      std::memcpy(joint_->coefficients.data() + at, two.data(), std::min(two.size(), joint_->coefficients.size() - at));
    }
    joint_->has_coefficients = true;
  }
  return std::span(joint_->coefficients).first(bytes);
}

bool signature_checker::holds(std::span<const std::uint16_t> numbers, std::span<const std::uint8_t> coefficients) {
  spent_.together += numbers.size();
  return uvnostr_batch_holds(joint_->batch.get(), numbers.data(), numbers.size(), coefficients.data()) != 0;
}

bool signature_checker::verify_together(std::span<const std::uint16_t> numbers) {
  return holds(numbers, coefficients());
}

#else

struct signature_checker::joint {};

signature_checker::signature_checker() noexcept = default;
signature_checker::~signature_checker() = default;

bool signature_checker::can_verify_together() { return false; }
void signature_checker::clear() noexcept {}
bool signature_checker::add(const event_id&, const pubkey&, const signature&) { return false; }
std::size_t signature_checker::size() const noexcept { return 0; }
bool signature_checker::verify(std::uint16_t) { return false; }
bool signature_checker::verify_together(std::span<const std::uint16_t>) { return false; }
std::span<const std::uint8_t> signature_checker::coefficients() { return {}; }
bool signature_checker::holds(std::span<const std::uint16_t>, std::span<const std::uint8_t>) { return false; }

#endif

bool derive_pubkey(const std::array<std::uint8_t, 32>& secret, pubkey& out) noexcept {
  const signing_context context;
  secp256k1_keypair pair;
  const wipe_at_exit wiped(pair);
  if (secp256k1_keypair_create(context.get(), &pair, secret.data()) == 0) return false;
  secp256k1_xonly_pubkey key;
  if (secp256k1_keypair_xonly_pub(context.get(), &key, nullptr, &pair) == 0) return false;
  return secp256k1_xonly_pubkey_serialize(context.get(), out.bytes.data(), &key) != 0;
}

bool sign(const event_id& id, const std::array<std::uint8_t, 32>& secret, const std::array<std::uint8_t, 32>& auxiliary,
          signature& out) noexcept {
  const signing_context context;
  secp256k1_keypair pair;
  const wipe_at_exit wiped(pair);
  if (secp256k1_keypair_create(context.get(), &pair, secret.data()) == 0) return false;
  return secp256k1_schnorrsig_sign32(context.get(), out.bytes.data(), id.bytes.data(), &pair, auxiliary.data()) != 0;
}

}  // namespace uvnostr::crypto
