// SPDX-License-Identifier: MIT
// Cursors, back pressure, refusals, fetches.
#include "c_api/check.h"
#include "c_api/counting.h"
#include "c_api/tests.h"

static void store_cursor(void* data, const uvnostr_answer_counts* answers) {
  (void)answers;
  ++((counts*)data)->all_eoses;
}

void ContinuesFromACursor(void) {
  test_world* world = world_create(1);
  counts first = {0}, second = {0};
  uvnostr_subscription_callbacks callbacks = counting(&first);
  uvnostr_pool* pool = pool_of(world, 1, NULL);
  uvnostr_filter *filter = notes(), *other = uvnostr_filter_create();
  uvnostr_subscription* subscription = NULL;
  uvnostr_subscribe_options options;
  uvnostr_error error;
  char cursor[1024], small[10];
  size_t length;

  uvnostr_subscribe_options_init(&options, sizeof options);
  CHECK(options.eose_timeout_ms == 10000 && options.resume_overlap_s == 600);
  callbacks.on_all_eose = store_cursor;
  CHECK_CODE(uvnostr_pool_subscribe(pool, &subscription, &filter, 1, &callbacks, &options, NULL), UVNOSTR_OK);
  world_run_until(world, &first.all_eoses, 1);
  length = uvnostr_subscription_cursor(subscription, NULL, 0);
  CHECK(length > 10 && length < sizeof cursor);
  CHECK(uvnostr_subscription_cursor(subscription, small, sizeof small) == length && strlen(small) == 9);
  CHECK(uvnostr_subscription_cursor(subscription, cursor, sizeof cursor) == length && strlen(cursor) == length);
  uvnostr_subscription_destroy(subscription);
  uvnostr_pool_destroy(pool);

  // The next run of the program.
  pool = pool_of(world, 1, NULL);
  options.resume_from = cursor;
  options.resume_overlap_s = 0;
  options.close_on_eose = 1;
  options.leave_out_expired = 1;
  callbacks = counting(&second);
  CHECK_CODE(uvnostr_pool_subscribe(pool, NULL, &other, 1, &callbacks, &options, &error), UVNOSTR_E_CURSOR_FILTERS);
  CHECK_CODE(uvnostr_pool_subscribe(pool, NULL, &filter, 1, &callbacks, &options, &error), UVNOSTR_OK);
  world_run_until(world, &second.closes, 1);
  CHECK_TEXT(second.last, "all_eose");
  CHECK(first.events == 3 && second.events == 1);  // the newest again, because its second may have had more
  options.resume_from = small;
  CHECK_CODE(uvnostr_pool_subscribe(pool, NULL, &filter, 1, &callbacks, &options, &error), UVNOSTR_E_CURSOR_FORMAT);
  uvnostr_pool_destroy(pool);
  uvnostr_filter_free(filter);
  uvnostr_filter_free(other);
  world_destroy(world);
}

void HoldsRelaysBack(void) {
  scene at = scene_open(1);
  counts seen = {0};
  const uvnostr_subscription_callbacks callbacks = counting(&seen);
  uvnostr_subscription* subscription = NULL;
  uvnostr_subscribe_options options;

  uvnostr_subscribe_options_init(&options, sizeof options);
  options.max_unacknowledged = 2;
  CHECK_CODE(uvnostr_pool_subscribe(at.pool, &subscription, &at.filter, 1, &callbacks, &options, NULL), UVNOSTR_OK);
  world_advance(at.world, 5000);
  CHECK(seen.events == 2);
  uvnostr_subscription_pause(subscription);
  CHECK(uvnostr_subscription_is_paused(subscription));
  uvnostr_subscription_acknowledge(subscription, uvnostr_subscription_delivered(subscription));
  world_advance(at.world, 5000);
  CHECK(seen.events == 2);
  uvnostr_subscription_resume(subscription);
  CHECK(!uvnostr_subscription_is_paused(subscription));
  world_run_until(at.world, &seen.all_eoses, 1);
  CHECK(seen.events == 3);
  uvnostr_subscription_detach(subscription);
  world_add_note(at.world, 0, "live");
  world_run_until(at.world, &seen.events, 4);
  scene_close(&at);
}

void TellsRefusedSubscriptions(void) {
  scene at = scene_open(1);
  counts seen = {0};
  const uvnostr_subscription_callbacks callbacks = counting(&seen);
  uvnostr_subscription* subscription = NULL;
  uvnostr_subscribe_options options;
  uvnostr_relay_id relay = 0;

  uvnostr_pool_get_relays(at.pool, &relay, 1);
  uvnostr_subscribe_options_init(&options, sizeof options);
  options.relays = &relay;
  options.relay_count = 1;
  world_refuse_reqs(at.world, 0, "blocked: not you");
  CHECK_CODE(uvnostr_pool_subscribe(at.pool, &subscription, &at.filter, 1, &callbacks, &options, NULL), UVNOSTR_OK);
  world_run_until(at.world, &seen.relay_closes, 1);
  CHECK(strncmp(seen.last, "blocked: not you, ", 18) == 0);
  world_run_until(at.world, &seen.all_eoses, 1);
  CHECK(seen.answers.refused == 1);
  world_refuse_reqs(at.world, 0, NULL);
  CHECK(uvnostr_subscription_ask_again(subscription, 99) == 0);
  CHECK(uvnostr_subscription_ask_again(subscription, relay) == 1);
  world_run_until(at.world, &seen.events, 3);
  uvnostr_subscription_destroy(subscription);
  scene_close(&at);
}

static void check_fetched(void* data, const uvnostr_fetch_result* result) {
  counts* const seen = data;
  CHECK(result->reason == UVNOSTR_CLOSE_ALL_EOSE && result->events == 4 && result->relay_count == 2);
  CHECK(result->is_answered && result->complete + result->capped == 2 && result->refused == 0);
  CHECK(result->relays[0]->relay != 0 && result->relays[0]->words.size == 0);
  CHECK(result->relays[0]->gap_count == 0 || result->relays[0]->gaps != NULL);
  CHECK(result->relays[1]->end == UVNOSTR_FETCH_COMPLETE || result->relays[1]->end == UVNOSTR_FETCH_CAPPED);
  ++seen->done;
}

void FetchesPageByPage(void) {
  scene at = scene_open(2);
  counts seen = {0};
  uvnostr_fetch_callbacks callbacks = {sizeof(uvnostr_fetch_callbacks), NULL, count_event, check_fetched};
  uvnostr_fetch_options options;
  uvnostr_subscription* fetch = NULL;
  uvnostr_error error;

  callbacks.data = &seen;
  world_cap_answers(at.world, 0, 1);
  uvnostr_fetch_options_init(&options, sizeof options);
  CHECK(options.idle_timeout_ms == 10000);
  CHECK_CODE(uvnostr_pool_fetch(at.pool, &fetch, &at.filter, 1, &callbacks, &options, NULL), UVNOSTR_OK);
  world_run_until(at.world, &seen.done, 1);
  CHECK(seen.events == 4 && !uvnostr_subscription_is_open(fetch));
  options.idle_timeout_ms = 0;
  CHECK_CODE(uvnostr_pool_fetch(at.pool, &fetch, &at.filter, 1, &callbacks, &options, &error), UVNOSTR_E_OPTION_RANGE);
  CHECK(strstr(error.message, "idle_timeout") != NULL);
  CHECK_CODE(uvnostr_pool_fetch(at.pool, NULL, &at.filter, 1, &callbacks, NULL, &error), UVNOSTR_OK);
  world_run_until(at.world, &seen.done, 2);
  uvnostr_subscription_destroy(fetch);
  scene_close(&at);
}
