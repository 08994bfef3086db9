// SPDX-License-Identifier: MIT
// Subscriptions and queries in C. Include <uvnostr/uvnostr.h>.
#pragma once

#include <uvnostr/c/event.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Why events may be missing.
typedef enum uvnostr_gap_reason {
  UVNOSTR_GAP_RELAY_CAP = 0,  ///< one second has more events than the relay gives in one answer
  UVNOSTR_GAP_REFUSED = 1,    ///< the relay refused the request for them, or hung up over it
  UVNOSTR_GAP_NO_ANSWER = 2,  ///< the relay did not answer the request for them within eose_timeout_ms
  UVNOSTR_GAP_EPHEMERAL = 3,  ///< kinds that relays do not store: what was sent while the connection was away
  UVNOSTR_GAP_TOO_BIG = 4,    ///< an event is larger than max_message_bytes
  UVNOSTR_GAP_MEMORY = 5      ///< seen_entries is too small to tell new events of these dates from earlier ones
} uvnostr_gap_reason;

/// Events dated from `from` to `to`, both inclusive, may be missing. Without an end, `to` is INT64_MAX. Never grows.
typedef struct uvnostr_gap {
  int64_t from;
  int64_t to;
  uvnostr_gap_reason reason;
} uvnostr_gap;

/// What a relay said about its stored events in EOSE. Source: NIP-67.
typedef enum uvnostr_eose_hint {
  UVNOSTR_EOSE_NONE = 0,    ///< nothing
  UVNOSTR_EOSE_FINISH = 1,  ///< it has sent all of them
  UVNOSTR_EOSE_MORE = 2     ///< it has more of them
} uvnostr_eose_hint;

/// Why a subscription ended.
typedef enum uvnostr_close_reason {
  UVNOSTR_CLOSE_REQUESTED = 0,   ///< uvnostr_subscription_close() was called
  UVNOSTR_CLOSE_ALL_EOSE = 1,    ///< close_on_eose, and every relay has answered
  UVNOSTR_CLOSE_POOL_CLOSED = 2  ///< the pool or relay was closed
} uvnostr_close_reason;

typedef enum uvnostr_asked_again {
  UVNOSTR_ASKED_AFTER_PAUSE = 0,  ///< on this connection, after `pause_ms`
  UVNOSTR_ASKED_ON_NEXT_CONNECTION = 1,
  UVNOSTR_ASKED_NEVER = 2  ///< unless uvnostr_subscription_ask_again() is called
} uvnostr_asked_again;

/// A relay has ended a subscription on its side. Source: NIP-01 CLOSED.
typedef struct uvnostr_relay_closed {
  uvnostr_relay_id relay;
  int too_long;          ///< 1: nothing was sent, because a filter cannot be split below the relay's max_message_length
  int hung_up;           ///< 1: it closed the connection over this REQ instead of answering it
  uvnostr_string words;  ///< its reason; may be empty
  uvnostr_asked_again asked_again;
  int64_t pause_ms;     ///< for UVNOSTR_ASKED_AFTER_PAUSE; 0 if it has been asked again already
  uvnostr_gap missing;  ///< what is missing until it is asked again and answers
} uvnostr_relay_closed;

/// How many relays answered a subscription, and how.
typedef struct uvnostr_answer_counts {
  size_t asked;
  size_t answered;     ///< they have sent all their stored events, except for gaps
  size_t refused;      ///< they sent CLOSED, or hung up over the request
  size_t timed_out;    ///< no progress within eose_timeout_ms
  size_t unreachable;  ///< no connection, three connections lost before the answer was whole, or removed
} uvnostr_answer_counts;

