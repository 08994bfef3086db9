// SPDX-License-Identifier: MIT
// What pools and relays refuse: NULL, options out of range, structs of another size.
#include <uv.h>

#include "c_api/check.h"
#include "c_api/counting.h"
#include "c_api/tests.h"

#define INVALID(call) CHECK_CODE(call, UVNOSTR_E_INVALID_ARGUMENT)

void RefusesNullInPools(void) {
  test_world* world = world_create(1);
  uvnostr_pool *pool = pool_of(world, 1, NULL), *none = NULL;
  uvnostr_filter *filter = notes(), *no_filter = NULL;
  uvnostr_relay_id relay;
  uvnostr_error error;
  INVALID(uvnostr_pool_create(NULL, world_loop(world), NULL, NULL, &error));
  CHECK_TEXT(error.message, "uvnostr_pool_create: pool is NULL.");
  INVALID(uvnostr_pool_create(&none, NULL, NULL, NULL, &error));
  INVALID(uvnostr_pool_add_relay(NULL, NULL, "wss://x.example", NULL, &error));
  INVALID(uvnostr_pool_add_relay(pool, NULL, NULL, NULL, &error));
  INVALID(uvnostr_pool_remove_relay(NULL, 1));
  INVALID(uvnostr_pool_reconnect(NULL, 0));
  INVALID(uvnostr_pool_find(NULL, "wss://x.example", &relay, &error));
  INVALID(uvnostr_pool_find(pool, NULL, &relay, &error));
  INVALID(uvnostr_pool_subscribe(NULL, NULL, &filter, 1, NULL, NULL, &error));
  INVALID(uvnostr_pool_subscribe(pool, NULL, NULL, 1, NULL, NULL, &error));
  INVALID(uvnostr_pool_subscribe(pool, NULL, &no_filter, 1, NULL, NULL, &error));
  CHECK_TEXT(error.message, "uvnostr_pool_subscribe: a filter is NULL.");
  CHECK_CODE(uvnostr_pool_subscribe(pool, NULL, NULL, 0, NULL, NULL, &error), UVNOSTR_E_FILTER_COUNT);
  INVALID(uvnostr_pool_fetch(NULL, NULL, &filter, 1, NULL, NULL, &error));
  INVALID(uvnostr_pool_fetch(pool, NULL, NULL, 1, NULL, NULL, &error));
  INVALID(uvnostr_pool_publish(NULL, NULL, NULL, NULL, &error));
  INVALID(uvnostr_pool_publish(pool, NULL, NULL, NULL, &error));
  INVALID(uvnostr_pool_publish_draft(NULL, NULL, NULL, NULL, NULL, &error));
  INVALID(uvnostr_pool_publish_draft(pool, NULL, NULL, NULL, NULL, &error));
  INVALID(uvnostr_pool_get_information(NULL, 1, 0, NULL, NULL));
  CHECK(uvnostr_pool_get_relays(NULL, NULL, 0) == 0 && uvnostr_pool_get_url(NULL, 1).size == 0);
  CHECK(uvnostr_pool_seen_on(NULL, NULL, NULL, 0) == 0 && uvnostr_pool_get_stats(NULL) == NULL);
  CHECK(uvnostr_pool_get_loop(NULL) == NULL && none == NULL);
  uvnostr_pool_close(NULL);
  uvnostr_pool_destroy(NULL);
  uvnostr_pool_stats_free(NULL);
  uvnostr_pool_destroy(pool);
  uvnostr_filter_free(filter);
  world_destroy(world);
}

