// SPDX-License-Identifier: MIT
#include <uvnostr/keys.hpp>

#include <chrono>
#include <cstddef>
#include <span>

#include "api/text_form.hpp"
#include "base/utf8.hpp"
#include "crypto/random.hpp"
#include "crypto/schnorr.hpp"
#include "crypto/sha256.hpp"
#include "crypto/wipe.hpp"
#include "wire/canonical.hpp"
#include "wire/event_record.hpp"

namespace uvnostr {
namespace {

using secret_bytes = std::array<std::uint8_t, 32>;

/// The largest integer that every JSON implementation carries without loss, and that wire::parse_event() accepts.
constexpr std::int64_t latest_created_at = (std::int64_t{1} << 53) - 1;

error check_utf8(const draft& draft) {
  if (!base::is_utf8(draft.content)) return {errc::event_utf8, "content"};
  for (std::size_t i = 0; i < draft.tags.size(); ++i) {
    for (std::size_t k = 0; k < draft.tags[i].size(); ++k) {
      if (base::is_utf8(draft.tags[i][k])) continue;
      return {errc::event_utf8, "tags[" + std::to_string(i) + "][" + std::to_string(k) + "]"};
    }
  }
  return {};
}

/// JSON allows no control characters in strings, so they are escaped here even if the hashed form has them verbatim.
void append_string(std::string& json, std::string_view text) {
  wire::append_canonical_string(json, text, wire::control_style::escaped);
}

void append_tags(std::string& json, const std::vector<std::vector<std::string>>& tags) {
  json += '[';
  for (std::size_t i = 0; i < tags.size(); ++i) {
    json += i == 0 ? "[" : ",[";
    for (std::size_t k = 0; k < tags[i].size(); ++k) {
      if (k != 0) json += ',';
      append_string(json, tags[i][k]);
    }
    json += ']';
  }
  json += ']';
}

std::string event_json(const event_id& id, const pubkey& author, unix_seconds created_at, const draft& draft,
                       const signature& sig) {
  std::string json = "{\"id\":\"" + id.to_hex();
  json += "\",\"pubkey\":\"" + author.to_hex();
  json += "\",\"created_at\":" + std::to_string(created_at.time_since_epoch().count());
  json += ",\"kind\":" + std::to_string(draft.kind);
  json += ",\"tags\":";
  append_tags(json, draft.tags);
  json += ",\"content\":";
  append_string(json, draft.content);
  json += ",\"sig\":\"" + sig.to_hex();
  json += "\"}";
  return json;
}

}  // namespace

secret_key::~secret_key() { crypto::wipe(bytes_.data(), bytes_.size()); }

result<secret_key> secret_key::generate() noexcept {
  secret_key key;
  // Only one in 2^128 of all 32-byte values is not a secret key.
  do {
    if (!crypto::random_bytes(std::as_writable_bytes(std::span(key.bytes_)))) return errc::random_unavailable;
  } while (!crypto::derive_pubkey(key.bytes_, key.pubkey_));
  return key;
}

result<secret_key> secret_key::parse(std::string_view hex_or_nsec) noexcept {
  secret_key key;
  if (const auto error = api::decode_text_form(hex_or_nsec, "nsec", key.bytes_)) return error;
  if (!crypto::derive_pubkey(key.bytes_, key.pubkey_)) return errc::secret_key_range;
  return key;
}

std::string secret_key::to_hex() const { return base::to_hex(bytes_); }
std::string secret_key::to_nsec() const { return base::encode_bech32("nsec", bytes_); }

result<event> secret_key::sign(const draft& draft) const noexcept {
  if (error wrong = check_utf8(draft)) return wrong;
  const unix_seconds created_at = draft.created_at.value_or(unix_now());
  const std::int64_t seconds = created_at.time_since_epoch().count();
  if (seconds < 0 || seconds > latest_created_at) return error(errc::event_field, "created_at");

  std::string canonical;
  wire::append_canonical(canonical, pubkey_, draft, created_at);
  const event_id id{crypto::sha256(canonical)};

  secret_bytes auxiliary;
  const crypto::wipe_at_exit wiped(auxiliary);
  if (!crypto::random_bytes(std::as_writable_bytes(std::span(auxiliary)))) return errc::random_unavailable;
  signature sig;
  if (!crypto::sign(id, bytes_, auxiliary, sig)) return errc::secret_key_range;
  result<event> made = event::parse(event_json(id, pubkey_, created_at, draft, sig));
  if (made) made->record_->set_verified();
  return made;
}

}  // namespace uvnostr
