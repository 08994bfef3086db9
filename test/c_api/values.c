// SPDX-License-Identifier: MIT
// Versions, errors, texts, ids and keys.
#include <stdio.h>

#include "c_api/check.h"
#include "c_api/tests.h"

static const char hex_of_key[] = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e";
static const char npub_of_key[] = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg";

void TellsItsVersion(void) {
  char text[32];
  CHECK(uvnostr_version() == UVNOSTR_VERSION_HEX);
  snprintf(text, sizeof text, "%d.%d.%d", UVNOSTR_VERSION_MAJOR, UVNOSTR_VERSION_MINOR, UVNOSTR_VERSION_PATCH);
  CHECK_TEXT(uvnostr_version_string(), text);
}

void HasASentenceAndANameForEachError(void) {
  static const int last[] = {UVNOSTR_E_OPTION_CERTIFICATE, UVNOSTR_E_UNSUPPORTED, UVNOSTR_E_TLS_PINNED_KEY,
                             UVNOSTR_E_RELAY_LIMIT};
  int group;
  for (group = 0; group < 4; ++group) {
    int code;
    for (code = -100 * (group + 1) - 1; code >= last[group]; --code) {
      CHECK(strcmp(uvnostr_err_name(code), "unknown") != 0);
      CHECK(strcmp(uvnostr_strerror(code), uvnostr_strerror(-9999)) != 0);
    }
    CHECK_TEXT(uvnostr_err_name(code), "unknown");
  }
  CHECK_TEXT(uvnostr_err_name(UVNOSTR_OK), "ok");
  CHECK_TEXT(uvnostr_err_name(UVNOSTR_E_INVALID_ARGUMENT), "invalid_argument");
  CHECK_TEXT(uvnostr_err_name(UVNOSTR_E_URL_SCHEME), "url_scheme");
  CHECK_TEXT(uvnostr_err_name(UVNOSTR_E_NO_DOCUMENT), "no_document");
  CHECK_TEXT(uvnostr_strerror(UVNOSTR_E_URL_SCHEME), "A relay URL begins with ws:// or wss://.");
  CHECK_TEXT(uvnostr_err_name(1), "unknown");

  CHECK_TEXT(uvnostr_gap_reason_name(UVNOSTR_GAP_MEMORY), "memory");
  CHECK_TEXT(uvnostr_eose_hint_name(UVNOSTR_EOSE_MORE), "more");
  CHECK_TEXT(uvnostr_close_reason_name(UVNOSTR_CLOSE_POOL_CLOSED), "pool_closed");
  CHECK_TEXT(uvnostr_fetch_end_name(UVNOSTR_FETCH_UNFINISHED), "unfinished");
  CHECK_TEXT(uvnostr_outcome_name(UVNOSTR_NOT_SENT), "not_sent");
  CHECK_TEXT(uvnostr_relay_state_name(UVNOSTR_STOPPED), "stopped");
  CHECK_TEXT(uvnostr_auth_step_name(UVNOSTR_AUTH_NOT_SIGNED), "not_signed");
  CHECK_TEXT(uvnostr_asked_again_name(UVNOSTR_ASKED_NEVER), "never");
  CHECK_TEXT(uvnostr_gap_reason_name(99), "unknown");
}

void CutsTextsBetweenCharacters(void) {
  char line[8];
  CHECK(uvnostr_printable(uvnostr_str("a\tb"), line, sizeof line) == 3);
  CHECK_TEXT(line, "a b");
  // Two bytes a character: the fourth does not fit as a whole.
  CHECK(uvnostr_printable(uvnostr_str("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"), line, sizeof line) == 8);
  CHECK_TEXT(line, "\xc3\xa4\xc3\xa4\xc3\xa4");
  CHECK(uvnostr_printable(uvnostr_str("12345678"), line, sizeof line) == 8);
  CHECK_TEXT(line, "1234567");
  CHECK(uvnostr_printable(uvnostr_str("12345678"), NULL, 0) == 8);
  CHECK(uvnostr_printable(uvnostr_str(NULL), line, sizeof line) == 0);
  CHECK_TEXT(line, "");
}

