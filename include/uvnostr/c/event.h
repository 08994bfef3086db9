// SPDX-License-Identifier: MIT
// Events, drafts, keys, signers and filters in C. Include <uvnostr/uvnostr.h>.
#pragma once

#include <uvnostr/c/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An event: borrowed in a callback (const uvnostr_event*, valid until the callback returns), or owned by the program
/// (from uvnostr_event_copy(), _parse() and uvnostr_secret_key_sign(), to be freed). Everything got from it is valid as
/// long as the event. Any thread may read an owned event.
typedef struct uvnostr_event uvnostr_event;

/// Reads one event from JSON. Checks its form, but neither id nor signature. Errors: EVENT_*.
UVNOSTR_EXTERN int uvnostr_event_parse(uvnostr_event** event, uvnostr_string json, uvnostr_error* error);
/// An event that the program owns; NULL for NULL. Shares its bytes with other copies.
UVNOSTR_EXTERN uvnostr_event* uvnostr_event_copy(const uvnostr_event* event);
/// For owned events only. NULL is allowed.
UVNOSTR_EXTERN void uvnostr_event_free(uvnostr_event* event);
/// Whether the id is the hash of the event and the signature is the author's. Errors: WRONG_ID, WRONG_SIGNATURE.
UVNOSTR_EXTERN int uvnostr_event_verify(const uvnostr_event* event);

UVNOSTR_EXTERN const uvnostr_event_id* uvnostr_event_get_id(const uvnostr_event* event);
UVNOSTR_EXTERN const uvnostr_pubkey* uvnostr_event_get_pubkey(const uvnostr_event* event);
UVNOSTR_EXTERN const uvnostr_signature* uvnostr_event_get_signature(const uvnostr_event* event);
/// Seconds since 1970-01-01 UTC.
UVNOSTR_EXTERN int64_t uvnostr_event_get_created_at(const uvnostr_event* event);
UVNOSTR_EXTERN uint16_t uvnostr_event_get_kind(const uvnostr_event* event);
/// With JSON escapes resolved. May hold any UTF-8, including NUL.
UVNOSTR_EXTERN uvnostr_string uvnostr_event_get_content(const uvnostr_event* event);
/// The bytes as the relay sent them: one JSON object that can be forwarded unchanged.
UVNOSTR_EXTERN uvnostr_string uvnostr_event_get_json(const uvnostr_event* event);

UVNOSTR_EXTERN size_t uvnostr_event_tag_count(const uvnostr_event* event);
/// The number of items of a tag; 0 past the end.
UVNOSTR_EXTERN size_t uvnostr_event_tag_size(const uvnostr_event* event, size_t tag);
/// An item of a tag (0 is its name); empty past the end.
UVNOSTR_EXTERN uvnostr_string uvnostr_event_tag_item(const uvnostr_event* event, size_t tag, size_t item);
/// Finds the first tag with this name. Returns 1 and sets `tag` (NULL is allowed) if there is one, otherwise 0.
UVNOSTR_EXTERN int uvnostr_event_find_tag(const uvnostr_event* event, const char* name, size_t* tag);

/// Whether `a` precedes `b`, newest first: by the later created_at, then by the lower id. Source: NIP-01.
UVNOSTR_EXTERN int uvnostr_event_is_newer(const uvnostr_event* a, const uvnostr_event* b);
/// Whether only an author's newest event of this kind counts. Source: NIP-01.
UVNOSTR_EXTERN int uvnostr_is_replaceable(uint16_t kind);
/// Whether only the newest event of this kind for an author and `d` tag counts. Source: NIP-01.
UVNOSTR_EXTERN int uvnostr_is_addressable(uint16_t kind);

/// One tag of a draft. Never grows.
typedef struct uvnostr_tag {
  const uvnostr_string* items;
  size_t item_count;
} uvnostr_tag;

/// An event before it is signed. Set it up with uvnostr_draft_init().
typedef struct uvnostr_draft {
  size_t size;  ///< sizeof(uvnostr_draft)
  uvnostr_string content;
  const uvnostr_tag* tags;
  size_t tag_count;
  int64_t created_at;  ///< seconds since 1970; below 0 (-1 by default): the time of signing
  int kind;            ///< 0 to 65535; 1 by default
} uvnostr_draft;
UVNOSTR_EXTERN void uvnostr_draft_init(uvnostr_draft* draft, size_t size);

/// A secp256k1 secret key. Opaque, because its memory is wiped when it is freed.
typedef struct uvnostr_secret_key uvnostr_secret_key;

