// SPDX-License-Identifier: MIT
#include <uvnostr/types.hpp>

#include "base/hex.hpp"

#include "api/text_form.hpp"

namespace uvnostr {

result<event_id> event_id::parse(std::string_view hex_or_note) noexcept {
  event_id id;
  if (const auto error = api::decode_text_form(hex_or_note, "note", id.bytes)) return error;
  return id;
}

std::string event_id::to_hex() const { return base::to_hex(bytes); }
std::string event_id::to_note() const { return base::encode_bech32("note", bytes); }

result<pubkey> pubkey::parse(std::string_view hex_or_npub) noexcept {
  pubkey key;
  if (const auto error = api::decode_text_form(hex_or_npub, "npub", key.bytes)) return error;
  return key;
}

std::string pubkey::to_hex() const { return base::to_hex(bytes); }
std::string pubkey::to_npub() const { return base::encode_bech32("npub", bytes); }

result<signature> signature::parse(std::string_view hex) noexcept {
  signature sig;
  if (const auto error = base::decode_hex(hex, sig.bytes)) return error;
  return sig;
}

std::string signature::to_hex() const { return base::to_hex(bytes); }

}  // namespace uvnostr