void ReadsAndWritesIdsAndKeys(void) {
  char hex[UVNOSTR_HEX_SIZE], bech32[UVNOSTR_BECH32_SIZE], long_hex[UVNOSTR_SIGNATURE_HEX_SIZE];
  uvnostr_pubkey key, again;
  uvnostr_event_id id, same;
  uvnostr_signature signature;
  CHECK_CODE(uvnostr_pubkey_parse(&key, hex_of_key), UVNOSTR_OK);
  uvnostr_pubkey_to_npub(&key, bech32);
  CHECK_TEXT(bech32, npub_of_key);
  CHECK_CODE(uvnostr_pubkey_parse(&again, bech32), UVNOSTR_OK);
  CHECK(memcmp(&key, &again, sizeof key) == 0);
  uvnostr_pubkey_to_hex(&again, hex);
  CHECK_TEXT(hex, hex_of_key);

  CHECK_CODE(uvnostr_event_id_parse(&id, hex_of_key), UVNOSTR_OK);
  CHECK(memcmp(&id, &key, sizeof id) == 0);
  uvnostr_event_id_to_note(&id, bech32);
  CHECK(strncmp(bech32, "note1", 5) == 0);
  CHECK_CODE(uvnostr_event_id_parse(&same, bech32), UVNOSTR_OK);
  uvnostr_event_id_to_hex(&same, hex);
  CHECK_TEXT(hex, hex_of_key);

  snprintf(long_hex, sizeof long_hex, "%s%s", hex_of_key, hex_of_key);
  CHECK_CODE(uvnostr_signature_parse(&signature, long_hex), UVNOSTR_OK);
  long_hex[0] = '\0';
  uvnostr_signature_to_hex(&signature, long_hex);
  CHECK(strncmp(long_hex, hex_of_key, 64) == 0 && strlen(long_hex) == 128);

  CHECK_CODE(uvnostr_pubkey_parse(&key, "7e"), UVNOSTR_E_HEX_LENGTH);
  CHECK_CODE(uvnostr_event_id_parse(&id, npub_of_key), UVNOSTR_E_BECH32_PREFIX);
  CHECK_CODE(uvnostr_signature_parse(&signature, hex_of_key), UVNOSTR_E_HEX_LENGTH);
  CHECK(memcmp(&key, &again, sizeof key) == 0);  // an error leaves the result alone

  CHECK_CODE(uvnostr_pubkey_parse(NULL, hex_of_key), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_event_id_parse(&id, NULL), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_signature_parse(NULL, NULL), UVNOSTR_E_INVALID_ARGUMENT);
  uvnostr_pubkey_to_hex(NULL, hex);
  CHECK_TEXT(hex, "");
}

void NormalizesUrls(void) {
  char url[64];
  uvnostr_error error;
  CHECK(uvnostr_normalize_url("WSS://Relay.Example:443/", url, sizeof url, &error) == 19);
  CHECK_TEXT(url, "wss://relay.example");
  CHECK_CODE(uvnostr_normalize_url("http://relay.example", url, sizeof url, &error), UVNOSTR_E_URL_SCHEME);
  CHECK(error.code == UVNOSTR_E_URL_SCHEME);
  CHECK_TEXT(error.message, "http://relay.example: A relay URL begins with ws:// or wss://.");
  CHECK_TEXT(url, "wss://relay.example");
  CHECK_CODE(uvnostr_normalize_url("htp://relay.example", url, sizeof url, NULL), UVNOSTR_E_URL_SCHEME);
  CHECK_CODE(uvnostr_normalize_url(NULL, url, sizeof url, &error), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_TEXT(error.message, "uvnostr_normalize_url: url is NULL.");
}