/// All optional. `data` is the first argument of each.
typedef struct uvnostr_subscription_callbacks {
  size_t size;  ///< sizeof(uvnostr_subscription_callbacks)
  void* data;
  /// A verified event that is new to this subscription, and the relay that sent it first.
  void (*on_event)(void* data, uvnostr_relay_id relay, const uvnostr_event* event);
  /// The relay has sent all pages of its stored events. Once per relay, after those events.
  void (*on_eose)(void* data, uvnostr_relay_id relay, uvnostr_eose_hint hint);
  /// The relay has given everything that it had stored by now, except for the gaps. Without gaps, nothing is missing.
  /// Once for each connection.
  void (*on_caught_up)(void* data, uvnostr_relay_id relay, const uvnostr_gap* gaps, size_t gap_count);
  /// Every relay has answered, refused, failed to connect, or exceeded eose_timeout_ms. Once.
  void (*on_all_eose)(void* data, const uvnostr_answer_counts* answers);
  /// The relay has ended the subscription on its side, and sends no more events until it is asked again.
  void (*on_relay_closed)(void* data, const uvnostr_relay_closed* closed);
  /// The subscription is over. Exactly once, and the last call.
  void (*on_close)(void* data, uvnostr_close_reason reason);
} uvnostr_subscription_callbacks;

/// Set it up with uvnostr_subscribe_options_init().
typedef struct uvnostr_subscribe_options {
  size_t size;                     ///< sizeof(uvnostr_subscribe_options)
  const uvnostr_relay_id* relays;  ///< which relays are asked; none: all, including later ones
  size_t relay_count;
  const char* resume_from;      ///< a uvnostr_subscription_cursor() with the same filters; NULL: from the beginning
  int64_t eose_timeout_ms;      ///< how long on_all_eose waits for a relay that makes no progress
  int64_t resume_overlap_s;     ///< after a reconnect, a relay is asked again from this long before its last event
  uint64_t max_unacknowledged;  ///< events given without uvnostr_subscription_acknowledge(); 0: no limit
  int close_on_eose;            ///< 1: the subscription closes itself after on_all_eose
  int leave_out_expired;        ///< 1: expired events are only counted. Source: NIP-40
} uvnostr_subscribe_options;
UVNOSTR_EXTERN void uvnostr_subscribe_options_init(uvnostr_subscribe_options* options, size_t size);

/// The handle of a subscription or a fetch. It may outlive its pool, and then does nothing. It must be given to
/// uvnostr_subscription_destroy() or _detach(), also after on_close.
typedef struct uvnostr_subscription uvnostr_subscription;

/// Ends the subscription without further callbacks and frees the handle. Allowed in every callback. NULL is allowed.
UVNOSTR_EXTERN void uvnostr_subscription_destroy(uvnostr_subscription* subscription);
/// Frees the handle; the subscription goes on until it closes itself or its pool closes.
UVNOSTR_EXTERN void uvnostr_subscription_detach(uvnostr_subscription* subscription);
/// Ends the subscription; on_close follows from the loop. A second call does nothing.
UVNOSTR_EXTERN void uvnostr_subscription_close(uvnostr_subscription* subscription);
UVNOSTR_EXTERN int uvnostr_subscription_is_open(const uvnostr_subscription* subscription);
UVNOSTR_EXTERN uvnostr_subscription_id uvnostr_subscription_get_id(const uvnostr_subscription* subscription);

/// How many events were delivered; in on_event, the number of this event.
UVNOSTR_EXTERN uint64_t uvnostr_subscription_delivered(const uvnostr_subscription* subscription);
/// The first n delivered events have been processed: the cursor does not ask for them again.
UVNOSTR_EXTERN void uvnostr_subscription_acknowledge(uvnostr_subscription* subscription, uint64_t n);
/// Stops delivery until uvnostr_subscription_resume().
UVNOSTR_EXTERN void uvnostr_subscription_pause(uvnostr_subscription* subscription);
UVNOSTR_EXTERN void uvnostr_subscription_resume(uvnostr_subscription* subscription);
UVNOSTR_EXTERN int uvnostr_subscription_is_paused(const uvnostr_subscription* subscription);
/// The progress at each relay, as text for resume_from, written as uvnostr_printable() does. It covers acknowledged
/// events. A text that was cut is refused by resume_from: a buffer of 0 bytes tells the length.
UVNOSTR_EXTERN size_t uvnostr_subscription_cursor(const uvnostr_subscription* subscription, char* buffer, size_t size);
/// How the relays have answered so far. `size` is sizeof(uvnostr_answer_counts). Errors: INVALID_ARGUMENT.
UVNOSTR_EXTERN int uvnostr_subscription_get_answers(const uvnostr_subscription* subscription,
                                                    uvnostr_answer_counts* answers, size_t size);
