// SPDX-License-Identifier: MIT
// The C API's basics: errors, borrowed text, ids and keys. Include <uvnostr/uvnostr.h>, which has the rules.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(UVNOSTR_STATIC) || !defined(__GNUC__)
#define UVNOSTR_EXTERN
#else
#define UVNOSTR_EXTERN __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define UVNOSTR_VERSION_MAJOR 0
#define UVNOSTR_VERSION_MINOR 2
#define UVNOSTR_VERSION_PATCH 0
#define UVNOSTR_VERSION_HEX ((UVNOSTR_VERSION_MAJOR << 16) | (UVNOSTR_VERSION_MINOR << 8) | UVNOSTR_VERSION_PATCH)

/// The version of the library that the program runs with, in the form of UVNOSTR_VERSION_HEX.
UVNOSTR_EXTERN unsigned uvnostr_version(void);
/// The same as text, such as "0.2.0". Lifetime: static.
UVNOSTR_EXTERN const char* uvnostr_version_string(void);

/// Everything that uvnostr reports. All errors are negative, and a number never changes its meaning.
enum {
  UVNOSTR_OK = 0,
  UVNOSTR_E_INVALID_ARGUMENT = -1,  ///< NULL, an unknown enumerator, or a struct's size that cannot be
  UVNOSTR_E_UNKNOWN = -2,           ///< an error that this header has no number for

  // A value given by the program.
  UVNOSTR_E_URL_SCHEME = -101,          ///< neither ws:// nor wss://
  UVNOSTR_E_URL_HOST = -102,            ///< no host, or characters that a host cannot have
  UVNOSTR_E_URL_PORT = -103,            ///< not 1 to 65535
  UVNOSTR_E_URL_USERINFO = -104,        ///< user:password@ in a relay URL
  UVNOSTR_E_URL_FRAGMENT = -105,        ///< #... in a relay URL
  UVNOSTR_E_URL_PATH = -106,            ///< a space, a control character or non-ASCII text in path or query
  UVNOSTR_E_HEX_LENGTH = -107,          ///< not the number of hex digits that the type has
  UVNOSTR_E_HEX_DIGIT = -108,           ///< a character other than 0-9 and a-f
  UVNOSTR_E_BECH32_FORMAT = -109,       ///< not bech32
  UVNOSTR_E_BECH32_CHECKSUM = -110,     ///< a mistyped npub, nsec or note
  UVNOSTR_E_BECH32_PREFIX = -111,       ///< valid bech32, but of another kind
  UVNOSTR_E_SECRET_KEY_RANGE = -112,    ///< zero, or not below the order of secp256k1
  UVNOSTR_E_EVENT_JSON = -113,          ///< not one JSON object with the seven members of NIP-01
  UVNOSTR_E_EVENT_FIELD = -114,         ///< a member of the event has the wrong type, length or value
  UVNOSTR_E_EVENT_UTF8 = -115,          ///< text of the event is not UTF-8
  UVNOSTR_E_WRONG_ID = -116,            ///< the event's id is not the hash of the event
  UVNOSTR_E_WRONG_SIGNATURE = -117,     ///< the event's signature is not its author's
  UVNOSTR_E_FILTER_JSON = -118,         ///< not one JSON object
  UVNOSTR_E_FILTER_FIELD = -119,        ///< a member of the filter is unknown, or has the wrong type, length or value
  UVNOSTR_E_FILTER_TAG_NAME = -120,     ///< a tag condition whose name is not one letter, or is given twice
  UVNOSTR_E_FILTER_TAG_VALUE = -121,    ///< a tag condition without values, not UTF-8, or #e/#p that is not hex
  UVNOSTR_E_FILTER_TIME_RANGE = -122,   ///< since is later than until
  UVNOSTR_E_FILTER_COUNT = -123,        ///< no filter at all
  UVNOSTR_E_CURSOR_FORMAT = -124,       ///< not a cursor: cut, edited, or made by another version
  UVNOSTR_E_CURSOR_FILTERS = -125,      ///< the cursor belongs to other filters
  UVNOSTR_E_OPTION_RANGE = -126,        ///< an option is outside its range; the message names it and the range
  UVNOSTR_E_OPTION_CERTIFICATE = -127,  ///< a file or PEM text of the options is not what it must be

