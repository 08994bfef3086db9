// SPDX-License-Identifier: MIT
// Pools and single relays in C. Include <uvnostr/uvnostr.h>.
#pragma once

#include <uvnostr/c/log.h>
#include <uvnostr/c/options.h>
#include <uvnostr/c/publish.h>
#include <uvnostr/c/status.h>
#include <uvnostr/c/subscription.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uv_loop_s;  // uv_loop_t

/// Many relays used as one, on one loop: each event of any of them, once.
typedef struct uvnostr_pool uvnostr_pool;

/// All optional. `data` is the first argument of each.
typedef struct uvnostr_pool_callbacks {
  size_t size;  ///< sizeof(uvnostr_pool_callbacks)
  void* data;
  /// Returns 1 if the program already has this event in a store of its own: it is then neither verified nor delivered,
  /// and counts as acknowledged.
  int (*known)(void* data, const uvnostr_event_id* id);
  /// Every event of every subscription, each once, after the subscription's own on_event.
  void (*on_event)(void* data, uvnostr_relay_id relay, const uvnostr_event* event);
  /// Every EOSE that a subscription gets.
  void (*on_eose)(void* data, uvnostr_relay_id relay, uvnostr_subscription_id subscription);
  /// A relay's text for humans. Source: NIP-01 NOTICE.
  void (*on_notice)(void* data, uvnostr_relay_id relay, uvnostr_string text);
  /// An authentication took a step. Source: NIP-42.
  void (*on_auth)(void* data, const uvnostr_auth_status* status);
  /// A relay's connection changed its state.
  void (*on_relay_state)(void* data, const uvnostr_relay_status* status);
  /// After uvnostr_pool_close(): every connection has ended. Exactly once, and the last call.
  void (*on_close)(void* data);
  /// What the pool does, for a log, up to uvnostr_pool_options.log_level.
  void (*on_log)(void* data, const uvnostr_log_entry* entry);
} uvnostr_pool_callbacks;

/// Makes a pool, which begins to connect in the loop's next turn. Options and callbacks may be NULL.
/// Errors: URL_*, DUPLICATE_RELAY, OPTION_*, LOOP_UNUSABLE, RANDOM_UNAVAILABLE.
UVNOSTR_EXTERN int uvnostr_pool_create(uvnostr_pool** pool, struct uv_loop_s* loop, const uvnostr_pool_options* options,
                                       const uvnostr_pool_callbacks* callbacks, uvnostr_error* error);
/// Ends everything: publishes give their receipts, subscriptions their on_close, then the pool its on_close. A second
/// call does nothing. The pool is still to be destroyed.
UVNOSTR_EXTERN void uvnostr_pool_close(uvnostr_pool* pool);
/// Ends everything without further callbacks and frees the pool. Allowed at any time, also in its own callbacks. The loop
/// needs a few more turns before uv_loop_close() returns 0. NULL is allowed.
UVNOSTR_EXTERN void uvnostr_pool_destroy(uvnostr_pool* pool);

/// Adds a relay and connects to it. `relay` may be NULL; options NULL: the pool's relay_defaults.
/// Errors: URL_*, DUPLICATE_RELAY, OPTION_*, CLOSED.
UVNOSTR_EXTERN int uvnostr_pool_add_relay(uvnostr_pool* pool, uvnostr_relay_id* relay, const char* url,
                                          const uvnostr_relay_options* options, uvnostr_error* error);
