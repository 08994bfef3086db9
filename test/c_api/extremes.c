// SPDX-License-Identifier: MIT
// Numbers that no program means: negative counts and enumerators, times and sizes at the ends of their types.
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "c_api/check.h"
#include "c_api/counting.h"
#include "c_api/tests.h"

#define INVALID(call) CHECK_CODE(call, UVNOSTR_E_INVALID_ARGUMENT)

/// What a program gives that takes a function's error for a length.
static const size_t bad_counts[] = {(size_t)-1, (size_t)UVNOSTR_E_REFUSED, (size_t)PTRDIFF_MAX + 1};
#define BAD_COUNTS (sizeof bad_counts / sizeof *bad_counts)

/// Sets the number of elements and adds a relay, which is refused with this sentence.
static void refuse_list(uvnostr_pool* pool, uvnostr_relay_options* options, size_t* count, const char* subject) {
  char expected[128];
  uvnostr_error error;
  *count = (size_t)-1;
  INVALID(uvnostr_pool_add_relay(pool, NULL, "wss://x.example", options, &error));
  snprintf(expected, sizeof expected, "uvnostr_relay_options: %s cannot have 18446744073709551615 elements.", subject);
  if (sizeof(size_t) == 8) CHECK_TEXT(error.message, expected);
  *count = 0;
}

void RefusesImpossibleListsInOptions(void) {
  scene at = scene_open(1);
  static const char* const texts[] = {"x"};
  static const uvnostr_http_header headers[] = {{"X-Test", "1"}};
  uvnostr_signer* const users[] = {NULL};
  uvnostr_relay_options options;
  uvnostr_pool_options pool_options;
  uvnostr_pool* pool = NULL;
  uvnostr_relay_options_init(&options, sizeof options);
  options.name_servers = options.pinned_keys = texts;
  options.headers = headers;
  options.auth_users = users;
  refuse_list(at.pool, &options, &options.name_server_count, "name_servers");
  refuse_list(at.pool, &options, &options.pinned_key_count, "pinned_keys");
  refuse_list(at.pool, &options, &options.header_count, "headers");
  refuse_list(at.pool, &options, &options.auth_user_count, "auth_users");
  options.auth_user_count = 1;
  INVALID(uvnostr_pool_add_relay(at.pool, NULL, "wss://x.example", &options, NULL));
  uvnostr_pool_options_init(&pool_options, sizeof pool_options);
  pool_options.relays = texts;
  pool_options.relay_count = (size_t)-1;
  INVALID(uvnostr_pool_create(&pool, world_loop(at.world), &pool_options, NULL, NULL));
  scene_close(&at);
}

void RefusesImpossibleListsInCalls(void) {
  scene at = scene_open(1);
  const uvnostr_relay_id relay = 1;
  uvnostr_filter* const with_null[] = {at.filter, NULL};
  uvnostr_subscribe_options subscribe;
  uvnostr_fetch_options fetch;
  uvnostr_publish_options publish;
  uvnostr_secret_key* key = NULL;
  uvnostr_event* event = NULL;
  uvnostr_draft draft;
  size_t i;
  uvnostr_subscribe_options_init(&subscribe, sizeof subscribe);
  uvnostr_fetch_options_init(&fetch, sizeof fetch);
  uvnostr_publish_options_init(&publish, sizeof publish);
  subscribe.relays = fetch.relays = publish.relays = &relay;
  uvnostr_draft_init(&draft, sizeof draft);
  CHECK_CODE(uvnostr_secret_key_generate(&key), UVNOSTR_OK);
  CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &event, NULL), UVNOSTR_OK);
  for (i = 0; i < BAD_COUNTS; ++i) {
    subscribe.relay_count = fetch.relay_count = publish.relay_count = bad_counts[i];
    INVALID(uvnostr_pool_subscribe(at.pool, NULL, &at.filter, 1, NULL, &subscribe, NULL));
    INVALID(uvnostr_pool_fetch(at.pool, NULL, &at.filter, 1, NULL, &fetch, NULL));
    INVALID(uvnostr_pool_publish(at.pool, event, NULL, &publish, NULL));
    INVALID(uvnostr_pool_subscribe(at.pool, NULL, &at.filter, bad_counts[i], NULL, NULL, NULL));
    INVALID(uvnostr_pool_fetch(at.pool, NULL, &at.filter, bad_counts[i], NULL, NULL, NULL));
  }
  INVALID(uvnostr_pool_subscribe(at.pool, NULL, with_null, 2, NULL, NULL, NULL));
  CHECK_CODE(uvnostr_pool_subscribe(at.pool, NULL, NULL, 0, NULL, NULL, NULL), UVNOSTR_E_FILTER_COUNT);
  uvnostr_event_free(event);
  uvnostr_secret_key_free(key);
  scene_close(&at);
}