/// A new random key. Errors: RANDOM_UNAVAILABLE.
UVNOSTR_EXTERN int uvnostr_secret_key_generate(uvnostr_secret_key** key);
/// From 64 lower-case hex digits or an `nsec1...`. Errors: HEX_*, BECH32_*, SECRET_KEY_RANGE.
UVNOSTR_EXTERN int uvnostr_secret_key_parse(uvnostr_secret_key** key, const char* text);
UVNOSTR_EXTERN void uvnostr_secret_key_free(uvnostr_secret_key* key);
UVNOSTR_EXTERN int uvnostr_secret_key_get_pubkey(const uvnostr_secret_key* key, uvnostr_pubkey* pubkey);
/// Wipe these texts after use.
UVNOSTR_EXTERN void uvnostr_secret_key_to_hex(const uvnostr_secret_key* key, char hex[UVNOSTR_HEX_SIZE]);
UVNOSTR_EXTERN void uvnostr_secret_key_to_nsec(const uvnostr_secret_key* key, char nsec[UVNOSTR_BECH32_SIZE]);
/// Makes the signed event, which is to be freed. Errors: EVENT_UTF8, EVENT_FIELD, RANDOM_UNAVAILABLE.
UVNOSTR_EXTERN int uvnostr_secret_key_sign(const uvnostr_secret_key* key, const uvnostr_draft* draft,
                                           uvnostr_event** event, uvnostr_error* error);

/// Signs drafts for one user: with a key, or by asking someone who answers later (NIP-46, NIP-07).
/// Lifetime: what takes a signer keeps a copy, so it may be freed at once.
typedef struct uvnostr_signer uvnostr_signer;
/// One question to a signer. It must be answered once, by uvnostr_signing_answer().
typedef struct uvnostr_signing uvnostr_signing;
/// Is called from the loop, never inside a call of yours, and may destroy anything. The draft is valid until it returns.
typedef void (*uvnostr_ask_callback)(void* data, const uvnostr_draft* draft, uvnostr_signing* signing);

UVNOSTR_EXTERN int uvnostr_signer_from_key(uvnostr_signer** signer, const uvnostr_secret_key* key);
/// Asks the function. A signer that has not answered after `timeout_ms` counts as having refused. It is 1 ms to 365
/// days; the call that takes the signer checks it. Errors: only INVALID_ARGUMENT, for NULL.
/// Lifetime: `data` must be valid until the signer, and every pool and publish that has it, are gone.
UVNOSTR_EXTERN int uvnostr_signer_create(uvnostr_signer** signer, const uvnostr_pubkey* user, int64_t timeout_ms,
                                         uvnostr_ask_callback ask, void* data);
UVNOSTR_EXTERN void uvnostr_signer_free(uvnostr_signer* signer);
/// Gives the signed event, or NULL to refuse, and frees `signing`. On the loop's thread: inside the callback or any time
/// later, even when the signer has timed out or the pool is gone; it then does nothing else. The event stays yours.
UVNOSTR_EXTERN void uvnostr_signing_answer(uvnostr_signing* signing, const uvnostr_event* event);

/// What a subscription asks for. A member that is not set matches everything. Source: NIP-01.
typedef struct uvnostr_filter uvnostr_filter;

/// An empty filter, which matches every event. To be freed.
UVNOSTR_EXTERN uvnostr_filter* uvnostr_filter_create(void);
/// From a JSON object such as {"kinds":[1],"limit":20}. Errors: FILTER_*.
UVNOSTR_EXTERN int uvnostr_filter_parse(uvnostr_filter** filter, uvnostr_string json, uvnostr_error* error);
UVNOSTR_EXTERN void uvnostr_filter_free(uvnostr_filter* filter);
UVNOSTR_EXTERN int uvnostr_filter_add_id(uvnostr_filter* filter, const uvnostr_event_id* id);
UVNOSTR_EXTERN int uvnostr_filter_add_author(uvnostr_filter* filter, const uvnostr_pubkey* author);
UVNOSTR_EXTERN int uvnostr_filter_add_kind(uvnostr_filter* filter, uint16_t kind);
/// Adds a value to the condition on the tag with this one-letter name.
UVNOSTR_EXTERN int uvnostr_filter_add_tag(uvnostr_filter* filter, char name, uvnostr_string value);
UVNOSTR_EXTERN int uvnostr_filter_set_since(uvnostr_filter* filter, int64_t seconds);
UVNOSTR_EXTERN int uvnostr_filter_set_until(uvnostr_filter* filter, int64_t seconds);
/// Of stored events; 0 asks for live events only.
UVNOSTR_EXTERN int uvnostr_filter_set_limit(uvnostr_filter* filter, uint32_t limit);
/// Left to the relay. Source: NIP-50.
UVNOSTR_EXTERN int uvnostr_filter_set_search(uvnostr_filter* filter, uvnostr_string search);
/// What is wrong with the filter; subscribing checks this too. Errors: FILTER_*.
UVNOSTR_EXTERN int uvnostr_filter_check(const uvnostr_filter* filter, uvnostr_error* error);
/// Whether the event satisfies the filter; limit and search are ignored.
UVNOSTR_EXTERN int uvnostr_filter_matches(const uvnostr_filter* filter, const uvnostr_event* event);
/// The JSON object that goes on the wire, written as uvnostr_printable() does.
UVNOSTR_EXTERN size_t uvnostr_filter_to_json(const uvnostr_filter* filter, char* buffer, size_t size);

#ifdef __cplusplus
}
#endif
