// SPDX-License-Identifier: MIT
// Publishing, signers, AUTH, and information documents.
#include <stdio.h>

#include "c_api/check.h"
#include "c_api/counting.h"
#include "c_api/tests.h"

typedef struct receipts {
  int count, done, enough, asks, steps, told;
  size_t accepted, asked;
  int causes[4];
  uvnostr_outcome outcomes[4];
  char text[128];
  uvnostr_secret_key* key;
  uvnostr_signing* waiting;  ///< a question that is answered later
  uvnostr_pubkey user;
} receipts;

static void take_receipt(void* data, const uvnostr_receipt* receipt) {
  receipts* const seen = data;
  CHECK(receipt->relay != 0);
  seen->outcomes[seen->count] = receipt->outcome;
  seen->causes[seen->count] = receipt->cause;
  if (receipt->message.size > 0) {
    snprintf(seen->text, sizeof seen->text, "%.*s|%.*s|%.*s", UVNOSTR_ARG(receipt->message),
             UVNOSTR_ARG(receipt->prefix), UVNOSTR_ARG(receipt->text));
  }
  ++seen->count;
}
static void take_enough(void* data, int enough) { ((receipts*)data)->enough += enough ? 1 : 100; }
static void take_done(void* data, size_t accepted, size_t asked) {
  receipts* const seen = data;
  seen->accepted = accepted;
  seen->asked = asked;
  ++seen->done;
}

static uvnostr_publish_callbacks taking(receipts* seen) {
  uvnostr_publish_callbacks callbacks = {sizeof(uvnostr_publish_callbacks), NULL, take_receipt, take_enough, take_done};
  callbacks.data = seen;
  return callbacks;
}

static uvnostr_event* signed_note(const uvnostr_secret_key* key) {
  uvnostr_event* note = NULL;
  uvnostr_draft draft;
  uvnostr_draft_init(&draft, sizeof draft);
  draft.content = uvnostr_str("published");
  CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &note, NULL), UVNOSTR_OK);
  return note;
}

void GivesAReceiptForEachRelay(void) {
  test_world* world = world_create(2);
  receipts seen = {0};
  const uvnostr_publish_callbacks callbacks = taking(&seen);
  uvnostr_pool* pool = pool_of(world, 2, NULL);
  uvnostr_publish_options options;
  uvnostr_event* note;
  uvnostr_relay_id one;
  uvnostr_error error;

  CHECK_CODE(uvnostr_secret_key_generate(&seen.key), UVNOSTR_OK);
  note = signed_note(seen.key);
  world_refuse_events(world, 1, "blocked: not today");
  uvnostr_publish_options_init(&options, sizeof options);
  CHECK(options.verify == 1 && options.send_timeout_ms == 60000 && options.enough_accepted == 0);
  options.enough_accepted = 1;
  CHECK_CODE(uvnostr_pool_publish(pool, note, &callbacks, &options, NULL), UVNOSTR_OK);
  world_run_until(world, &seen.done, 1);
  CHECK(seen.count == 2 && seen.accepted == 1 && seen.asked == 2 && seen.enough == 1);
  CHECK(seen.outcomes[0] + seen.outcomes[1] == UVNOSTR_ACCEPTED + UVNOSTR_REJECTED);
  CHECK(seen.causes[0] + seen.causes[1] == UVNOSTR_E_REFUSED);
  CHECK_TEXT(seen.text, "blocked: not today|blocked|not today");
  CHECK(world_event_count(world, 0) == 4 && world_event_count(world, 1) == 3);

  uvnostr_pool_get_relays(pool, &one, 1);
  options.relays = &one;
  options.relay_count = 1;
  CHECK_CODE(uvnostr_pool_publish(pool, note, &callbacks, &options, NULL), UVNOSTR_OK);
  world_run_until(world, &seen.done, 2);
  CHECK(seen.count == 3 && seen.accepted == 1 && seen.asked == 1);
  options.enough_accepted = 2;
  CHECK_CODE(uvnostr_pool_publish(pool, note, &callbacks, &options, &error), UVNOSTR_E_OPTION_RANGE);
  options.enough_accepted = 0;
  one = 99;
  CHECK_CODE(uvnostr_pool_publish(pool, note, &callbacks, &options, &error), UVNOSTR_E_UNKNOWN_RELAY);
  CHECK_CODE(uvnostr_pool_publish(pool, note, NULL, NULL, NULL), UVNOSTR_OK);
  uvnostr_pool_destroy(pool);

  pool = pool_of(world, 0, NULL);
  CHECK_CODE(uvnostr_pool_publish(pool, note, &callbacks, NULL, &error), UVNOSTR_E_NO_RELAY);
  uvnostr_pool_destroy(pool);
  uvnostr_event_free(note);
  uvnostr_secret_key_free(seen.key);
  world_destroy(world);
}

