// SPDX-License-Identifier: MIT
// A single relay, without a pool around it; and the cache of ids.
#include "c_api/check.h"
#include "c_api/counting.h"
#include "c_api/tests.h"

static void count_relay_event(void* data, const uvnostr_event* event) {
  CHECK(event != NULL);
  ++((counts*)data)->events;
}
static void count_relay_eose(void* data, uvnostr_subscription_id subscription) {
  CHECK(subscription != 0);
  ++((counts*)data)->eoses;
}
static void count_relay_notice(void* data, uvnostr_string text) {
  CHECK(is_text(text, "hear me"));
  ++((counts*)data)->notices;
}
static int know_nothing(void* data, const uvnostr_event_id* id) {
  CHECK(data != NULL && id != NULL);
  return 0;
}
static void count_relay_auth(void* data, const uvnostr_auth_status* status) { CHECK(data != NULL && status != NULL); }
static void count_relay_close(void* data, int cause) {
  CHECK(cause == 0);
  ++((counts*)data)->closes;
}
static void count_fetched(void* data, const uvnostr_fetch_result* result) {
  CHECK(result->events == 3 && result->is_answered);
  ++((counts*)data)->done;
}
static void count_published(void* data, size_t accepted, size_t asked) {
  CHECK(accepted == 1 && asked == 1);
  ++((counts*)data)->done;
}
static void count_information(void* data, int status, const uvnostr_information* information) {
  CHECK(status == UVNOSTR_E_HTTP_STATUS && information == NULL);
  ++((counts*)data)->done;
}

void ConnectsToASingleRelay(void) {
  test_world* world = world_create(1);
  counts seen = {0}, events = {0};
  const uvnostr_relay_callbacks callbacks = {.size = sizeof callbacks,
                                             .data = &seen,
                                             .known = know_nothing,
                                             .on_event = count_relay_event,
                                             .on_eose = count_relay_eose,
                                             .on_notice = count_relay_notice,
                                             .on_auth = count_relay_auth,
                                             .on_relay_state = count_state,
                                             .on_close = count_relay_close};
  const uvnostr_subscription_callbacks subscription_callbacks = counting(&events);
  const uvnostr_fetch_callbacks fetch_callbacks = {sizeof(uvnostr_fetch_callbacks), &events, NULL, count_fetched};
  const uvnostr_publish_callbacks publish_callbacks = {sizeof(uvnostr_publish_callbacks), &events, NULL, NULL,
                                                       count_published};
  const uvnostr_relay_stats* stats;
  const uvnostr_relay_id some = 1;
  uvnostr_subscribe_options options;
  uvnostr_relay* relay = NULL;
  uvnostr_subscription* subscription = NULL;
  uvnostr_filter* filter = notes();
  uvnostr_secret_key* key = NULL;
  uvnostr_signer* signer = NULL;
  uvnostr_event* note = NULL;
  uvnostr_draft draft;

  CHECK_CODE(uvnostr_relay_create(&relay, world_loop(world), world_url(world, 0), NULL, &callbacks, NULL), UVNOSTR_OK);
  CHECK(uvnostr_relay_get_loop(relay) == world_loop(world));
  CHECK(is_text(uvnostr_relay_get_url(relay), "wss://relay0.example"));
  CHECK_CODE(uvnostr_relay_subscribe(relay, &subscription, &filter, 1, &subscription_callbacks, NULL, NULL),
             UVNOSTR_OK);
  uvnostr_subscribe_options_init(&options, sizeof options);
  options.relays = &some;
  options.relay_count = 1;
  CHECK_CODE(uvnostr_relay_subscribe(relay, NULL, &filter, 1, NULL, &options, NULL), UVNOSTR_E_UNKNOWN_RELAY);
  world_run_until(world, &events.all_eoses, 1);
  CHECK(events.events == 3 && seen.events == 3 && seen.eoses == 1 && seen.connected == 1);
  CHECK_CODE(uvnostr_relay_fetch(relay, NULL, &filter, 1, &fetch_callbacks, NULL, NULL), UVNOSTR_OK);
  world_run_until(world, &events.done, 1);

  CHECK_CODE(uvnostr_secret_key_generate(&key), UVNOSTR_OK);
  CHECK_CODE(uvnostr_signer_from_key(&signer, key), UVNOSTR_OK);
  uvnostr_draft_init(&draft, sizeof draft);
  CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &note, NULL), UVNOSTR_OK);
  CHECK_CODE(uvnostr_relay_publish(relay, note, &publish_callbacks, NULL, NULL), UVNOSTR_OK);
  draft.kind = 20001;
  CHECK_CODE(uvnostr_relay_publish_draft(relay, &draft, signer, &publish_callbacks, NULL, NULL), UVNOSTR_OK);
  world_run_until(world, &events.done, 3);
  CHECK_CODE(uvnostr_relay_get_information(relay, 0, count_information, &events), UVNOSTR_OK);
  world_run_until(world, &events.done, 4);
  world_notice(world, 0, "hear me");
  world_run_until(world, &seen.notices, 1);
  CHECK_CODE(uvnostr_relay_reconnect(relay), UVNOSTR_OK);

  stats = uvnostr_relay_get_stats(relay);
  CHECK(stats->connects == 1 && stats->messages->ok == 2 && is_text(stats->url, "wss://relay0.example"));
  uvnostr_relay_stats_free(stats);
  uvnostr_relay_close(relay);
  world_run_until(world, &seen.closes, 1);
  CHECK(events.closes == 1);
  CHECK_CODE(uvnostr_relay_reconnect(relay), UVNOSTR_E_CLOSED);
  uvnostr_relay_destroy(relay);
  uvnostr_subscription_destroy(subscription);
  uvnostr_filter_free(filter);
  uvnostr_event_free(note);
  uvnostr_signer_free(signer);
  uvnostr_secret_key_free(key);
  world_destroy(world);
}

