// SPDX-License-Identifier: MIT
// The version, texts, ids, keys as texts, and names of enumerators.
#include "c/convert.hpp"

#define UVNOSTR_TEXT_OF(number) #number
#define UVNOSTR_VERSION_TEXT(major, minor, patch) \
  UVNOSTR_TEXT_OF(major) "." UVNOSTR_TEXT_OF(minor) "." UVNOSTR_TEXT_OF(patch)

using namespace uvnostr;

namespace {

/// Reads a value that has bytes from a text.
template <class Value, class Result>
int parse(Result* into, const char* text) noexcept {
  if (into == nullptr || text == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  const result<Value> value = Value::parse(text);
  if (!value) return c::code_of(value.error().code());
  std::memcpy(into->bytes, value->bytes.data(), sizeof into->bytes);
  return UVNOSTR_OK;
}

}  // namespace

extern "C" {

unsigned uvnostr_version(void) { return UVNOSTR_VERSION_HEX; }
const char* uvnostr_version_string(void) {
  return UVNOSTR_VERSION_TEXT(UVNOSTR_VERSION_MAJOR, UVNOSTR_VERSION_MINOR, UVNOSTR_VERSION_PATCH);
}

size_t uvnostr_printable(uvnostr_string text, char* buffer, size_t size) {
  return c::put_text(printable(c::to_cpp(text)), buffer, size);
}

int uvnostr_normalize_url(const char* url, char* buffer, size_t size, uvnostr_error* error) {
  if (url == nullptr) return c::report(c::missing(__func__, "url"), error);
  const result<std::string> normal = normalize_url(url);
  if (!normal) return c::report(normal.error(), error);
  return static_cast<int>(c::put_text(*normal, buffer, size));
}

int uvnostr_event_id_parse(uvnostr_event_id* id, const char* text) { return parse<event_id>(id, text); }
void uvnostr_event_id_to_hex(const uvnostr_event_id* id, char hex[UVNOSTR_HEX_SIZE]) {
  c::put_text(id == nullptr ? std::string() : c::to_cpp(*id).to_hex(), hex, UVNOSTR_HEX_SIZE);
}
void uvnostr_event_id_to_note(const uvnostr_event_id* id, char note[UVNOSTR_BECH32_SIZE]) {
  c::put_text(id == nullptr ? std::string() : c::to_cpp(*id).to_note(), note, UVNOSTR_BECH32_SIZE);
}

int uvnostr_pubkey_parse(uvnostr_pubkey* key, const char* text) { return parse<pubkey>(key, text); }
void uvnostr_pubkey_to_hex(const uvnostr_pubkey* key, char hex[UVNOSTR_HEX_SIZE]) {
  c::put_text(key == nullptr ? std::string() : c::to_cpp(*key).to_hex(), hex, UVNOSTR_HEX_SIZE);
}
void uvnostr_pubkey_to_npub(const uvnostr_pubkey* key, char npub[UVNOSTR_BECH32_SIZE]) {
  c::put_text(key == nullptr ? std::string() : c::to_cpp(*key).to_npub(), npub, UVNOSTR_BECH32_SIZE);
}

int uvnostr_signature_parse(uvnostr_signature* sig, const char* text) { return parse<signature>(sig, text); }
void uvnostr_signature_to_hex(const uvnostr_signature* sig, char hex[UVNOSTR_SIGNATURE_HEX_SIZE]) {
  signature copy;
  if (sig != nullptr) std::memcpy(copy.bytes.data(), sig->bytes, sizeof sig->bytes);
  c::put_text(sig == nullptr ? std::string() : copy.to_hex(), hex, UVNOSTR_SIGNATURE_HEX_SIZE);
}

// The names are literals, which end with NUL.
const char* uvnostr_gap_reason_name(int reason) { return to_string(static_cast<gap_reason>(reason)).data(); }
const char* uvnostr_eose_hint_name(int hint) { return to_string(static_cast<eose_hint>(hint)).data(); }
const char* uvnostr_close_reason_name(int reason) { return to_string(static_cast<close_reason>(reason)).data(); }
const char* uvnostr_fetch_end_name(int end) { return to_string(static_cast<fetch_end>(end)).data(); }
const char* uvnostr_outcome_name(int outcome) { return to_string(static_cast<uvnostr::outcome>(outcome)).data(); }
const char* uvnostr_relay_state_name(int state) { return to_string(static_cast<relay_state>(state)).data(); }
const char* uvnostr_auth_step_name(int step) { return to_string(static_cast<auth_step>(step)).data(); }
const char* uvnostr_asked_again_name(int when) { return to_string(static_cast<relay_closed::again>(when)).data(); }

}  // extern "C"
