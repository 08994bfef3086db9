// SPDX-License-Identifier: MIT
// How to connect to relays, in C. Include <uvnostr/uvnostr.h>. Members mean what the members of the same name mean in
// <uvnostr/relay_options.hpp> and <uvnostr/pool.hpp>, where their limits are explained at length.
#pragma once

#include <uvnostr/c/event.h>

#ifdef __cplusplus
extern "C" {
#endif

/// When a relay's AUTH challenge is answered. Source: NIP-42.
typedef enum uvnostr_auth_policy {
  UVNOSTR_AUTH_ON_DEMAND = 0,  ///< only after the relay has refused a REQ or EVENT with "auth-required:"
  UVNOSTR_AUTH_EAGER = 1       ///< at once; reveals your key to the relay
} uvnostr_auth_policy;

/// How relays' names are resolved.
typedef enum uvnostr_name_resolver {
  UVNOSTR_RESOLVER_C_ARES = 0,      ///< /etc/hosts, then the name servers, from the loop
  UVNOSTR_RESOLVER_GETADDRINFO = 1  ///< everything that the system knows, on threads of its own
} uvnostr_name_resolver;

/// Where ids and signatures are checked.
typedef enum uvnostr_verification {
  UVNOSTR_VERIFY_ON_THREADS = 0,  ///< in batches on libuv's thread pool
  UVNOSTR_VERIFY_ON_LOOP = 1,     ///< on the loop's thread, a few milliseconds at a time
  UVNOSTR_VERIFY_OFF = 2          ///< not at all: only for relays that you run yourself
} uvnostr_verification;

/// One line of the upgrade request. Never grows.
typedef struct uvnostr_http_header {
  const char* name;
  const char* value;
} uvnostr_http_header;

/// How to connect to a relay and keep the connection. Set it up with uvnostr_relay_options_init().
/// Lifetime: everything is copied by the call that takes the options.
typedef struct uvnostr_relay_options {
  size_t size;  ///< sizeof(uvnostr_relay_options)

  // When a relay is dialled again after a failure.
  int64_t initial_delay_ms;  ///< after the first failure
  int64_t max_delay_ms;
  double multiplier;  ///< of the delay, with each failure
  double jitter;      ///< each delay is changed by a random part of up to this fraction
  int64_t stable_after_ms;
  int reconnect;         ///< 0: only one attempt is made
  unsigned max_retries;  ///< after the first attempt; 0: no limit

  int resolver;            ///< a uvnostr_name_resolver
  unsigned max_redirects;  ///< of the upgrade, to wss:// only
  const char* const* name_servers;
  size_t name_server_count;
  const char* proxy;  ///< "socks5://127.0.0.1:9050", "http://user:password@proxy.example:3128"; NULL: none

  int64_t connect_timeout_ms;
  int64_t ping_interval_ms;  ///< 0: no pings
  int64_t pong_timeout_ms;
  int64_t close_timeout_ms;
  size_t max_message_bytes;
  size_t max_publish_bytes;
  size_t max_unverified_bytes;

  const char* ca_file;     ///< PEM; NULL: the system's CAs
  const char* user_agent;  ///< NULL: no such header
  const uvnostr_http_header* headers;
  size_t header_count;

  uvnostr_signer* const* auth_users;  ///< who answers AUTH challenges
  size_t auth_user_count;
  int auth;  ///< a uvnostr_auth_policy
  int reserved;
  size_t max_offences;  ///< 0: the relay is never left
  int64_t offence_pause_ms;
} uvnostr_relay_options;
/// Sets the defaults. `size` is sizeof(uvnostr_relay_options).
UVNOSTR_EXTERN void uvnostr_relay_options_init(uvnostr_relay_options* options, size_t size);

/// Set it up with uvnostr_pool_options_init(). Lifetime: everything is copied by uvnostr_pool_create().
typedef struct uvnostr_pool_options {
  size_t size;                ///< sizeof(uvnostr_pool_options)
  const char* const* relays;  ///< URLs of the first relays
  size_t relay_count;
  const uvnostr_relay_options* relay_defaults;  ///< for relays without options of their own; NULL: the defaults
  size_t seen_entries;                          ///< of the cache against duplicates
  size_t max_dials;                             ///< at a time
  int verification;                             ///< a uvnostr_verification
  int keep_loop_alive;                          ///< 0: the pool does not keep uv_run() from returning
  int log_level;                                ///< a uvnostr_log_level: the last one that on_log gets
  int reserved;
} uvnostr_pool_options;
UVNOSTR_EXTERN void uvnostr_pool_options_init(uvnostr_pool_options* options, size_t size);

#ifdef __cplusplus
}
#endif