static void note_why(void* data, int cause) { ((counts*)data)->closes = cause; }

void TellsWhyARelayWasGivenUp(void) {
  test_world* world = world_create(1);
  counts seen = {0};
  const uvnostr_relay_callbacks callbacks = {
      .size = sizeof callbacks, .data = &seen, .on_relay_state = count_state, .on_close = note_why};
  uvnostr_relay_options options;
  uvnostr_relay* relay = NULL;
  uvnostr_relay_options_init(&options, sizeof options);
  options.reconnect = 0;
  CHECK_CODE(uvnostr_relay_create(&relay, world_loop(world), "wss://nobody.example", &options, &callbacks, NULL),
             UVNOSTR_OK);
  world_advance(world, 60000);
  CHECK_CODE(seen.closes, UVNOSTR_E_HOST_NOT_FOUND);
  uvnostr_relay_destroy(relay);
  world_destroy(world);
}

void RemembersIds(void) {
  uvnostr_seen_lru* cache = NULL;
  uvnostr_event_id a, b;
  uvnostr_error error;
  memset(&a, 1, sizeof a);
  memset(&b, 2, sizeof b);
  CHECK_CODE(uvnostr_seen_lru_create(&cache, 0, &error), UVNOSTR_E_OPTION_RANGE);
  CHECK(cache == NULL && strlen(error.message) > 10);
  CHECK_CODE(uvnostr_seen_lru_create(&cache, 1, &error), UVNOSTR_OK);
  CHECK(uvnostr_seen_lru_insert(cache, &a) == 1 && uvnostr_seen_lru_insert(cache, &a) == 0);
  CHECK(uvnostr_seen_lru_insert(cache, &b) == 1 && uvnostr_seen_lru_contains(cache, &a) == 0);
  CHECK(uvnostr_seen_lru_contains(cache, &b) == 1 && uvnostr_seen_lru_size(cache) == 1);
  CHECK(uvnostr_seen_lru_erase(cache, &b) == 1 && uvnostr_seen_lru_erase(cache, &b) == 0);
  uvnostr_seen_lru_insert(cache, &a);
  uvnostr_seen_lru_clear(cache);
  CHECK(uvnostr_seen_lru_size(cache) == 0);
  uvnostr_seen_lru_free(cache);
}