/// Errors: UNKNOWN_RELAY, CLOSED.
UVNOSTR_EXTERN int uvnostr_pool_remove_relay(uvnostr_pool* pool, uvnostr_relay_id relay);
/// Dials now instead of waiting for the delay; 0: all relays. Errors: UNKNOWN_RELAY, CLOSED.
UVNOSTR_EXTERN int uvnostr_pool_reconnect(uvnostr_pool* pool, uvnostr_relay_id relay);
/// Writes at most `capacity` relays, in the order in which they were added, and returns how many the pool has.
UVNOSTR_EXTERN size_t uvnostr_pool_get_relays(const uvnostr_pool* pool, uvnostr_relay_id* relays, size_t capacity);
/// The normalised URL; empty if there is no such relay. Lifetime: until the relay is removed or the pool destroyed.
UVNOSTR_EXTERN uvnostr_string uvnostr_pool_get_url(const uvnostr_pool* pool, uvnostr_relay_id relay);
/// The relay whose normalised URL is that of this one. Errors: URL_*, UNKNOWN_RELAY, CLOSED.
UVNOSTR_EXTERN int uvnostr_pool_find(const uvnostr_pool* pool, const char* url, uvnostr_relay_id* relay,
                                     uvnostr_error* error);
/// The relays that sent this event, as uvnostr_pool_get_relays() gives them.
UVNOSTR_EXTERN size_t uvnostr_pool_seen_on(const uvnostr_pool* pool, const uvnostr_event_id* id,
                                           uvnostr_relay_id* relays, size_t capacity);
/// A snapshot, to be freed; NULL for NULL.
UVNOSTR_EXTERN const uvnostr_pool_stats* uvnostr_pool_get_stats(const uvnostr_pool* pool);
/// Counters and histograms as OpenMetrics text, with samples for each relay if `relays` is not 0. Sets `length` (NULL is
/// allowed), which leaves out the NUL at the end. To be freed by uvnostr_text_free(); NULL for NULL.
UVNOSTR_EXTERN char* uvnostr_pool_metrics_text(const uvnostr_pool* pool, int relays, size_t* length);
#define UVNOSTR_METRICS_CONTENT_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"
/// NULL is allowed.
UVNOSTR_EXTERN void uvnostr_text_free(char* text);
UVNOSTR_EXTERN struct uv_loop_s* uvnostr_pool_get_loop(const uvnostr_pool* pool);

/// Asks relays for events that match any of the filters. `subscription` may be NULL: then it goes on without a handle.
/// Options and callbacks may be NULL. Errors: FILTER_*, UNKNOWN_RELAY, OPTION_RANGE, CURSOR_*, CLOSED.
UVNOSTR_EXTERN int uvnostr_pool_subscribe(uvnostr_pool* pool, uvnostr_subscription** subscription,
                                          uvnostr_filter* const* filters, size_t filter_count,
                                          const uvnostr_subscription_callbacks* callbacks,
                                          const uvnostr_subscribe_options* options, uvnostr_error* error);
/// Collects stored events, page by page, and ends whatever the relays do. Errors: as uvnostr_pool_subscribe().
UVNOSTR_EXTERN int uvnostr_pool_fetch(uvnostr_pool* pool, uvnostr_subscription** subscription,
                                      uvnostr_filter* const* filters, size_t filter_count,
                                      const uvnostr_fetch_callbacks* callbacks, const uvnostr_fetch_options* options,
                                      uvnostr_error* error);
/// Sends the event. Unless an error is returned, every relay gives one receipt, and then on_done follows.
/// Errors: NO_RELAY, UNKNOWN_RELAY, EVENT_TOO_BIG, WRONG_ID, WRONG_SIGNATURE, OPTION_RANGE, CLOSED.
UVNOSTR_EXTERN int uvnostr_pool_publish(uvnostr_pool* pool, const uvnostr_event* event,
                                        const uvnostr_publish_callbacks* callbacks,
                                        const uvnostr_publish_options* options, uvnostr_error* error);
/// The same for an event that the signer is to sign. If it does not, receipts say NOT_SENT with NOT_SIGNED.
UVNOSTR_EXTERN int uvnostr_pool_publish_draft(uvnostr_pool* pool, const uvnostr_draft* draft,
                                              const uvnostr_signer* signer, const uvnostr_publish_callbacks* callbacks,
                                              const uvnostr_publish_options* options, uvnostr_error* error);
