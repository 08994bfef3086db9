/* SPDX-License-Identifier: MIT */
/* Asks several relays for the same notes. Each note is shown once, and the pool knows which relays have it. New since 2:
   deduplication, owned copies of events, seen_on(), on_all_eose, statistics. */
#include <stdio.h>

#include <uv.h>
#include <uvnostr/uvnostr.h>

#include "local_relays.h"

typedef struct reader {
  uvnostr_pool* pool;
  uvnostr_event* notes[20]; /* an event is valid until its callback returns; a copy as long as the program wants */
  size_t count;
} reader;

static void print_state(void* data, const uvnostr_relay_status* now) {
  (void)data;
  if (now->cause != 0) fprintf(stderr, "%.*s: %.*s\n", UVNOSTR_ARG(now->url), UVNOSTR_ARG(now->text));
}

static void take_note(void* data, uvnostr_relay_id first, const uvnostr_event* note) {
  reader* const self = data;
  const uvnostr_string url = uvnostr_pool_get_url(self->pool, first);
  char line[500];
  uvnostr_printable(uvnostr_event_get_content(note), line, sizeof line);
  printf("first from %.*s: %s\n", UVNOSTR_ARG(url), line);
  if (self->count < sizeof self->notes / sizeof *self->notes) self->notes[self->count++] = uvnostr_event_copy(note);
}

static void print_eose(void* data, uvnostr_relay_id relay, uvnostr_eose_hint hint) {
  const uvnostr_string url = uvnostr_pool_get_url(((reader*)data)->pool, relay);
  (void)hint;
  printf("%.*s has sent its stored notes\n", UVNOSTR_ARG(url));
}

static void print_where(void* data, const uvnostr_answer_counts* answers) {
  reader* const self = data;
  const uvnostr_pool_stats* const stats = uvnostr_pool_get_stats(self->pool);
  size_t i, k;
  (void)answers;
  for (i = 0; i < self->count; ++i) {
    const uvnostr_event_id* const id = uvnostr_event_get_id(self->notes[i]);
    uvnostr_relay_id relays[8];
    const size_t count = uvnostr_pool_seen_on(self->pool, id, relays, 8);
    char hex[UVNOSTR_HEX_SIZE];
    uvnostr_event_id_to_hex(id, hex);
    printf("%.8s is on", hex);
    for (k = 0; k < count && k < 8; ++k) {
      const uvnostr_string url = uvnostr_pool_get_url(self->pool, relays[k]);
      printf(" %.*s", UVNOSTR_ARG(url));
    }
    printf("\n");
  }
  printf("%lu notes shown, %lu copies dropped\n", (unsigned long)stats->messages->delivered,
         (unsigned long)stats->messages->duplicate);
  uvnostr_pool_stats_free(stats);
  uvnostr_pool_close(self->pool);
}

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  sample_relays from = start_relays(loop, argc, argv, 3);
  reader self = {NULL, {NULL}, 0};
  const uvnostr_pool_callbacks callbacks = {.size = sizeof callbacks, .on_relay_state = print_state};
  const uvnostr_subscription_callbacks note_callbacks = {.size = sizeof note_callbacks,
                                                         .data = &self,
                                                         .on_event = take_note,
                                                         .on_eose = print_eose,
                                                         .on_all_eose = print_where};
  uvnostr_filter* filter = NULL;
  uvnostr_pool_options options;
  uvnostr_error error;
  int status = 1;

  uvnostr_pool_options_init(&options, sizeof options);
  options.relays = from.urls;
  options.relay_count = from.count;
  if (uvnostr_filter_parse(&filter, uvnostr_str("{\"kinds\":[1],\"limit\":20}"), &error) == 0 &&
      uvnostr_pool_create(&self.pool, loop, &options, &callbacks, &error) == 0 &&
      uvnostr_pool_subscribe(self.pool, NULL, &filter, 1, &note_callbacks, NULL, &error) == 0) {
    status = uv_run(loop, UV_RUN_DEFAULT);
  } else {
    fprintf(stderr, "%s\n", error.message);
  }
  uvnostr_pool_destroy(self.pool);
  while (self.count > 0) uvnostr_event_free(self.notes[--self.count]);
  uvnostr_filter_free(filter);
  stop_relays(&from);
  uv_run(loop, UV_RUN_DEFAULT);
  uv_loop_close(loop);
  return status;
}