void RefusesImpossibleTexts(void) {
  uvnostr_filter *filter = uvnostr_filter_create(), *no_filter = NULL;
  uvnostr_secret_key* key = NULL;
  uvnostr_event* event = NULL;
  uvnostr_error error;
  uvnostr_draft draft;
  uvnostr_tag tag;
  char line[8];
  size_t i;
  CHECK_CODE(uvnostr_secret_key_generate(&key), UVNOSTR_OK);
  for (i = 0; i < BAD_COUNTS; ++i) {
    const uvnostr_string bad = {"{}", bad_counts[i]}, absent = {NULL, 5};
    INVALID(uvnostr_event_parse(&event, bad, &error));
    INVALID(uvnostr_event_parse(&event, absent, &error));
    CHECK_TEXT(error.message, "uvnostr_event_parse: json is NULL.");
    INVALID(uvnostr_filter_parse(&no_filter, bad, &error));
    INVALID(uvnostr_filter_add_tag(filter, 't', bad));
    INVALID(uvnostr_filter_set_search(filter, bad));
    CHECK(uvnostr_printable(bad, line, sizeof line) == 0 && uvnostr_printable(absent, line, sizeof line) == 0);
    uvnostr_draft_init(&draft, sizeof draft);
    draft.content = bad;
    INVALID(uvnostr_secret_key_sign(key, &draft, &event, &error));
    draft.content = uvnostr_str("");
    draft.tags = &tag;
    draft.tag_count = bad_counts[i];
    INVALID(uvnostr_secret_key_sign(key, &draft, &event, &error));
    draft.tag_count = 1;
    tag.items = &bad;
    tag.item_count = bad_counts[i];
    INVALID(uvnostr_secret_key_sign(key, &draft, &event, &error));
    tag.item_count = 1;
    INVALID(uvnostr_secret_key_sign(key, &draft, &event, &error));
  }
  CHECK(event == NULL && no_filter == NULL);
  uvnostr_filter_free(filter);
  uvnostr_secret_key_free(key);
}

void RefusesNumbersThatAreNoEnumerators(void) {
  static const int bad[] = {INT_MIN, -1, 99, 256, INT_MAX};
  static const char* (*const names[])(int) = {
      uvnostr_gap_reason_name, uvnostr_eose_hint_name, uvnostr_close_reason_name,
      uvnostr_fetch_end_name,  uvnostr_outcome_name,   uvnostr_relay_state_name,
      uvnostr_log_level_name,  uvnostr_auth_step_name, uvnostr_asked_again_name};
  scene at = scene_open(1);
  size_t i, k;
  for (i = 0; i < sizeof bad / sizeof *bad; ++i) {
    uvnostr_log_entry entry = {.level = UVNOSTR_LOG_INFO, .message = uvnostr_str("it is so"), .field_count = 7};
    uvnostr_pool_options pool_options;
    uvnostr_relay_options options;
    uvnostr_pool* pool = NULL;
    char line[64];
    uvnostr_relay_options_init(&options, sizeof options);
    options.resolver = bad[i];
    INVALID(uvnostr_pool_add_relay(at.pool, NULL, "wss://x.example", &options, NULL));
    options.resolver = UVNOSTR_RESOLVER_C_ARES;
    options.auth = bad[i];
    INVALID(uvnostr_pool_add_relay(at.pool, NULL, "wss://x.example", &options, NULL));
    uvnostr_pool_options_init(&pool_options, sizeof pool_options);
    pool_options.verification = bad[i];
    INVALID(uvnostr_pool_create(&pool, world_loop(at.world), &pool_options, NULL, NULL));
    pool_options.verification = UVNOSTR_VERIFY_OFF;
    pool_options.log_level = bad[i];
    INVALID(uvnostr_pool_create(&pool, world_loop(at.world), &pool_options, NULL, NULL));
    for (k = 0; k < sizeof names / sizeof *names; ++k) CHECK_TEXT(names[k](bad[i]), "unknown");
    // Entries may be of the program's own making. This one says that it has fields, and has none.
    memcpy(&entry.level, &bad[i], sizeof entry.level);
    CHECK(uvnostr_log_entry_to_line(&entry, line, sizeof line) > 0);
    CHECK_TEXT(line, "unknown: it is so");
  }
  scene_close(&at);
}

