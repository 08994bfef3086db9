// SPDX-License-Identifier: MIT
// Pools and their relays: delivery, destruction in callbacks, what is known.
#include "c_api/check.h"
#include "c_api/counting.h"
#include "c_api/tests.h"

void DeliversEachEventOnce(void) {
  test_world* world = world_create(2);
  counts seen = {0}, all = {0};
  const uvnostr_pool_callbacks pool_callbacks = counting_pool(&all);
  const uvnostr_subscription_callbacks callbacks = counting(&seen);
  uvnostr_pool* pool = pool_of(world, 2, &pool_callbacks);
  uvnostr_filter* filter = notes();
  uvnostr_subscription* subscription = NULL;
  uvnostr_answer_counts answers;
  const uvnostr_pool_stats* stats;

  CHECK(uvnostr_pool_get_loop(pool) == world_loop(world));
  CHECK_CODE(uvnostr_pool_subscribe(pool, &subscription, &filter, 1, &callbacks, NULL, NULL), UVNOSTR_OK);
  CHECK(uvnostr_subscription_is_open(subscription) && uvnostr_subscription_get_id(subscription) != 0);
  uvnostr_filter_free(filter);
  world_run_until(world, &seen.all_eoses, 1);
  CHECK(seen.events == 4 && all.events == 4 && seen.eoses == 2 && all.eoses == 2 && seen.caught_up == 2);
  CHECK(seen.answers.asked == 2 && seen.answers.answered == 2 && seen.answers.refused == 0);
  CHECK_CODE(uvnostr_subscription_get_answers(subscription, &answers, sizeof answers), UVNOSTR_OK);
  CHECK(memcmp(&answers, &seen.answers, sizeof answers) == 0);

  world_add_note(world, 1, "live");
  world_run_until(world, &seen.events, 5);
  CHECK_TEXT(seen.last, "live");
  CHECK(uvnostr_subscription_delivered(subscription) == 5);
  world_notice(world, 0, "hear me");
  world_run_until(world, &all.notices, 1);

  stats = uvnostr_pool_get_stats(pool);
  CHECK(stats->relay_count == 2 && stats->messages->delivered == 5 && stats->messages->duplicate >= 2);
  CHECK(stats->relays[1]->connects == 1 && is_text(stats->relays[0]->url, world_url(world, 0)));
  CHECK(stats->relays[0]->messages->notice == 1 && stats->relays[0]->state == UVNOSTR_CONNECTED);
  CHECK(stats->verified > 0 && stats->seen_entries > 0 && stats->relays[0]->connect_time_us >= 0);
  CHECK(stats->relays[0]->ping_time_us == -1 && stats->relays[0]->most_reqs == -1);
  uvnostr_pool_stats_free(stats);

  uvnostr_subscription_close(subscription);
  world_run_until(world, &seen.closes, 1);
  CHECK_TEXT(seen.last, "requested");
  CHECK(!uvnostr_subscription_is_open(subscription));
  uvnostr_pool_close(pool);
  uvnostr_pool_close(pool);
  world_run_until(world, &all.pool_closes, 1);
  uvnostr_pool_destroy(pool);
  uvnostr_subscription_destroy(subscription);  // outlives its pool
  CHECK(all.pool_closes == 1 && seen.closes == 1);
  world_destroy(world);
}

void ManagesRelays(void) {
  test_world* world = world_create(3);
  counts all = {0};
  const uvnostr_pool_callbacks callbacks = counting_pool(&all);
  uvnostr_pool* pool = pool_of(world, 2, &callbacks);
  uvnostr_relay_id third = 0, found = 0, ids[2] = {0, 0};
  uvnostr_error error;
  CHECK_CODE(uvnostr_pool_add_relay(pool, &third, world_url(world, 2), NULL, &error), UVNOSTR_OK);
  CHECK_CODE(uvnostr_pool_add_relay(pool, &found, "WSS://relay2.example/", NULL, &error), UVNOSTR_E_DUPLICATE_RELAY);
  CHECK(found == 0 && strstr(error.message, "relay2.example") != NULL);
  CHECK(uvnostr_pool_get_relays(pool, ids, 2) == 3 && ids[0] != 0 && ids[1] != ids[0] && ids[1] != third);
  CHECK(is_text(uvnostr_pool_get_url(pool, third), "wss://relay2.example"));
  CHECK(uvnostr_pool_get_url(pool, 99).size == 0);
  CHECK_CODE(uvnostr_pool_find(pool, "wss://relay1.example:443", &found, &error), UVNOSTR_OK);
  CHECK(found == ids[1]);
  CHECK_CODE(uvnostr_pool_find(pool, "wss://elsewhere.example", &found, &error), UVNOSTR_E_UNKNOWN_RELAY);
  world_run_until(world, &all.connected, 3);

  world_drop_connections(world, 0);
  world_advance(world, 100);
  CHECK_CODE(uvnostr_pool_reconnect(pool, ids[0]), UVNOSTR_OK);
  world_run_until(world, &all.connected, 4);
  CHECK_CODE(uvnostr_pool_reconnect(pool, 0), UVNOSTR_OK);
  CHECK_CODE(uvnostr_pool_reconnect(pool, 99), UVNOSTR_E_UNKNOWN_RELAY);
  CHECK_CODE(uvnostr_pool_remove_relay(pool, third), UVNOSTR_OK);
  CHECK_CODE(uvnostr_pool_remove_relay(pool, third), UVNOSTR_E_UNKNOWN_RELAY);
  CHECK(uvnostr_pool_get_relays(pool, NULL, 0) == 2);

  uvnostr_pool_close(pool);
  CHECK_CODE(uvnostr_pool_add_relay(pool, NULL, "wss://late.example", NULL, &error), UVNOSTR_E_CLOSED);
  uvnostr_pool_destroy(pool);  // before on_close: silence
  world_advance(world, 10000);
  CHECK(all.pool_closes == 0);
  world_destroy(world);
}

