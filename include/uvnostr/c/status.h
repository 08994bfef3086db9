// SPDX-License-Identifier: MIT
// What relays say of themselves, the state of their connections, and counters, in C. Include <uvnostr/uvnostr.h>.
#pragma once

#include <uvnostr/c/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum uvnostr_relay_state {
  UVNOSTR_CONNECTING = 0,  ///< DNS, TCP, TLS and upgrade are under way
  UVNOSTR_CONNECTED = 1,
  UVNOSTR_WAITING = 2,  ///< for the next attempt
  UVNOSTR_CLOSING = 3,  ///< the close handshake is under way
  UVNOSTR_STOPPED = 4   ///< for good: removed, or reconnecting has ended
} uvnostr_relay_state;
/// The name of the enumerator, such as "connected"; "unknown" for others. Lifetime: static.
UVNOSTR_EXTERN const char* uvnostr_relay_state_name(int state);

/// A change of a relay's state, with its cause. Lifetime: valid until the callback returns.
typedef struct uvnostr_relay_status {
  uvnostr_relay_id relay;
  uvnostr_relay_state state;
  uvnostr_relay_state previous;
  int cause;                     ///< why the connection failed or ended; 0 if it did not
  uvnostr_string url;            ///< normalised
  uvnostr_string text;           ///< the cause and its details as a printable sentence; empty if cause is 0
  uvnostr_string redirected_to;  ///< the URL of the connection, if redirects led to another one
  uvnostr_string words;          ///< the relay's reason in its close frame
  int close_code;                ///< of the relay's close frame; 0 if there was none
  int http_status;               ///< of an HTTP answer other than 101; otherwise 0
  unsigned failures;             ///< in a row
  int64_t next_attempt_ms;       ///< while waiting: the time until the next attempt; otherwise -1
} uvnostr_relay_status;

/// How far an AUTH got. Source: NIP-42.
typedef enum uvnostr_auth_step {
  UVNOSTR_AUTH_CHALLENGED = 0,      ///< the relay sent a challenge
  UVNOSTR_AUTH_ANSWERED = 1,        ///< one of auth_users has signed it, and it is being sent
  UVNOSTR_AUTH_ACCEPTED = 2,        ///< the relay knows the user
  UVNOSTR_AUTH_REFUSED = 3,         ///< the relay refused the AUTH, or did not answer it; it is tried again later
  UVNOSTR_AUTH_NOT_CHALLENGED = 4,  ///< the relay demands AUTH, but sent no challenge
  UVNOSTR_AUTH_NOT_SIGNED = 5       ///< the signer refused, or did not answer within its timeout
} uvnostr_auth_step;
/// The name of the enumerator, such as "accepted"; "unknown" for others. Lifetime: static.
UVNOSTR_EXTERN const char* uvnostr_auth_step_name(int step);

/// Lifetime: valid until the callback returns.
typedef struct uvnostr_auth_status {
  uvnostr_relay_id relay;
  uvnostr_auth_step step;
  uvnostr_string challenge;    ///< of the relay; may hold anything
  const uvnostr_pubkey* user;  ///< who authenticates; NULL for CHALLENGED and NOT_CHALLENGED
  uvnostr_string words;        ///< the relay's answer
} uvnostr_auth_status;

/// What a relay says of itself. Texts are its own. Lifetime: valid until the callback returns. Source: NIP-11.
typedef struct uvnostr_information {
  uvnostr_string name;
  uvnostr_string description;
  uvnostr_string pubkey;
  uvnostr_string contact;
  uvnostr_string software;
  uvnostr_string version;
  uvnostr_string json;  ///< the whole document
  int64_t age_s;        ///< since it came
  const unsigned* supported_nips;
  size_t supported_nip_count;
  // Its limitation; -1: it names none.
  int64_t max_message_length;
  int64_t max_subscriptions;
  int64_t max_limit;
  int64_t default_limit;
  int64_t max_subid_length;
  int64_t max_event_tags;
  int64_t max_content_length;
  int64_t min_pow_difficulty;
  int64_t created_at_lower_limit;
  int64_t created_at_upper_limit;
  int auth_required;
  int payment_required;
  int restricted_writes;
} uvnostr_information;

/// `status` is 0, or an error and then `information` is NULL.
typedef void (*uvnostr_information_callback)(void* data, int status, const uvnostr_information* information);

/// Messages received, each counted under exactly one of these.
typedef struct uvnostr_message_counts {
  uint64_t delivered;
  uint64_t duplicate;
  uint64_t false_copy;
  uint64_t expired;
  uint64_t doubtful;
  uint64_t unknown_subscription;
  uint64_t not_matching;
  uint64_t malformed_event;
  uint64_t wrong_id;
  uint64_t wrong_signature;
  uint64_t too_big;
  uint64_t unverified;
  uint64_t eose;
  uint64_t ok;
  uint64_t closed;
  uint64_t notice;
  uint64_t auth;
  uint64_t unknown_verb;
  uint64_t malformed;
  uint64_t binary;
} uvnostr_message_counts;

