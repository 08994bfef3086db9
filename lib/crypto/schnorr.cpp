// SPDX-License-Identifier: MIT
#include "crypto/schnorr.hpp"

#include <cstddef>
#include <cstring>
#include <span>

#if UVNOSTR_BUNDLED_SECP256K1
#include <uvnostr_secp256k1.h>
#else
#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#endif

#include "crypto/random.hpp"
#include "crypto/wipe.hpp"

namespace uvnostr::crypto {
namespace {

/// For everything that touches a secret: fresh and blinded, so that timing and power say less about the key.
/// Verifying needs none, it uses the library's constant context.
class signing_context {
 public:
  signing_context() noexcept : context_(secp256k1_context_create(SECP256K1_CONTEXT_NONE)) {
    std::array<std::byte, 32> seed;
    const wipe_at_exit wiped(seed);
    // Without random bytes the result is the same, only less well guarded.
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

bool is_by(const secp256k1_xonly_pubkey& key, const event_id& id, const signature& sig) noexcept {
  return secp256k1_schnorrsig_verify(secp256k1_context_static, sig.bytes.data(), id.bytes.data(), id.bytes.size(), &key) != 0;
}

}  // namespace

bool verify(const event_id& id, const pubkey& author, const signature& sig) noexcept {
  secp256k1_xonly_pubkey key;
  return parse(author, key) && is_by(key, id, sig);
}

struct author_cache::known_key {
  bool used = false;
  pubkey author;
  secp256k1_xonly_pubkey key;
};

author_cache::author_cache() noexcept = default;
author_cache::~author_cache() = default;

bool author_cache::verify(const event_id& id, const pubkey& author, const signature& sig) {
  constexpr std::size_t places = 512;
  if (keys_ == nullptr) keys_ = std::make_unique<known_key[]>(places);
  // The last bytes: the first ones of some keys were sought for their looks.
  std::uint16_t number = 0;
  std::memcpy(&number, author.bytes.data() + author.bytes.size() - sizeof number, sizeof number);
  known_key& known = keys_[number % places];
  if (!known.used || known.author != author) {
    known.used = parse(author, known.key);
    known.author = author;
  }
  return known.used && is_by(known.key, id, sig);
}

bool derive_pubkey(const std::array<std::uint8_t, 32>& secret, pubkey& out) noexcept {
  const signing_context context;
  secp256k1_keypair pair;
  const wipe_at_exit wiped(pair);
  if (secp256k1_keypair_create(context.get(), &pair, secret.data()) == 0) return false;
  secp256k1_xonly_pubkey key;
  if (secp256k1_keypair_xonly_pub(context.get(), &key, nullptr, &pair) == 0) return false;
  return secp256k1_xonly_pubkey_serialize(context.get(), out.bytes.data(), &key) != 0;
}

bool sign(const event_id& id, const std::array<std::uint8_t, 32>& secret,
          const std::array<std::uint8_t, 32>& auxiliary, signature& out) noexcept {
  const signing_context context;
  secp256k1_keypair pair;
  const wipe_at_exit wiped(pair);
  if (secp256k1_keypair_create(context.get(), &pair, secret.data()) == 0) return false;
  return secp256k1_schnorrsig_sign32(context.get(), out.bytes.data(), id.bytes.data(), &pair, auxiliary.data()) != 0;
}

}  // namespace uvnostr::crypto