#define OUT_OF_RANGE(call) CHECK_CODE(call, UVNOSTR_E_OPTION_RANGE)
/// That the call refuses these options because one of them has this value.
#define REFUSES(type, options, member, value, call) \
  (uvnostr_##type##_init(&(options), sizeof(options)), (options).member = (value), OUT_OF_RANGE(call))

/// Options that are a time: those of a relay, the only ones with many.
static const size_t times[] = {
    offsetof(uvnostr_relay_options, initial_delay_ms), offsetof(uvnostr_relay_options, max_delay_ms),
    offsetof(uvnostr_relay_options, stable_after_ms),  offsetof(uvnostr_relay_options, connect_timeout_ms),
    offsetof(uvnostr_relay_options, ping_interval_ms), offsetof(uvnostr_relay_options, pong_timeout_ms),
    offsetof(uvnostr_relay_options, close_timeout_ms), offsetof(uvnostr_relay_options, offence_pause_ms),
};

void RefusesTimesOutOfRange(void) {
  static const int64_t bad[] = {INT64_MIN, INT64_MIN / 1000, -1, INT64_MAX / 1000, INT64_MAX};
  scene at = scene_open(1);
  uvnostr_relay_options options;
  uvnostr_subscribe_options subscribe;
  uvnostr_fetch_options fetch;
  uvnostr_publish_options publish;
  uvnostr_secret_key* key = NULL;
  uvnostr_signer* signer = NULL;
  uvnostr_event* event = NULL;
  uvnostr_pubkey user;
  uvnostr_draft draft;
  size_t i, k;
#define SUBSCRIBE uvnostr_pool_subscribe(at.pool, NULL, &at.filter, 1, NULL, &subscribe, NULL)
#define PUBLISH uvnostr_pool_publish(at.pool, event, NULL, &publish, NULL)
  uvnostr_draft_init(&draft, sizeof draft);
  CHECK_CODE(uvnostr_secret_key_generate(&key), UVNOSTR_OK);
  CHECK_CODE(uvnostr_secret_key_get_pubkey(key, &user), UVNOSTR_OK);
  CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &event, NULL), UVNOSTR_OK);
  for (i = 0; i < sizeof bad / sizeof *bad; ++i) {
    for (k = 0; k < sizeof times / sizeof *times; ++k) {
      uvnostr_relay_options_init(&options, sizeof options);
      memcpy((char*)&options + times[k], &bad[i], sizeof bad[i]);
      OUT_OF_RANGE(uvnostr_pool_add_relay(at.pool, NULL, "wss://x.example", &options, NULL));
    }
    REFUSES(subscribe_options, subscribe, eose_timeout_ms, bad[i], SUBSCRIBE);
    REFUSES(subscribe_options, subscribe, resume_overlap_s, bad[i], SUBSCRIBE);
    REFUSES(fetch_options, fetch, idle_timeout_ms, bad[i],
            uvnostr_pool_fetch(at.pool, NULL, &at.filter, 1, NULL, &fetch, NULL));
    REFUSES(publish_options, publish, send_timeout_ms, bad[i], PUBLISH);
    REFUSES(publish_options, publish, ok_timeout_ms, bad[i], PUBLISH);
    REFUSES(publish_options, publish, retry_timeout_ms, bad[i], PUBLISH);
    // Whoever takes the signer checks its timeout.
    CHECK_CODE(uvnostr_signer_create(&signer, &user, bad[i], (uvnostr_ask_callback)abort, NULL), UVNOSTR_OK);
    OUT_OF_RANGE(uvnostr_pool_publish_draft(at.pool, &draft, signer, NULL, NULL, NULL));
    uvnostr_relay_options_init(&options, sizeof options);
    options.auth_users = &signer;
    options.auth_user_count = 1;
    OUT_OF_RANGE(uvnostr_pool_add_relay(at.pool, NULL, "wss://x.example", &options, NULL));
    uvnostr_signer_free(signer);
  }
  uvnostr_event_free(event);
  uvnostr_secret_key_free(key);
  scene_close(&at);
}