  // The state of the object on which the call was made.
  UVNOSTR_E_CLOSED = -201,              ///< the pool, relay or subscription is closed
  UVNOSTR_E_UNKNOWN_RELAY = -202,       ///< no relay of this pool has that id or URL
  UVNOSTR_E_DUPLICATE_RELAY = -203,     ///< the pool has a relay with the same normalised URL
  UVNOSTR_E_NO_RELAY = -204,            ///< there is no relay to publish to
  UVNOSTR_E_EVENT_TOO_BIG = -205,       ///< the event alone is larger than a relay's max_publish_bytes
  UVNOSTR_E_QUEUE_FULL = -206,          ///< max_publish_bytes of events already wait for that relay
  UVNOSTR_E_LOOP_UNUSABLE = -207,       ///< libuv or libwebsockets could not start on this loop
  UVNOSTR_E_RANDOM_UNAVAILABLE = -208,  ///< the system gave no random bytes
  UVNOSTR_E_UNSUPPORTED = -209,         ///< this build cannot do it

  // Why a connection was not made, or ended.
  UVNOSTR_E_HOST_NOT_FOUND = -301,       ///< the name does not resolve
  UVNOSTR_E_RESOLVER_FAILED = -302,      ///< the resolver did not answer
  UVNOSTR_E_CONNECTION_REFUSED = -303,   ///< nothing listens on that port
  UVNOSTR_E_NETWORK_UNREACHABLE = -304,  ///< no route to any address of that host
  UVNOSTR_E_CONNECTION_FAILED = -305,    ///< the connection could not be made for another reason
  UVNOSTR_E_CONNECT_TIMEOUT = -306,      ///< connecting took longer than connect_timeout_ms
  UVNOSTR_E_TLS_CERTIFICATE = -307,      ///< the certificate was refused: unknown CA, other host, or out of its dates
  UVNOSTR_E_TLS_FAILED = -308,           ///< TLS failed for another reason, in its handshake or later
  UVNOSTR_E_HTTP_STATUS = -309,          ///< an HTTP answer other than 101
  UVNOSTR_E_HANDSHAKE_FAILED = -310,     ///< the answer is not a valid WebSocket upgrade
  UVNOSTR_E_CONNECTION_LOST = -311,      ///< the connection ended without a close frame
  UVNOSTR_E_CLOSED_BY_RELAY = -312,      ///< the relay sent a close frame
  UVNOSTR_E_PROTOCOL_ERROR = -313,       ///< the relay broke RFC 6455
  UVNOSTR_E_MESSAGE_TOO_BIG = -314,      ///< the relay sent more than sixteen times max_message_bytes in one message
  UVNOSTR_E_MISBEHAVED = -315,           ///< it sent too much that is forged, garbled or unasked
  UVNOSTR_E_PING_TIMEOUT = -316,         ///< no pong within pong_timeout_ms
  UVNOSTR_E_RETRIES_EXHAUSTED = -317,    ///< max_retries attempts failed; there will be no more
  UVNOSTR_E_TLS_PINNED_KEY = -318,       ///< the certificate is valid, but its key is none of pinned_keys

  // Why a publish or a request did not succeed.
  UVNOSTR_E_RELAY_REMOVED = -401,  ///< the relay was removed from the pool
  UVNOSTR_E_SEND_TIMEOUT = -402,   ///< the relay could not be reached within send_timeout_ms
  UVNOSTR_E_OK_TIMEOUT = -403,     ///< the relay did not answer within ok_timeout_ms
  UVNOSTR_E_REFUSED = -404,        ///< the relay answered with a refusal; its words are given beside
  UVNOSTR_E_AUTH_REQUIRED = -405,  ///< the relay wants NIP-42 AUTH and there are no auth_users, or it refused them
  UVNOSTR_E_NOT_SIGNED = -406,     ///< the signer refused, did not answer in its time, or gave another event
  UVNOSTR_E_NO_DOCUMENT = -407,    ///< the relay's information document is missing, too long or no JSON object
  UVNOSTR_E_RELAY_LIMIT = -408     ///< it was not sent: the relay's information says that it refuses such events
};

/// One sentence about a number above; also says what to do if anything can be done. Lifetime: static.
UVNOSTR_EXTERN const char* uvnostr_strerror(int code);
/// The number's name in lower case, such as "url_scheme"; "unknown" for other numbers. Lifetime: static.
UVNOSTR_EXTERN const char* uvnostr_err_name(int code);