/// Receipts of published events, by their outcome.
typedef struct uvnostr_receipt_counts {
  uint64_t accepted;
  uint64_t rejected;
  uint64_t timed_out;
  uint64_t not_sent;
} uvnostr_receipt_counts;

/// Durations, each counted in one bucket. Never grows.
typedef struct uvnostr_duration_histogram {
  const int64_t* bounds_us;  ///< the upper bounds of the buckets, inclusive
  size_t bound_count;
  const uint64_t* counts;  ///< one more than bounds: the last bucket counts everything above
  int64_t sum_us;          ///< of all durations
} uvnostr_duration_histogram;

/// How long the steps of a pool and its relays take. Removed relays are included.
typedef struct uvnostr_pool_times {
  uvnostr_duration_histogram connect;
  uvnostr_duration_histogram first_event;
  uvnostr_duration_histogram eose;
  uvnostr_duration_histogram ok;
  uvnostr_duration_histogram verification;
  uvnostr_duration_histogram callbacks;
} uvnostr_pool_times;

/// Members mean what the members of the same name mean in <uvnostr/stats.hpp>.
typedef struct uvnostr_relay_stats {
  uvnostr_relay_id relay;
  uvnostr_relay_state state;
  uvnostr_string url;
  uint64_t messages_in;
  uint64_t bytes_in;
  uint64_t messages_out;
  uint64_t bytes_out;
  uint64_t attempts;
  uint64_t connects;
  uint64_t disconnects;
  uint64_t reqs;
  uint64_t refused_reqs;
  uint64_t waiting_reqs;
  int64_t most_reqs;  ///< how many REQs it lets be open at a time, as far as it has shown; -1: it has not
  double offences;
  uint64_t flood_messages;
  uint64_t nonstandard_ids;
  uint64_t publish_bytes;
  uint64_t unverified_bytes;
  int64_t connect_time_us;  ///< of the last connection; -1: there was none
  int64_t ping_time_us;     ///< of the last ping; -1: there was none
  const uvnostr_message_counts* messages;
  const uvnostr_receipt_counts* receipts;
  int reading_paused;
} uvnostr_relay_stats;

/// Counters at one moment. Everything in it belongs to the program until uvnostr_pool_stats_free().
typedef struct uvnostr_pool_stats {
  uint64_t messages_in;
  uint64_t bytes_in;
  uint64_t verified;
  uint64_t seen_entries;
  const uvnostr_message_counts* messages;    ///< of all relays, including removed ones
  const uvnostr_relay_stats* const* relays;  ///< in the order in which they were added
  size_t relay_count;
  const uvnostr_pool_times* times;
} uvnostr_pool_stats;
/// NULL is allowed.
UVNOSTR_EXTERN void uvnostr_pool_stats_free(const uvnostr_pool_stats* stats);
/// For what uvnostr_relay_get_stats() gave. NULL is allowed.
UVNOSTR_EXTERN void uvnostr_relay_stats_free(const uvnostr_relay_stats* stats);

/// A cache of event ids, like the one that a pool uses against duplicates. A new id evicts the least recently seen one.
/// Not thread-safe.
typedef struct uvnostr_seen_lru uvnostr_seen_lru;

/// `capacity` is 1 to 2^24. Errors: OPTION_RANGE, RANDOM_UNAVAILABLE.
UVNOSTR_EXTERN int uvnostr_seen_lru_create(uvnostr_seen_lru** cache, size_t capacity, uvnostr_error* error);
UVNOSTR_EXTERN void uvnostr_seen_lru_free(uvnostr_seen_lru* cache);
/// Makes the id the most recently seen one. Returns 1 if it is new.
UVNOSTR_EXTERN int uvnostr_seen_lru_insert(uvnostr_seen_lru* cache, const uvnostr_event_id* id);
UVNOSTR_EXTERN int uvnostr_seen_lru_contains(const uvnostr_seen_lru* cache, const uvnostr_event_id* id);
/// Returns 1 if the id was in the cache.
UVNOSTR_EXTERN int uvnostr_seen_lru_erase(uvnostr_seen_lru* cache, const uvnostr_event_id* id);
UVNOSTR_EXTERN void uvnostr_seen_lru_clear(uvnostr_seen_lru* cache);
UVNOSTR_EXTERN size_t uvnostr_seen_lru_size(const uvnostr_seen_lru* cache);

#ifdef __cplusplus
}
#endif