void RefusesNumbersOutOfRange(void) {
  static const double bad_factors[] = {-1.0, 1001.0, HUGE_VAL, -HUGE_VAL, NAN};
  static const int bad_kinds[] = {INT_MIN, -1, 65536, INT_MAX};
  scene at = scene_open(1);
  uvnostr_relay_options options;
  uvnostr_seen_lru* cache = NULL;
  uvnostr_secret_key* key = NULL;
  uvnostr_event* event = NULL;
  uvnostr_draft draft;
  size_t i;
#define ADD uvnostr_pool_add_relay(at.pool, NULL, "wss://x.example", &options, NULL)
  for (i = 0; i < sizeof bad_factors / sizeof *bad_factors; ++i) {
    REFUSES(relay_options, options, multiplier, bad_factors[i], ADD);
    REFUSES(relay_options, options, jitter, bad_factors[i], ADD);
  }
  REFUSES(relay_options, options, max_message_bytes, (size_t)-1, ADD);
  REFUSES(relay_options, options, max_redirects, UINT_MAX, ADD);
  OUT_OF_RANGE(uvnostr_seen_lru_create(&cache, (size_t)-1, NULL));
  CHECK_CODE(uvnostr_secret_key_generate(&key), UVNOSTR_OK);
  for (i = 0; i < sizeof bad_kinds / sizeof *bad_kinds; ++i) {
    uvnostr_draft_init(&draft, sizeof draft);
    draft.kind = bad_kinds[i];
    INVALID(uvnostr_secret_key_sign(key, &draft, &event, NULL));
  }
  CHECK(cache == NULL && event == NULL);
  uvnostr_secret_key_free(key);
  scene_close(&at);
}

static void take_name(void* data, int status, const uvnostr_information* information) {
  counts* const seen = data;
  CHECK_CODE(status, UVNOSTR_OK);
  snprintf(seen->last, sizeof seen->last, "%.*s", UVNOSTR_ARG(information->name));
  ++seen->done;
}

void TakesAnyAge(void) {
  scene at = scene_open(1);
  counts seen = {0};
  uvnostr_relay_id relay = 0;
  uvnostr_pool_get_relays(at.pool, &relay, 1);
  world_set_information(at.world, 0, "{\"name\":\"first\"}");
  CHECK_CODE(uvnostr_pool_get_information(at.pool, relay, INT64_MAX, take_name, &seen), UVNOSTR_OK);
  world_run_until(at.world, &seen.done, 1);
  world_set_information(at.world, 0, "{\"name\":\"second\"}");
  world_advance(at.world, 10000);
  CHECK_CODE(uvnostr_pool_get_information(at.pool, relay, INT64_MAX, take_name, &seen), UVNOSTR_OK);
  world_run_until(at.world, &seen.done, 2);
  CHECK_TEXT(seen.last, "first");
  CHECK_CODE(uvnostr_pool_get_information(at.pool, relay, INT64_MIN, take_name, &seen), UVNOSTR_OK);
  world_run_until(at.world, &seen.done, 3);
  CHECK_TEXT(seen.last, "second");
  scene_close(&at);
}