/// What went wrong, and with what: an option with its value and range, one URL of several, a position in JSON.
/// Functions with an `error` argument fill it if they fail and leave it alone if they succeed. NULL is allowed.
typedef struct uvnostr_error {
  int code;           ///< what the function returned
  char message[508];  ///< one sentence for humans; ends with NUL, and is cut if it is longer
} uvnostr_error;

/// Borrowed text: UTF-8, without a NUL at its end, but perhaps with NULs inside. As an argument it is copied, and
/// {NULL, 0} is the empty text. In a callback it is valid until the callback returns.
typedef struct uvnostr_string {
  const char* data;
  size_t size;
} uvnostr_string;

/// The view of a text that ends with NUL. Lifetime: as the text.
static inline uvnostr_string uvnostr_str(const char* text) {
  uvnostr_string view;
  view.data = text;
  view.size = text != NULL ? strlen(text) : 0;
  return view;
}

/// The two arguments of "%.*s". Text from relays may hold anything: see uvnostr_printable().
#define UVNOSTR_ARG(view) (int)(view).size, (view).data

/// Turns text from strangers into one line that is safe on a terminal and in a log: tabs and line breaks become spaces,
/// other control characters and bytes that are not UTF-8 become U+FFFD.
/// Writes at most `size` bytes, with a NUL at the end, and whole characters only. Returns the length of the whole line
/// without its NUL, as snprintf() does.
UVNOSTR_EXTERN size_t uvnostr_printable(uvnostr_string text, char* buffer, size_t size);

/// The normalised form of a relay's URL: two URLs belong to one relay if their normalised forms are equal. Returns its
/// length and writes it as uvnostr_printable() does. Errors: URL_*.
UVNOSTR_EXTERN int uvnostr_normalize_url(const char* url, char* buffer, size_t size, uvnostr_error* error);

/// A relay of one pool. The pool never reuses the number, even after the relay was removed. 0 is no relay.
typedef uint32_t uvnostr_relay_id;
/// A subscription of one pool. The pool never reuses the number. 0 is no subscription.
typedef uint64_t uvnostr_subscription_id;

/// The SHA-256 of an event's canonical form. Source: NIP-01.
typedef struct uvnostr_event_id {
  uint8_t bytes[32];
} uvnostr_event_id;

/// An x-only secp256k1 public key. Source: BIP-340.
typedef struct uvnostr_pubkey {
  uint8_t bytes[32];
} uvnostr_pubkey;

/// A Schnorr signature over an event id. Source: BIP-340.
typedef struct uvnostr_signature {
  uint8_t bytes[64];
} uvnostr_signature;

/// The sizes of the texts below, with their NUL.
#define UVNOSTR_HEX_SIZE 65
#define UVNOSTR_BECH32_SIZE 64
#define UVNOSTR_SIGNATURE_HEX_SIZE 129

/// From 64 lower-case hex digits, or a `note1...`. Errors: HEX_*, BECH32_*.
UVNOSTR_EXTERN int uvnostr_event_id_parse(uvnostr_event_id* id, const char* text);
UVNOSTR_EXTERN void uvnostr_event_id_to_hex(const uvnostr_event_id* id, char hex[UVNOSTR_HEX_SIZE]);
UVNOSTR_EXTERN void uvnostr_event_id_to_note(const uvnostr_event_id* id, char note[UVNOSTR_BECH32_SIZE]);

/// From 64 lower-case hex digits, or an `npub1...`. Errors: HEX_*, BECH32_*.
UVNOSTR_EXTERN int uvnostr_pubkey_parse(uvnostr_pubkey* key, const char* text);
UVNOSTR_EXTERN void uvnostr_pubkey_to_hex(const uvnostr_pubkey* key, char hex[UVNOSTR_HEX_SIZE]);
UVNOSTR_EXTERN void uvnostr_pubkey_to_npub(const uvnostr_pubkey* key, char npub[UVNOSTR_BECH32_SIZE]);

/// From 128 lower-case hex digits. Errors: HEX_*.
UVNOSTR_EXTERN int uvnostr_signature_parse(uvnostr_signature* signature, const char* text);
UVNOSTR_EXTERN void uvnostr_signature_to_hex(const uvnostr_signature* signature, char hex[UVNOSTR_SIGNATURE_HEX_SIZE]);

#ifdef __cplusplus
}
#endif