void RefusesNullInTheRest(void) {
  uvnostr_answer_counts answers;
  uvnostr_relay* none = NULL;
  uvnostr_signer* signer = NULL;
  uvnostr_pubkey user;
  uvnostr_error error;
  uvnostr_event_id id;
  memset(&id, 0, sizeof id);
  memset(&user, 0, sizeof user);
  INVALID(uvnostr_relay_create(NULL, NULL, NULL, NULL, NULL, &error));
  INVALID(uvnostr_relay_create(&none, NULL, "wss://x.example", NULL, NULL, &error));
  INVALID(uvnostr_relay_reconnect(NULL));
  INVALID(uvnostr_relay_subscribe(NULL, NULL, NULL, 0, NULL, NULL, &error));
  INVALID(uvnostr_relay_fetch(NULL, NULL, NULL, 0, NULL, NULL, &error));
  INVALID(uvnostr_relay_publish(NULL, NULL, NULL, NULL, &error));
  INVALID(uvnostr_relay_publish_draft(NULL, NULL, NULL, NULL, NULL, &error));
  INVALID(uvnostr_relay_get_information(NULL, 0, NULL, NULL));
  CHECK(uvnostr_relay_get_url(NULL).size == 0 && uvnostr_relay_get_stats(NULL) == NULL);
  CHECK(uvnostr_relay_get_loop(NULL) == NULL && none == NULL);
  uvnostr_relay_close(NULL);
  uvnostr_relay_destroy(NULL);
  uvnostr_relay_stats_free(NULL);

  INVALID(uvnostr_subscription_get_answers(NULL, &answers, sizeof answers));
  CHECK(uvnostr_subscription_is_open(NULL) == 0 && uvnostr_subscription_get_id(NULL) == 0);
  CHECK(uvnostr_subscription_delivered(NULL) == 0 && uvnostr_subscription_is_paused(NULL) == 0);
  CHECK(uvnostr_subscription_cursor(NULL, NULL, 0) == 0 && uvnostr_subscription_ask_again(NULL, 1) == 0);
  uvnostr_subscription_acknowledge(NULL, 1);
  uvnostr_subscription_pause(NULL);
  uvnostr_subscription_resume(NULL);
  uvnostr_subscription_close(NULL);
  uvnostr_subscription_detach(NULL);
  uvnostr_subscription_destroy(NULL);

  INVALID(uvnostr_signer_from_key(&signer, NULL));
  INVALID(uvnostr_signer_create(&signer, &user, 1000, NULL, NULL));
  uvnostr_signer_free(NULL);
  INVALID(uvnostr_seen_lru_create(NULL, 1, &error));
  CHECK(uvnostr_seen_lru_insert(NULL, &id) == 0 && uvnostr_seen_lru_contains(NULL, &id) == 0);
  CHECK(uvnostr_seen_lru_erase(NULL, &id) == 0 && uvnostr_seen_lru_size(NULL) == 0);
  uvnostr_seen_lru_clear(NULL);
  uvnostr_seen_lru_free(NULL);
}

void RefusesBadOptions(void) {
  test_world* world = world_create(1);
  uvnostr_pool* pool = NULL;
  uvnostr_pool_options options;
  uvnostr_relay_options relay_options;
  uvnostr_pool_callbacks callbacks;
  uvnostr_error error;
  const char* bad_url = "http://x.example";

#define CREATE uvnostr_pool_create(&pool, world_loop(world), &options, &callbacks, &error)
  memset(&callbacks, 0, sizeof callbacks);
  callbacks.size = sizeof callbacks;
  uvnostr_pool_options_init(&options, sizeof options);
  CHECK(options.seen_entries == 10000 && options.keep_loop_alive == 1 && options.max_dials == 32);
  options.verification = 3;
  INVALID(CREATE);
  CHECK_TEXT(error.message, "uvnostr_pool_options.verification is 3, which is no enumerator.");
  options.verification = UVNOSTR_VERIFY_OFF;
  options.relay_count = 1;
  INVALID(CREATE);
  CHECK_TEXT(error.message, "uvnostr_pool_options: relays is NULL.");
  options.relays = &bad_url;
  CHECK_CODE(CREATE, UVNOSTR_E_URL_SCHEME);
  CHECK(strncmp(error.message, "relays[0] (http://x.example)", 27) == 0);
  options.relay_count = 0;
  options.seen_entries = 0;
  CHECK_CODE(CREATE, UVNOSTR_E_OPTION_RANGE);
  options.seen_entries = 10;

  uvnostr_relay_options_init(&relay_options, sizeof relay_options);
  CHECK(relay_options.ping_interval_ms == 30000 && relay_options.reconnect == 1 && relay_options.jitter == 0.2);
  CHECK_TEXT(relay_options.user_agent, "uvnostr");
  options.relay_defaults = &relay_options;
  relay_options.ping_interval_ms = -5;
  CHECK_CODE(CREATE, UVNOSTR_E_OPTION_RANGE);
  CHECK(strstr(error.message, "ping_interval is -5 ms") != NULL);
  relay_options.ping_interval_ms = 30000;
  relay_options.resolver = -1;
  INVALID(CREATE);
  relay_options.resolver = UVNOSTR_RESOLVER_GETADDRINFO;
  relay_options.header_count = 1;
  INVALID(CREATE);
  relay_options.header_count = 0;
  relay_options.auth_user_count = 1;
  INVALID(CREATE);
  CHECK_TEXT(error.message, "uvnostr_relay_options: auth_users is NULL.");
  relay_options.auth_user_count = 0;
  relay_options.size = 3;
  INVALID(CREATE);
  CHECK(strstr(error.message, "uvnostr_relay_options has size 3") != NULL);
  relay_options.size = sizeof relay_options;
  callbacks.size = 0;
  INVALID(CREATE);
  CHECK(strstr(error.message, "uvnostr_pool_callbacks has size 0") != NULL);
  CHECK(pool == NULL);
  callbacks.size = sizeof callbacks;
  CHECK_CODE(CREATE, UVNOSTR_OK);
  uvnostr_pool_destroy(pool);
  world_destroy(world);
}

