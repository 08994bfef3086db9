// SPDX-License-Identifier: MIT
// The log, histograms, and metrics.
#include <stdio.h>

#include "c_api/check.h"
#include "c_api/counting.h"
#include "c_api/tests.h"

static void count_entry(void* data, const uvnostr_log_entry* entry) {
  counts* const seen = data;
  char line[500], json[500], expected[64];
  CHECK(entry->message.size > 0 && entry->level >= UVNOSTR_LOG_ERROR && entry->level <= UVNOSTR_LOG_INFO);
  CHECK(entry->field_count == 0 || entry->fields[0].key.size > 0);
  CHECK(uvnostr_log_entry_to_line(entry, line, sizeof line) < sizeof line);
  CHECK(uvnostr_log_entry_to_json(entry, json, sizeof json) < sizeof json);
  snprintf(expected, sizeof expected, "{\"level\":\"%s\"", uvnostr_log_level_name((int)entry->level));
  CHECK(strncmp(json, expected, strlen(expected)) == 0);
  if (entry->relay != 0) {
    CHECK(is_text(entry->url, "wss://relay0.example"));
    CHECK(strstr(line, "wss://relay0.example") != NULL && strstr(json, "wss://relay0.example") != NULL);
  }
  ++seen->states;
}

void KeepsALog(void) {
  test_world* world = world_create(1);
  counts seen = {0}, closed = {0};
  const uvnostr_pool_callbacks callbacks = {.size = sizeof callbacks, .data = &seen, .on_log = count_entry};
  const uvnostr_relay_callbacks relay_callbacks = {
      .size = sizeof relay_callbacks, .data = &closed, .on_log = count_entry};
  uvnostr_pool* pool = pool_of(world, 1, &callbacks);
  uvnostr_relay* relay = NULL;
  uvnostr_pool_options options;
  char nothing[4];
  world_run_until(world, &seen.states, 1);
  uvnostr_pool_destroy(pool);
  CHECK_CODE(uvnostr_relay_create(&relay, world_loop(world), world_url(world, 0), NULL, &relay_callbacks, NULL),
             UVNOSTR_OK);
  world_run_until(world, &closed.states, 1);
  uvnostr_relay_destroy(relay);

  uvnostr_pool_options_init(&options, sizeof options);
  CHECK(options.log_level == UVNOSTR_LOG_INFO);
  options.log_level = 5;
  CHECK_CODE(uvnostr_pool_create(&pool, world_loop(world), &options, NULL, NULL), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_TEXT(uvnostr_log_level_name(UVNOSTR_LOG_DEBUG), "debug");
  CHECK_TEXT(uvnostr_log_level_name(256), "unknown");
  CHECK(uvnostr_log_entry_to_line(NULL, nothing, sizeof nothing) == 0);
  CHECK(uvnostr_log_entry_to_json(NULL, nothing, sizeof nothing) == 0);
  world_destroy(world);
}

void MeasuresTimes(void) {
  scene at = scene_open(2);
  counts seen = {0};
  const uvnostr_subscription_callbacks callbacks = counting(&seen);
  const uvnostr_pool_stats* stats;
  const uvnostr_duration_histogram* connect;
  uint64_t sum = 0;
  size_t length = 0, i;
  char* text;

  CHECK_CODE(uvnostr_pool_subscribe(at.pool, NULL, &at.filter, 1, &callbacks, NULL, NULL), UVNOSTR_OK);
  world_run_until(at.world, &seen.all_eoses, 1);
  stats = uvnostr_pool_get_stats(at.pool);
  connect = &stats->times->connect;
  CHECK(connect->bound_count > 10 && connect->bounds_us[0] == 10 && connect->sum_us > 0);
  for (i = 0; i <= connect->bound_count; ++i) sum += connect->counts[i];
  CHECK(sum == 2);
  CHECK(stats->relays[0]->receipts->accepted == 0 && stats->relays[0]->receipts->not_sent == 0);
  uvnostr_pool_stats_free(stats);

  text = uvnostr_pool_metrics_text(at.pool, 1, &length);
  CHECK(strlen(text) == length && strcmp(text + length - 6, "# EOF\n") == 0);
  CHECK(strstr(text, "wss://relay1.example") != NULL);
  uvnostr_text_free(text);
  text = uvnostr_pool_metrics_text(at.pool, 0, NULL);
  CHECK(strstr(text, "wss://relay1.example") == NULL);
  uvnostr_text_free(text);
  uvnostr_text_free(NULL);
  CHECK(uvnostr_pool_metrics_text(NULL, 1, &length) == NULL);
  scene_close(&at);
}
