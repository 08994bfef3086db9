/* SPDX-License-Identifier: MIT */
/* Prints the newest 20 notes of a relay: a loop, a relay, a subscription. As ../1_print_notes.cpp, in C99. */
#include <stdio.h>

#include <uv.h>
#include <uvnostr/uvnostr.h>

#include "local_relays.h"

static void print_state(void* data, const uvnostr_relay_status* now) {
  (void)data;
  if (now->cause != 0) fprintf(stderr, "%.*s: %.*s\n", UVNOSTR_ARG(now->url), UVNOSTR_ARG(now->text));
}

static void print_note(void* data, uvnostr_relay_id from, const uvnostr_event* note) {
  char author[UVNOSTR_BECH32_SIZE], line[500];
  (void)data;
  (void)from;
  uvnostr_pubkey_to_npub(uvnostr_event_get_pubkey(note), author);
  uvnostr_printable(uvnostr_event_get_content(note), line, sizeof line);
  printf("%s: %s\n", author, line);
}

static void close_relay(void* data, const uvnostr_answer_counts* answers) {
  (void)answers;
  uvnostr_relay_close(data);
}

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  sample_relays from = start_relays(loop, argc, argv, 1);
  const uvnostr_relay_callbacks callbacks = {.size = sizeof callbacks, .on_relay_state = print_state};
  uvnostr_subscription_callbacks note_callbacks = {
      .size = sizeof note_callbacks, .on_event = print_note, .on_all_eose = close_relay};
  uvnostr_relay* relay = NULL;
  uvnostr_subscription* notes = NULL;
  uvnostr_filter* filter = uvnostr_filter_create();
  uvnostr_error error;
  int status = 1;

  uvnostr_filter_add_kind(filter, 1);
  uvnostr_filter_set_limit(filter, 20);
  if (uvnostr_relay_create(&relay, loop, from.urls[0], NULL, &callbacks, &error) == 0) {
    note_callbacks.data = relay;
    status = uvnostr_relay_subscribe(relay, &notes, &filter, 1, &note_callbacks, NULL, &error) == 0 ? 0 : 1;
  }
  if (status == 0) {
    uv_run(loop, UV_RUN_DEFAULT); /* until the relay is closed */
  } else {
    fprintf(stderr, "%s\n", error.message);
  }
  uvnostr_filter_free(filter);
  uvnostr_subscription_destroy(notes);
  uvnostr_relay_destroy(relay);
  stop_relays(&from);
  uv_run(loop, UV_RUN_DEFAULT); /* frees what was destroyed */
  uv_loop_close(loop);
  return status;
}
