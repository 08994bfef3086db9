// SPDX-License-Identifier: MIT
#include "c_api/counting.h"

#include <stdio.h>

#include "c_api/check.h"

void count_event(void* data, uvnostr_relay_id relay, const uvnostr_event* event) {
  counts* const seen = data;
  const uvnostr_string content = uvnostr_event_get_content(event);
  CHECK(relay != 0);
  snprintf(seen->last, sizeof seen->last, "%.*s", UVNOSTR_ARG(content));
  if (strcmp(seen->last, "every 1") == 0) seen->every_1 = *uvnostr_event_get_id(event);
  ++seen->events;
}
static void count_eose(void* data, uvnostr_relay_id relay, uvnostr_eose_hint hint) {
  CHECK(relay != 0 && hint == UVNOSTR_EOSE_NONE);
  ++((counts*)data)->eoses;
}
static void count_caught_up(void* data, uvnostr_relay_id relay, const uvnostr_gap* gaps, size_t gap_count) {
  CHECK(relay != 0 && (gaps != NULL || gap_count == 0));
  ++((counts*)data)->caught_up;
}
static void count_all_eose(void* data, const uvnostr_answer_counts* answers) {
  ((counts*)data)->answers = *answers;
  ++((counts*)data)->all_eoses;
}
static void count_relay_closed(void* data, const uvnostr_relay_closed* closed) {
  counts* const seen = data;
  snprintf(seen->last, sizeof seen->last, "%.*s, %d", UVNOSTR_ARG(closed->words), (int)closed->asked_again);
  CHECK(closed->hung_up == 0);
  ++seen->relay_closes;
}
static void count_close(void* data, uvnostr_close_reason reason) {
  snprintf(((counts*)data)->last, sizeof((counts*)data)->last, "%s", uvnostr_close_reason_name(reason));
  ++((counts*)data)->closes;
}

uvnostr_subscription_callbacks counting(counts* seen) {
  const uvnostr_subscription_callbacks callbacks = {.size = sizeof callbacks,
                                                    .data = seen,
                                                    .on_event = count_event,
                                                    .on_eose = count_eose,
                                                    .on_caught_up = count_caught_up,
                                                    .on_all_eose = count_all_eose,
                                                    .on_relay_closed = count_relay_closed,
                                                    .on_close = count_close};
  return callbacks;
}

void count_state(void* data, const uvnostr_relay_status* status) {
  counts* const seen = data;
  ++seen->states;
  if (status->state == UVNOSTR_CONNECTED) ++seen->connected;
  if (status->cause != 0) CHECK(status->text.size > 0);
  CHECK(status->url.size > 0 && status->previous != status->state);
}
static void count_pool_event(void* data, uvnostr_relay_id relay, const uvnostr_event* event) {
  CHECK(relay != 0 && event != NULL);
  ++((counts*)data)->events;
}
static void count_pool_eose(void* data, uvnostr_relay_id relay, uvnostr_subscription_id subscription) {
  CHECK(relay != 0 && subscription != 0);
  ++((counts*)data)->eoses;
}
static void count_notice(void* data, uvnostr_relay_id relay, uvnostr_string text) {
  CHECK(relay != 0 && is_text(text, "hear me"));
  ++((counts*)data)->notices;
}
static void count_pool_close(void* data) { ++((counts*)data)->pool_closes; }

uvnostr_pool_callbacks counting_pool(counts* seen) {
  const uvnostr_pool_callbacks callbacks = {.size = sizeof callbacks,
                                            .data = seen,
                                            .on_event = count_pool_event,
                                            .on_eose = count_pool_eose,
                                            .on_notice = count_notice,
                                            .on_relay_state = count_state,
                                            .on_close = count_pool_close};
  return callbacks;
}

uvnostr_pool* pool_of(test_world* world, unsigned relays, const uvnostr_pool_callbacks* callbacks) {
  uvnostr_pool* pool = NULL;
  unsigned i;
  CHECK_CODE(uvnostr_pool_create(&pool, world_loop(world), NULL, callbacks, NULL), UVNOSTR_OK);
  for (i = 0; i < relays; ++i) {
    CHECK_CODE(uvnostr_pool_add_relay(pool, NULL, world_url(world, i), NULL, NULL), UVNOSTR_OK);
  }
  return pool;
}

uvnostr_filter* notes(void) {
  uvnostr_filter* filter = uvnostr_filter_create();
  uvnostr_filter_add_kind(filter, 1);
  return filter;
}

scene scene_open(unsigned relays) {
  scene opened;
  opened.world = world_create(relays);
  opened.pool = pool_of(opened.world, relays, NULL);
  opened.filter = notes();
  return opened;
}

void scene_close(scene* of) {
  uvnostr_pool_destroy(of->pool);
  uvnostr_filter_free(of->filter);
  world_destroy(of->world);
}
