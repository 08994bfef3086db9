/* SPDX-License-Identifier: MIT */
/* A daemon with its own timer and signal handlers on the same loop. It publishes a reading every ten seconds and prints
   notes that are addressed to it. SIGHUP prints statistics; SIGINT and SIGTERM end it. New since 3: the pool is one part
   of a larger program. */
#include <signal.h>
#include <stdio.h>

#include <uv.h>
#include <uvnostr/uvnostr.h>

#include "local_relays.h"

enum { reading_kind = 20001 }; /* ephemeral: relays pass it on but do not store it */

typedef struct sensor {
  uvnostr_secret_key* key;
  uvnostr_pool* pool;
  uv_timer_t timer;
  uv_signal_t signals[3];
  unsigned readings;
  unsigned last_reading; /* 0: publish until a signal arrives */
} sensor;

static void print_state(void* data, const uvnostr_relay_status* now) {
  (void)data;
  if (now->cause != 0) fprintf(stderr, "%.*s: %.*s\n", UVNOSTR_ARG(now->url), UVNOSTR_ARG(now->text));
}
static void print_end(void* data) {
  (void)data;
  printf("all connections are closed\n");
}
static void print_sum(void* data, size_t accepted, size_t asked) {
  (void)data;
  printf("reading sent to %u of %u relays\n", (unsigned)accepted, (unsigned)asked);
}
static void print_note(void* data, uvnostr_relay_id from, const uvnostr_event* note) {
  char line[500];
  (void)data;
  (void)from;
  uvnostr_printable(uvnostr_event_get_content(note), line, sizeof line);
  printf("for us: %s\n", line);
}

static void publish_reading(uv_timer_t* timer) {
  sensor* const self = timer->data;
  const uvnostr_publish_callbacks callbacks = {.size = sizeof callbacks, .on_done = print_sum};
  uvnostr_draft draft;
  uvnostr_event* reading = NULL;
  uvnostr_error error;
  char content[40];
  if (self->last_reading != 0 && self->readings == self->last_reading) {
    raise(SIGTERM);
    return;
  }
  snprintf(content, sizeof content, "{\"reading\":%u}", ++self->readings);
  uvnostr_draft_init(&draft, sizeof draft);
  draft.kind = reading_kind;
  draft.content = uvnostr_str(content);
  if (uvnostr_secret_key_sign(self->key, &draft, &reading, &error) < 0 ||
      uvnostr_pool_publish(self->pool, reading, &callbacks, NULL, &error) < 0) {
    fprintf(stderr, "reading not published: %s\n", error.message);
  }
  uvnostr_event_free(reading);
}

static void on_signal(uv_signal_t* handle, int number) {
  sensor* const self = handle->data;
  size_t i;
  if (number == SIGHUP) {
    const uvnostr_pool_stats* const stats = uvnostr_pool_get_stats(self->pool);
    for (i = 0; i < stats->relay_count; ++i) {
      const uvnostr_relay_stats* const each = stats->relays[i];
      printf("%.*s: %lu messages in, %lu out\n", UVNOSTR_ARG(each->url), (unsigned long)each->messages_in,
             (unsigned long)each->messages_out);
    }
    uvnostr_pool_stats_free(stats);
    return;
  }
  printf("ending\n");
  uv_close((uv_handle_t*)&self->timer, NULL);
  for (i = 0; i < 3; ++i) uv_close((uv_handle_t*)&self->signals[i], NULL);
  uvnostr_pool_close(self->pool); /* each reading under way still gets a receipt */
}

static void start_handles(sensor* self, uv_loop_t* loop, unsigned interval_ms) {
  static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
  size_t i;
  uv_timer_init(loop, &self->timer);
  self->timer.data = self;
  uv_timer_start(&self->timer, publish_reading, 200, interval_ms);
  for (i = 0; i < 3; ++i) {
    uv_signal_init(loop, &self->signals[i]);
    self->signals[i].data = self;
    uv_signal_start(&self->signals[i], on_signal, numbers[i]);
  }
}

/* Notes that name us in a "p" tag. */
static int open_inbox(sensor* self, uvnostr_error* error) {
  const uvnostr_subscription_callbacks callbacks = {.size = sizeof callbacks, .on_event = print_note};
  uvnostr_filter* filter = uvnostr_filter_create();
  uvnostr_pubkey us;
  char hex[UVNOSTR_HEX_SIZE];
  int status;
  uvnostr_secret_key_get_pubkey(self->key, &us);
  uvnostr_pubkey_to_hex(&us, hex);
  uvnostr_filter_add_kind(filter, 1);
  uvnostr_filter_add_tag(filter, 'p', uvnostr_str(hex));
  status = uvnostr_pool_subscribe(self->pool, NULL, &filter, 1, &callbacks, NULL, error);
  uvnostr_filter_free(filter);
  return status;
}

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  sample_relays to = start_relays(loop, argc, argv, 2);
  static sensor self; /* all members are 0 */
  const uvnostr_pool_callbacks callbacks = {
      .size = sizeof callbacks, .on_relay_state = print_state, .on_close = print_end};
  uvnostr_pool_options options;
  uvnostr_error error = {0, ""};
  int status = 1;

  uvnostr_pool_options_init(&options, sizeof options);
  options.relays = to.urls;
  options.relay_count = to.count;
  self.last_reading = to.are_local ? 3 : 0;
  if (uvnostr_secret_key_generate(&self.key) == 0 &&
      uvnostr_pool_create(&self.pool, loop, &options, &callbacks, &error) == 0 && open_inbox(&self, &error) == 0) {
    start_handles(&self, loop, to.are_local ? 200 : 10000);
    status = uv_run(loop, UV_RUN_DEFAULT);
  } else {
    fprintf(stderr, "%s\n", error.message);
  }
  uvnostr_pool_destroy(self.pool);
  uvnostr_secret_key_free(self.key);
  stop_relays(&to);
  uv_run(loop, UV_RUN_DEFAULT);
  uv_loop_close(loop);
  return status;
}
