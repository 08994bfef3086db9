/* SPDX-License-Identifier: MIT */
/* Signs a note, publishes it to several relays, and prints each relay's answer. New since 1: keys, drafts, options,
   receipts. With URLs as arguments it really publishes, under a key made only for this note. */
#include <stdio.h>

#include <uv.h>
#include <uvnostr/uvnostr.h>

#include "local_relays.h"

static void print_receipt(void* pool, const uvnostr_receipt* answer) {
  const uvnostr_string url = uvnostr_pool_get_url(pool, answer->relay);
  char words[200];
  uvnostr_printable(answer->message, words, sizeof words);
  printf("%.*s: %s", UVNOSTR_ARG(url), uvnostr_outcome_name(answer->outcome));
  if (words[0] != '\0') {
    printf(", it says: %s", words);
  } else if (answer->cause != 0) {
    printf(", because: %s", uvnostr_strerror(answer->cause));
  }
  printf("\n");
}

static void print_sum(void* pool, size_t accepted, size_t asked) {
  printf("%u of %u relays have it\n", (unsigned)accepted, (unsigned)asked);
  uvnostr_pool_close(pool);
}

static int sign_note(const uvnostr_secret_key* key, uvnostr_event** note, uvnostr_error* error) {
  const uvnostr_string items[] = {uvnostr_str("t"), uvnostr_str("uvnostr")};
  const uvnostr_tag tags[] = {{items, 2}};
  uvnostr_draft draft;
  uvnostr_draft_init(&draft, sizeof draft);
  draft.content = uvnostr_str("Hello from uvnostr");
  draft.tags = tags;
  draft.tag_count = 1;
  return uvnostr_secret_key_sign(key, &draft, note, error);
}

static int publish_note(uvnostr_pool* pool, const uvnostr_event* note, uvnostr_error* error) {
  const uvnostr_publish_callbacks callbacks = {
      .size = sizeof callbacks, .data = pool, .on_receipt = print_receipt, .on_done = print_sum};
  uvnostr_publish_options options;
  char id[UVNOSTR_BECH32_SIZE], author[UVNOSTR_BECH32_SIZE];
  uvnostr_event_id_to_note(uvnostr_event_get_id(note), id);
  uvnostr_pubkey_to_npub(uvnostr_event_get_pubkey(note), author);
  printf("publishing %s\n        as %s\n", id, author);
  uvnostr_publish_options_init(&options, sizeof options);
  options.send_timeout_ms = 10000; /* for a relay that cannot be reached */
  return uvnostr_pool_publish(pool, note, &callbacks, &options, error);
}

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  sample_relays to = start_relays(loop, argc, argv, 3);
  uvnostr_pool_options options;
  uvnostr_secret_key* key = NULL;
  uvnostr_event* note = NULL;
  uvnostr_pool* pool = NULL;
  uvnostr_error error = {0, ""};
  int status = 1;

  if (to.are_local) refuse_events(&to, 1, "blocked: this relay takes nothing today");
  uvnostr_pool_options_init(&options, sizeof options);
  options.relays = to.urls;
  options.relay_count = to.count;
  if (uvnostr_secret_key_generate(&key) == 0 && sign_note(key, &note, &error) == 0 &&
      uvnostr_pool_create(&pool, loop, &options, NULL, &error) == 0 && publish_note(pool, note, &error) == 0) {
    status = uv_run(loop, UV_RUN_DEFAULT);
  } else {
    fprintf(stderr, "%s\n", error.message);
  }
  uvnostr_pool_destroy(pool);
  uvnostr_event_free(note);
  uvnostr_secret_key_free(key);
  stop_relays(&to);
  uv_run(loop, UV_RUN_DEFAULT);
  uv_loop_close(loop);
  return status;
}
