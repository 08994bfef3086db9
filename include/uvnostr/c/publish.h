// SPDX-License-Identifier: MIT
// The result of publishing an event, relay by relay, in C. Include <uvnostr/uvnostr.h>.
#pragma once

#include <uvnostr/c/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum uvnostr_outcome {
  UVNOSTR_ACCEPTED = 0,   ///< the relay has it
  UVNOSTR_REJECTED = 1,   ///< OK false, or the relay closed the connection because the event is too big for it
  UVNOSTR_TIMED_OUT = 2,  ///< the event was sent, but no answer came
  UVNOSTR_NOT_SENT = 3    ///< the event was never sent: `cause` says why
} uvnostr_outcome;

/// One relay's answer. Source: NIP-01 OK.
typedef struct uvnostr_receipt {
  uvnostr_relay_id relay;
  uvnostr_outcome outcome;
  int cause;  ///< 0 if accepted; otherwise REFUSED, AUTH_REQUIRED, OK_TIMEOUT, SEND_TIMEOUT, QUEUE_FULL and so on
  uvnostr_event_id event;
  uvnostr_string message;  ///< the relay's own words, which may be empty
  uvnostr_string prefix;   ///< their machine-readable part, such as "blocked"; may be empty
  uvnostr_string text;     ///< the rest, for humans
} uvnostr_receipt;

typedef struct uvnostr_publish_callbacks {
  size_t size;  ///< sizeof(uvnostr_publish_callbacks)
  void* data;
  /// Exactly once for each addressed relay.
  void (*on_receipt)(void* data, const uvnostr_receipt* receipt);
  /// Once if enough_accepted is set: 1 as soon as that many relays have accepted the event, 0 as
  /// soon as that has become impossible.
  void (*on_enough)(void* data, int enough);
  /// Once, after the last receipt.
  void (*on_done)(void* data, size_t accepted, size_t asked);
} uvnostr_publish_callbacks;

/// Set it up with uvnostr_publish_options_init().
typedef struct uvnostr_publish_options {
  size_t size;                     ///< sizeof(uvnostr_publish_options)
  const uvnostr_relay_id* relays;  ///< which relays get it; none: all that the pool has now
  size_t relay_count;
  int64_t send_timeout_ms;   ///< how long it may wait for a relay that is not connected; 0: without a limit
  int64_t ok_timeout_ms;     ///< how long the relay may take to answer
  int64_t retry_timeout_ms;  ///< how long it is sent again after a refusal with "rate-limited:"
  size_t enough_accepted;    ///< how many relays must accept it for on_enough(1); 0: it is not called
  int verify;                ///< 0: the event is not checked before it is sent
  int reserved;
} uvnostr_publish_options;
UVNOSTR_EXTERN void uvnostr_publish_options_init(uvnostr_publish_options* options, size_t size);

/// The name of the enumerator, such as "accepted"; "unknown" for others. Lifetime: static.
UVNOSTR_EXTERN const char* uvnostr_outcome_name(int outcome);

#ifdef __cplusplus
}
#endif