/// Asks a relay again that has refused this subscription or hung up over it. Returns 0 if it has done neither.
UVNOSTR_EXTERN int uvnostr_subscription_ask_again(uvnostr_subscription* subscription, uvnostr_relay_id relay);

/// How a relay's part of a fetch ended.
typedef enum uvnostr_fetch_end {
  UVNOSTR_FETCH_COMPLETE = 0,     ///< everything that it has stored was delivered
  UVNOSTR_FETCH_CAPPED = 1,       ///< everything except gaps that the relay makes unavoidable
  UVNOSTR_FETCH_REFUSED = 2,      ///< it refused the request or a page of it, or hung up over it
  UVNOSTR_FETCH_TIMED_OUT = 3,    ///< it made no progress within idle_timeout_ms
  UVNOSTR_FETCH_UNREACHABLE = 4,  ///< no connection, three connections lost before the end, or it was removed
  UVNOSTR_FETCH_UNFINISHED = 5    ///< the fetch was closed earlier
} uvnostr_fetch_end;

/// One relay's part of a fetch.
typedef struct uvnostr_fetched_relay {
  uvnostr_relay_id relay;
  uvnostr_fetch_end end;
  const uvnostr_gap* gaps;  ///< of a relay that answered: what may be missing
  size_t gap_count;
  uvnostr_string words;  ///< the relay's reason if it refused
} uvnostr_fetched_relay;

typedef struct uvnostr_fetch_result {
  uvnostr_close_reason reason;  ///< UVNOSTR_CLOSE_ALL_EOSE: every relay's part has ended
  int is_complete;              ///< 1: there were relays, and each sent everything that it has
  int is_answered;              ///< 1: at least one relay sent everything that it has, except for gaps
  uint64_t events;              ///< delivered to on_event
  size_t complete;              ///< the number of relays that ended like this, and so on
  size_t capped;
  size_t refused;
  size_t timed_out;
  size_t unreachable;
  const uvnostr_fetched_relay* const* relays;  ///< every relay that was asked
  size_t relay_count;
} uvnostr_fetch_result;

typedef struct uvnostr_fetch_callbacks {
  size_t size;  ///< sizeof(uvnostr_fetch_callbacks)
  void* data;
  /// A verified event, each once. A relay's events come newest first; relays take turns.
  void (*on_event)(void* data, uvnostr_relay_id relay, const uvnostr_event* event);
  /// The fetch is over. Exactly once, and the last call.
  void (*on_done)(void* data, const uvnostr_fetch_result* result);
} uvnostr_fetch_callbacks;

/// Set it up with uvnostr_fetch_options_init().
typedef struct uvnostr_fetch_options {
  size_t size;                     ///< sizeof(uvnostr_fetch_options)
  const uvnostr_relay_id* relays;  ///< which relays are asked; none: all
  size_t relay_count;
  int64_t idle_timeout_ms;  ///< how long a relay may make no progress
  uint64_t max_unacknowledged;
} uvnostr_fetch_options;
UVNOSTR_EXTERN void uvnostr_fetch_options_init(uvnostr_fetch_options* options, size_t size);

/// Names of enumerators, such as "relay_cap"; "unknown" for others. Lifetime: static.
UVNOSTR_EXTERN const char* uvnostr_gap_reason_name(int reason);
UVNOSTR_EXTERN const char* uvnostr_eose_hint_name(int hint);
UVNOSTR_EXTERN const char* uvnostr_close_reason_name(int reason);
UVNOSTR_EXTERN const char* uvnostr_fetch_end_name(int end);
UVNOSTR_EXTERN const char* uvnostr_asked_again_name(int when);

#ifdef __cplusplus
}
#endif