/// Asks the relay for its information document, unless there is one not older than `max_age_s`. Calls back once, from
/// the loop, unless the pool ends before. Errors: UNKNOWN_RELAY, CLOSED. Source: NIP-11.
UVNOSTR_EXTERN int uvnostr_pool_get_information(uvnostr_pool* pool, uvnostr_relay_id relay, int64_t max_age_s,
                                                uvnostr_information_callback callback, void* data);

/// A lasting connection to one relay, without a pool around it.
typedef struct uvnostr_relay uvnostr_relay;

/// As uvnostr_pool_callbacks.
typedef struct uvnostr_relay_callbacks {
  size_t size;  ///< sizeof(uvnostr_relay_callbacks)
  void* data;
  int (*known)(void* data, const uvnostr_event_id* id);
  void (*on_event)(void* data, const uvnostr_event* event);
  void (*on_eose)(void* data, uvnostr_subscription_id subscription);
  void (*on_notice)(void* data, uvnostr_string text);
  void (*on_auth)(void* data, const uvnostr_auth_status* status);
  void (*on_relay_state)(void* data, const uvnostr_relay_status* status);
  /// Once, last: after uvnostr_relay_close(), or when there will be no more attempts to connect (then cause is not 0).
  void (*on_close)(void* data, int cause);
  /// Up to UVNOSTR_LOG_INFO.
  void (*on_log)(void* data, const uvnostr_log_entry* entry);
} uvnostr_relay_callbacks;

/// As the functions of a pool.
UVNOSTR_EXTERN int uvnostr_relay_create(uvnostr_relay** relay, struct uv_loop_s* loop, const char* url,
                                        const uvnostr_relay_options* options, const uvnostr_relay_callbacks* callbacks,
                                        uvnostr_error* error);
UVNOSTR_EXTERN void uvnostr_relay_close(uvnostr_relay* relay);
UVNOSTR_EXTERN void uvnostr_relay_destroy(uvnostr_relay* relay);
UVNOSTR_EXTERN int uvnostr_relay_reconnect(uvnostr_relay* relay);
/// The normalised URL.
UVNOSTR_EXTERN uvnostr_string uvnostr_relay_get_url(const uvnostr_relay* relay);
/// A snapshot, to be freed by uvnostr_relay_stats_free(); NULL for NULL.
UVNOSTR_EXTERN const uvnostr_relay_stats* uvnostr_relay_get_stats(const uvnostr_relay* relay);
UVNOSTR_EXTERN struct uv_loop_s* uvnostr_relay_get_loop(const uvnostr_relay* relay);
UVNOSTR_EXTERN int uvnostr_relay_subscribe(uvnostr_relay* relay, uvnostr_subscription** subscription,
                                           uvnostr_filter* const* filters, size_t filter_count,
                                           const uvnostr_subscription_callbacks* callbacks,
                                           const uvnostr_subscribe_options* options, uvnostr_error* error);
UVNOSTR_EXTERN int uvnostr_relay_fetch(uvnostr_relay* relay, uvnostr_subscription** subscription,
                                       uvnostr_filter* const* filters, size_t filter_count,
                                       const uvnostr_fetch_callbacks* callbacks, const uvnostr_fetch_options* options,
                                       uvnostr_error* error);
UVNOSTR_EXTERN int uvnostr_relay_publish(uvnostr_relay* relay, const uvnostr_event* event,
                                         const uvnostr_publish_callbacks* callbacks,
                                         const uvnostr_publish_options* options, uvnostr_error* error);
UVNOSTR_EXTERN int uvnostr_relay_publish_draft(uvnostr_relay* relay, const uvnostr_draft* draft,
                                               const uvnostr_signer* signer, const uvnostr_publish_callbacks* callbacks,
                                               const uvnostr_publish_options* options, uvnostr_error* error);
UVNOSTR_EXTERN int uvnostr_relay_get_information(uvnostr_relay* relay, int64_t max_age_s,
                                                 uvnostr_information_callback callback, void* data);

#ifdef __cplusplus
}
#endif