static void sign_at_once(void* data, const uvnostr_draft* draft, uvnostr_signing* signing) {
  receipts* const seen = data;
  uvnostr_event* event = NULL;
  ++seen->asks;
  CHECK_CODE(uvnostr_secret_key_sign(seen->key, draft, &event, NULL), UVNOSTR_OK);
  uvnostr_signing_answer(signing, event);
  uvnostr_event_free(event);
}
static void refuse_to_sign(void* data, const uvnostr_draft* draft, uvnostr_signing* signing) {
  CHECK(draft->size == sizeof *draft && draft->tag_count == 1 && is_text(draft->tags[0].items[1], "x"));
  CHECK(is_text(draft->content, "to be signed") && draft->kind == 7);
  ++((receipts*)data)->asks;
  uvnostr_signing_answer(signing, NULL);
}
static void sign_later(void* data, const uvnostr_draft* draft, uvnostr_signing* signing) {
  (void)draft;
  ++((receipts*)data)->asks;
  ((receipts*)data)->waiting = signing;
}

/// Publishes a draft that the function is to sign, and waits for the end.
static void publish_draft(test_world* world, receipts* seen, uvnostr_ask_callback ask) {
  const uvnostr_string items[] = {uvnostr_str("t"), uvnostr_str("x")};
  const uvnostr_tag tag = {items, 2};
  const uvnostr_publish_callbacks callbacks = taking(seen);
  uvnostr_pool* pool = pool_of(world, 1, NULL);
  uvnostr_signer* signer = NULL;
  uvnostr_draft draft;
  seen->count = seen->done = seen->asks = 0;
  uvnostr_draft_init(&draft, sizeof draft);
  draft.kind = 7;
  draft.content = uvnostr_str("to be signed");
  draft.tags = &tag;
  draft.tag_count = 1;
  if (ask == NULL) {
    CHECK_CODE(uvnostr_signer_from_key(&signer, seen->key), UVNOSTR_OK);
  } else {
    CHECK_CODE(uvnostr_signer_create(&signer, &seen->user, 1000, ask, seen), UVNOSTR_OK);
  }
  CHECK_CODE(uvnostr_pool_publish_draft(pool, &draft, signer, &callbacks, NULL, NULL), UVNOSTR_OK);
  uvnostr_signer_free(signer);
  world_run_until(world, &seen->done, 1);
  CHECK(seen->count == 1);
  uvnostr_pool_destroy(pool);
}

void AsksSigners(void) {
  test_world* world = world_create(1);
  receipts seen = {0};
  CHECK_CODE(uvnostr_secret_key_generate(&seen.key), UVNOSTR_OK);
  CHECK_CODE(uvnostr_secret_key_get_pubkey(seen.key, &seen.user), UVNOSTR_OK);
  publish_draft(world, &seen, NULL);
  CHECK(seen.outcomes[0] == UVNOSTR_ACCEPTED);
  publish_draft(world, &seen, sign_at_once);
  CHECK(seen.outcomes[0] == UVNOSTR_ACCEPTED && seen.asks == 1);
  publish_draft(world, &seen, refuse_to_sign);
  CHECK(seen.outcomes[0] == UVNOSTR_NOT_SENT && seen.causes[0] == UVNOSTR_E_NOT_SIGNED && seen.asks == 1);
  publish_draft(world, &seen, sign_later);  // it times out
  CHECK(seen.outcomes[0] == UVNOSTR_NOT_SENT && seen.causes[0] == UVNOSTR_E_NOT_SIGNED && seen.asks == 1);
  uvnostr_signing_answer(seen.waiting, NULL);  // too late, when even the pool is gone: only frees it
  uvnostr_signing_answer(NULL, NULL);
  uvnostr_secret_key_free(seen.key);
  world_destroy(world);
}