void RefusesBadProxiesAndCaFiles(void) {
  uvnostr_pool* pool = NULL;
  uvnostr_pool_options options;
  uvnostr_relay_options relay_options;
  uvnostr_error error;
  uv_loop_t loop;  // a real one, because simulated relays have neither
  CHECK(uv_loop_init(&loop) == 0);
  uvnostr_pool_options_init(&options, sizeof options);
  uvnostr_relay_options_init(&relay_options, sizeof relay_options);
  options.relay_defaults = &relay_options;
  relay_options.proxy = "gopher://x";
  CHECK_CODE(uvnostr_pool_create(&pool, &loop, &options, NULL, &error), UVNOSTR_E_OPTION_RANGE);
  CHECK(strstr(error.message, "proxy") != NULL);
  relay_options.proxy = NULL;
  relay_options.ca_file = "/no/such/file";
  CHECK_CODE(uvnostr_pool_create(&pool, &loop, &options, NULL, &error), UVNOSTR_E_OPTION_CERTIFICATE);
  relay_options.ca_file = NULL;
  CHECK_CODE(uvnostr_pool_create(&pool, &loop, &options, NULL, &error), UVNOSTR_OK);
  uvnostr_pool_destroy(pool);
  CHECK(uv_run(&loop, UV_RUN_DEFAULT) == 0 && uv_loop_close(&loop) == 0);
}

void ReadsEachOption(void) {
  static const uvnostr_http_header headers[] = {{"X-Test", "1"}};
  static const char* const servers[] = {"192.0.2.1"};
  test_world* world = world_create(1);
  counts seen = {0};
  const uvnostr_pool_callbacks callbacks = {.size = sizeof callbacks, .data = &seen, .on_relay_state = count_state};
  uvnostr_pool* pool = pool_of(world, 0, &callbacks);
  uvnostr_relay_options options;
  uvnostr_relay_options_init(&options, sizeof options);
  options.headers = headers;
  options.header_count = 1;
  options.name_servers = servers;
  options.name_server_count = 1;
  options.user_agent = NULL;
  options.max_redirects = 2;
  options.proxy = "socks5://127.0.0.1:9050";
  CHECK_CODE(uvnostr_pool_add_relay(pool, NULL, "wss://proxied.example", &options, NULL), UVNOSTR_OK);
  options.proxy = NULL;
  CHECK_CODE(uvnostr_pool_add_relay(pool, NULL, world_url(world, 0), &options, NULL), UVNOSTR_OK);
  world_run_until(world, &seen.connected, 1);
  uvnostr_pool_destroy(pool);
  world_destroy(world);
}

/// uvnostr_subscription_callbacks as they might have been with one callback.
typedef struct older_callbacks {
  size_t size;
  void* data;
  void (*on_event)(void* data, uvnostr_relay_id relay, const uvnostr_event* event);
} older_callbacks;

void TakesCallbacksOfOlderPrograms(void) {
  scene at = scene_open(1);
  counts seen = {0};
  const older_callbacks callbacks = {sizeof callbacks, &seen, count_event};
  CHECK_CODE(uvnostr_pool_subscribe(at.pool, NULL, &at.filter, 1,
                                    (const uvnostr_subscription_callbacks*)(const void*)&callbacks, NULL, NULL),
             UVNOSTR_OK);
  world_run_until(at.world, &seen.events, 3);
  scene_close(&at);
}