static void destroy_subscription(void* data, uvnostr_relay_id relay, const uvnostr_event* event) {
  counts* const seen = data;
  (void)relay;
  ++seen->events;
  uvnostr_subscription_destroy(seen->subscription);
  CHECK(uvnostr_event_get_content(event).size > 0);  // still valid
}
static void destroy_pool(void* data, uvnostr_relay_id relay, const uvnostr_event* event) {
  counts* const seen = data;
  (void)relay;
  ++seen->events;
  uvnostr_subscription_destroy(seen->subscription);
  uvnostr_pool_destroy(seen->pool);
  CHECK(uvnostr_event_get_content(event).size > 0);
}
static void destroy_pool_at_its_end(void* data) {
  ++((counts*)data)->pool_closes;
  uvnostr_pool_destroy(((counts*)data)->pool);
}

void AllowsDestructionInCallbacks(void) {
  test_world* world = world_create(2);
  uvnostr_filter* filter = notes();
  counts seen = {0}, closed = {0};
  uvnostr_subscription_callbacks callbacks = counting(&seen);
  uvnostr_pool_callbacks pool_callbacks = counting_pool(&closed);
  uvnostr_pool* kept = pool_of(world, 2, NULL);

  callbacks.on_event = destroy_subscription;
  CHECK_CODE(uvnostr_pool_subscribe(kept, &seen.subscription, &filter, 1, &callbacks, NULL, NULL), UVNOSTR_OK);
  world_run_until(world, &seen.events, 1);
  world_advance(world, 60000);
  CHECK(seen.events == 1 && seen.closes == 0 && seen.all_eoses == 0);

  callbacks.on_event = destroy_pool;
  seen.pool = kept;
  CHECK_CODE(uvnostr_pool_subscribe(kept, &seen.subscription, &filter, 1, &callbacks, NULL, NULL), UVNOSTR_OK);
  world_run_until(world, &seen.events, 2);
  world_advance(world, 60000);
  CHECK(seen.events == 2 && seen.closes == 0 && seen.all_eoses == 0);

  pool_callbacks.on_close = destroy_pool_at_its_end;
  closed.pool = pool_of(world, 1, &pool_callbacks);
  world_run_until(world, &closed.connected, 1);
  uvnostr_pool_close(closed.pool);
  world_run_until(world, &closed.pool_closes, 1);
  uvnostr_filter_free(filter);
  world_destroy(world);
}

static int know_the_first(void* data, const uvnostr_event_id* id) {
  counts* const seen = data;
  CHECK(id != NULL);
  return ++seen->done == 1;
}

void AsksWhatIsKnown(void) {
  test_world* world = world_create(1);
  counts seen = {0}, asked = {0};
  const uvnostr_subscription_callbacks callbacks = counting(&seen);
  uvnostr_pool_callbacks pool_callbacks = counting_pool(&asked);
  uvnostr_filter* filter = notes();
  uvnostr_pool* pool;
  pool_callbacks.known = know_the_first;
  pool = pool_of(world, 1, &pool_callbacks);
  CHECK_CODE(uvnostr_pool_subscribe(pool, NULL, &filter, 1, &callbacks, NULL, NULL), UVNOSTR_OK);
  world_run_until(world, &seen.all_eoses, 1);
  CHECK(asked.done == 3 && seen.events == 2);
  uvnostr_pool_destroy(pool);
  uvnostr_filter_free(filter);
  world_destroy(world);
}

void FindsWhoHasAnEvent(void) {
  scene at = scene_open(2);
  counts seen = {0};
  const uvnostr_subscription_callbacks callbacks = counting(&seen);
  uvnostr_event_id nothing;
  uvnostr_relay_id relays[4] = {0, 0, 0, 0};
  memset(&nothing, 0, sizeof nothing);
  CHECK_CODE(uvnostr_pool_subscribe(at.pool, NULL, &at.filter, 1, &callbacks, NULL, NULL), UVNOSTR_OK);
  world_run_until(at.world, &seen.all_eoses, 1);
  CHECK(uvnostr_pool_seen_on(at.pool, &seen.every_1, relays, 4) == 2 && relays[0] != 0 && relays[1] != relays[0]);
  CHECK(uvnostr_pool_seen_on(at.pool, &seen.every_1, relays, 1) == 2 && relays[2] == 0);
  CHECK(uvnostr_pool_seen_on(at.pool, &nothing, relays, 4) == 0);
  scene_close(&at);
}