void WorksAtTheEndsOfRanges(void) {
  test_world* world = world_create(1);
  counts seen = {0};
  uvnostr_subscription_callbacks callbacks = counting(&seen);
  uvnostr_pool_options pool_options;
  uvnostr_relay_options options;
  uvnostr_subscribe_options subscribe;
  uvnostr_pool* pool = NULL;
  uvnostr_subscription* subscription = NULL;
  uvnostr_filter* filter = notes();
  uvnostr_relay_options_init(&options, sizeof options);
  options.max_publish_bytes = options.max_unverified_bytes = options.max_offences = (size_t)-1;
  options.max_retries = UINT_MAX;
  uvnostr_pool_options_init(&pool_options, sizeof pool_options);
  pool_options.relay_defaults = &options;
  pool_options.max_dials = (size_t)-1;
  uvnostr_subscribe_options_init(&subscribe, sizeof subscribe);
  subscribe.max_unacknowledged = UINT64_MAX;
  CHECK_CODE(uvnostr_pool_create(&pool, world_loop(world), &pool_options, NULL, NULL), UVNOSTR_OK);
  CHECK_CODE(uvnostr_pool_add_relay(pool, NULL, world_url(world, 0), NULL, NULL), UVNOSTR_OK);
  uvnostr_filter_set_since(filter, INT64_MIN);
  uvnostr_filter_set_until(filter, INT64_MAX);
  uvnostr_filter_set_limit(filter, UINT32_MAX);
  CHECK_CODE(uvnostr_pool_subscribe(pool, &subscription, &filter, 1, &callbacks, &subscribe, NULL), UVNOSTR_OK);
  world_run_until(world, &seen.all_eoses, 1);
  CHECK(seen.events == 3 && seen.answers.answered == 1);
  uvnostr_subscription_acknowledge(subscription, UINT64_MAX);  // all that there are
  world_drop_connections(world, 0);
  world_run_until(world, &seen.caught_up, 2);
  world_add_note(world, 0, "live");
  world_run_until(world, &seen.events, 4);
  CHECK(uvnostr_subscription_delivered(subscription) == 4);
  CHECK(uvnostr_subscription_ask_again(subscription, UINT32_MAX) == 0);
  CHECK(uvnostr_pool_get_url(pool, UINT32_MAX).size == 0);

  uvnostr_filter_set_since(filter, INT64_MAX);  // the end of time
  CHECK_CODE(uvnostr_pool_subscribe(pool, NULL, &filter, 1, &callbacks, &subscribe, NULL), UVNOSTR_OK);
  world_run_until(world, &seen.all_eoses, 2);
  CHECK(seen.events == 4);
  uvnostr_filter_set_until(filter, INT64_MIN);
  CHECK_CODE(uvnostr_pool_subscribe(pool, NULL, &filter, 1, NULL, NULL, NULL), UVNOSTR_E_FILTER_TIME_RANGE);
  uvnostr_subscription_destroy(subscription);
  uvnostr_pool_destroy(pool);
  uvnostr_filter_free(filter);
  world_destroy(world);
}

void SignsAnyDate(void) {
  static const int64_t dates[] = {0, 253402300799, INT64_MIN, -1};  // the second is the end of the year 9999
  uvnostr_secret_key* key = NULL;
  uvnostr_event* never = NULL;
  uvnostr_draft late;
  size_t i;
  CHECK_CODE(uvnostr_secret_key_generate(&key), UVNOSTR_OK);
  uvnostr_draft_init(&late, sizeof late);
  late.created_at = INT64_MAX;
  CHECK_CODE(uvnostr_secret_key_sign(key, &late, &never, NULL), UVNOSTR_E_EVENT_FIELD);
  for (i = 0; i < sizeof dates / sizeof *dates; ++i) {
    uvnostr_event *event = NULL, *read = NULL;
    uvnostr_draft draft;
    uvnostr_draft_init(&draft, sizeof draft);
    draft.created_at = dates[i];
    CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &event, NULL), UVNOSTR_OK);
    CHECK_CODE(uvnostr_event_verify(event), UVNOSTR_OK);
    if (dates[i] >= 0) CHECK(uvnostr_event_get_created_at(event) == dates[i]);
    if (dates[i] < 0) CHECK(uvnostr_event_get_created_at(event) > 1700000000);
    CHECK_CODE(uvnostr_event_parse(&read, uvnostr_event_get_json(event), NULL), UVNOSTR_OK);
    CHECK(uvnostr_event_tag_item(event, (size_t)-1, (size_t)-1).size == 0);
    CHECK(uvnostr_event_tag_size(event, (size_t)-1) == 0);
    uvnostr_event_free(event);
    uvnostr_event_free(read);
  }
  uvnostr_secret_key_free(key);
}