static void count_auth(void* data, const uvnostr_auth_status* status) {
  receipts* const seen = data;
  CHECK(status->relay != 0);
  CHECK((status->user == NULL) == (status->step == UVNOSTR_AUTH_CHALLENGED));
  if (status->user != NULL) CHECK(memcmp(status->user, &seen->user, sizeof seen->user) == 0);
  if (status->step == UVNOSTR_AUTH_CHALLENGED) CHECK(status->challenge.size > 0);
  seen->steps = seen->steps * 10 + (int)status->step + 1;
}

void AnswersChallenges(void) {
  test_world* world = world_create(1);
  receipts seen = {0};
  counts events = {0};
  const uvnostr_subscription_callbacks callbacks = counting(&events);
  uvnostr_pool_callbacks pool_callbacks = {.size = sizeof pool_callbacks, .on_auth = count_auth};
  const char* urls[1];
  uvnostr_relay_options relay_options;
  uvnostr_pool_options options;
  uvnostr_filter* filter = notes();
  uvnostr_signer* signer = NULL;
  uvnostr_pool* pool = NULL;

  CHECK_CODE(uvnostr_secret_key_generate(&seen.key), UVNOSTR_OK);
  CHECK_CODE(uvnostr_secret_key_get_pubkey(seen.key, &seen.user), UVNOSTR_OK);
  CHECK_CODE(uvnostr_signer_create(&signer, &seen.user, 60000, sign_at_once, &seen), UVNOSTR_OK);
  world_demand_auth(world, 0);
  uvnostr_relay_options_init(&relay_options, sizeof relay_options);
  relay_options.auth_users = &signer;
  relay_options.auth_user_count = 1;
  relay_options.auth = UVNOSTR_AUTH_EAGER;
  uvnostr_pool_options_init(&options, sizeof options);
  urls[0] = world_url(world, 0);
  options.relays = urls;
  options.relay_count = 1;
  options.relay_defaults = &relay_options;
  pool_callbacks.data = &seen;
  CHECK_CODE(uvnostr_pool_create(&pool, world_loop(world), &options, &pool_callbacks, NULL), UVNOSTR_OK);
  uvnostr_signer_free(signer);
  CHECK_CODE(uvnostr_pool_subscribe(pool, NULL, &filter, 1, &callbacks, NULL, NULL), UVNOSTR_OK);
  world_run_until(world, &events.all_eoses, 1);
  CHECK(events.events == 3 && seen.asks == 1 && seen.steps == 123);  // challenged, answered, accepted
  uvnostr_pool_destroy(pool);
  uvnostr_filter_free(filter);
  uvnostr_secret_key_free(seen.key);
  world_destroy(world);
}

static void take_information(void* data, int status, const uvnostr_information* information) {
  receipts* const seen = data;
  ++seen->told;
  if (status < 0) {
    CHECK_CODE(status, UVNOSTR_E_HTTP_STATUS);
    CHECK(information == NULL);
    return;
  }
  CHECK(is_text(information->name, "a relay") && information->supported_nip_count == 2);
  CHECK(information->supported_nips[1] == 11 && information->max_subscriptions == 20);
  CHECK(information->max_limit == -1 && information->auth_required == 1 && information->payment_required == -1);
  CHECK(information->json.size > 10 && information->age_s == 0);
}

void TellsInformation(void) {
  test_world* world = world_create(1);
  receipts seen = {0};
  uvnostr_pool* pool = pool_of(world, 1, NULL);
  uvnostr_relay_id relay = 0;
  uvnostr_pool_get_relays(pool, &relay, 1);
  CHECK_CODE(uvnostr_pool_get_information(pool, relay, 3600, take_information, &seen), UVNOSTR_OK);
  CHECK(seen.told == 0);
  world_run_until(world, &seen.told, 1);
  world_set_information(world, 0,
                        "{\"name\":\"a relay\",\"supported_nips\":[1,11],"
                        "\"limitation\":{\"max_subscriptions\":20,\"auth_required\":true}}");
  CHECK_CODE(uvnostr_pool_get_information(pool, relay, 0, take_information, &seen), UVNOSTR_OK);
  world_run_until(world, &seen.told, 2);
  CHECK_CODE(uvnostr_pool_get_information(pool, 99, 0, take_information, &seen), UVNOSTR_E_UNKNOWN_RELAY);
  CHECK_CODE(uvnostr_pool_get_information(pool, relay, 0, NULL, &seen), UVNOSTR_E_INVALID_ARGUMENT);
  uvnostr_pool_destroy(pool);
  world_destroy(world);
}
