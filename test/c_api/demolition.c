// SPDX-License-Identifier: MIT
// Each callback destroys its pool and its subscription, and nothing is called afterwards.
#include "c_api/check.h"
#include "c_api/counting.h"
#include "c_api/tests.h"

enum place {
  pool_known,
  pool_event,
  pool_eose,
  pool_notice,
  pool_auth,
  pool_state,
  pool_log,
  on_event,
  on_eose,
  on_caught_up,
  on_all_eose,
  on_relay_closed,
  on_close,
  fetch_event,
  fetch_done,
  on_receipt,
  on_enough,
  on_done,
  on_information,
  on_ask,
  place_count
};

typedef struct demolition {
  uvnostr_pool* pool;
  uvnostr_subscription* subscription;
  uvnostr_secret_key* key;
  enum place at;
  int calls_at, calls_after;
} demolition;

static void pass(void* data, enum place here) {
  demolition* const self = data;
  if (self->calls_at > 0) ++self->calls_after;
  if (self->at != here) return;
  ++self->calls_at;
  uvnostr_pool_destroy(self->pool);
  uvnostr_subscription_destroy(self->subscription);
}

static int known(void* data, const uvnostr_event_id* id) {
  pass(data, pool_known);
  CHECK(id->bytes[0] == id->bytes[0]);  // still readable
  return 0;
}
static void pool_saw(void* data, uvnostr_relay_id relay, const uvnostr_event* event) {
  (void)relay;
  pass(data, pool_event);
  CHECK(uvnostr_event_get_content(event).size > 0);
}
static void pool_stored(void* data, uvnostr_relay_id relay, uvnostr_subscription_id subscription) {
  (void)relay;
  (void)subscription;
  pass(data, pool_eose);
}
static void pool_told(void* data, uvnostr_relay_id relay, uvnostr_string text) {
  (void)relay;
  pass(data, pool_notice);
  CHECK(is_text(text, "a notice"));
}
static void authenticated(void* data, const uvnostr_auth_status* status) {
  pass(data, pool_auth);
  CHECK(status->challenge.size > 0 || status->user != NULL);
}
static void changed(void* data, const uvnostr_relay_status* status) {
  pass(data, pool_state);
  CHECK(status->url.size > 0);
}
static void logged(void* data, const uvnostr_log_entry* entry) {
  pass(data, pool_log);
  CHECK(entry->message.size > 0);
}
static void saw(void* data, uvnostr_relay_id relay, const uvnostr_event* event) {
  (void)relay;
  pass(data, on_event);
  CHECK(uvnostr_event_get_content(event).size > 0);
}
static void stored(void* data, uvnostr_relay_id relay, uvnostr_eose_hint hint) {
  (void)relay;
  (void)hint;
  pass(data, on_eose);
}
static void caught_up(void* data, uvnostr_relay_id relay, const uvnostr_gap* gaps, size_t gap_count) {
  (void)relay;
  (void)gaps;
  (void)gap_count;
  pass(data, on_caught_up);
}
static void all_stored(void* data, const uvnostr_answer_counts* answers) {
  pass(data, on_all_eose);
  CHECK(answers->asked == 2);
}
static void refused(void* data, const uvnostr_relay_closed* closed) {
  pass(data, on_relay_closed);
  CHECK(closed->words.size > 0);
}
static void closed(void* data, uvnostr_close_reason reason) {
  CHECK(reason == UVNOSTR_CLOSE_ALL_EOSE);
  pass(data, on_close);
}
static void fetched(void* data, uvnostr_relay_id relay, const uvnostr_event* event) {
  (void)relay;
  pass(data, fetch_event);
  CHECK(uvnostr_event_get_content(event).size > 0);
}
static void fetched_all(void* data, const uvnostr_fetch_result* result) {
  pass(data, fetch_done);
  CHECK(result->relay_count == 2 && result->relays[1]->relay != 0);
}
static void answered(void* data, const uvnostr_receipt* receipt) {
  pass(data, on_receipt);
  CHECK(receipt->relay != 0);
}
static void enough(void* data, int yes) {
  (void)yes;
  pass(data, on_enough);
}
static void published(void* data, size_t accepted, size_t asked) {
  (void)accepted;
  CHECK(asked == 2);
  pass(data, on_done);
}
static void informed(void* data, int status, const uvnostr_information* information) {
  CHECK(status == 0);
  pass(data, on_information);
  CHECK(is_text(information->name, "x"));
}
static void asked(void* data, const uvnostr_draft* draft, uvnostr_signing* signing) {
  uvnostr_event* event = NULL;
  pass(data, on_ask);
  CHECK_CODE(uvnostr_secret_key_sign(((demolition*)data)->key, draft, &event, NULL), UVNOSTR_OK);
  uvnostr_signing_answer(signing, event);
  uvnostr_event_free(event);
}

/// A pool that does everything: its first relay demands AUTH, its second refuses REQs.
static void start_everything(test_world* world, demolition* self) {
  const uvnostr_pool_callbacks pool_callbacks = {.size = sizeof pool_callbacks,
                                                 .data = self,
                                                 .known = known,
                                                 .on_event = pool_saw,
                                                 .on_eose = pool_stored,
                                                 .on_notice = pool_told,
                                                 .on_auth = authenticated,
                                                 .on_relay_state = changed,
                                                 .on_log = logged};
  const uvnostr_subscription_callbacks callbacks = {sizeof callbacks, self,       saw,     stored,
                                                    caught_up,        all_stored, refused, closed};
  const uvnostr_fetch_callbacks fetch_callbacks = {sizeof fetch_callbacks, self, fetched, fetched_all};
  const uvnostr_publish_callbacks publish_callbacks = {sizeof publish_callbacks, self, answered, enough, published};
  uvnostr_filter* filter = notes();
  uvnostr_signer* signer = NULL;
  uvnostr_pubkey user;
  uvnostr_pool_options options;
  uvnostr_relay_options relay_options;
  uvnostr_subscribe_options subscribe_options;
  uvnostr_publish_options publish_options;
  uvnostr_draft draft;
  uvnostr_relay_id relays[2];

  uvnostr_secret_key_get_pubkey(self->key, &user);
  CHECK_CODE(uvnostr_signer_create(&signer, &user, 60000, asked, self), UVNOSTR_OK);
  uvnostr_relay_options_init(&relay_options, sizeof relay_options);
  relay_options.auth_users = &signer;
  relay_options.auth_user_count = 1;
  uvnostr_pool_options_init(&options, sizeof options);
  options.relay_defaults = &relay_options;
  CHECK_CODE(uvnostr_pool_create(&self->pool, world_loop(world), &options, &pool_callbacks, NULL), UVNOSTR_OK);
  CHECK_CODE(uvnostr_pool_add_relay(self->pool, &relays[0], world_url(world, 0), NULL, NULL), UVNOSTR_OK);
  CHECK_CODE(uvnostr_pool_add_relay(self->pool, &relays[1], world_url(world, 1), NULL, NULL), UVNOSTR_OK);

  uvnostr_subscribe_options_init(&subscribe_options, sizeof subscribe_options);
  subscribe_options.close_on_eose = 1;
  CHECK_CODE(uvnostr_pool_subscribe(self->pool, &self->subscription, &filter, 1, &callbacks, &subscribe_options, NULL),
             UVNOSTR_OK);
  CHECK_CODE(uvnostr_pool_fetch(self->pool, NULL, &filter, 1, &fetch_callbacks, NULL, NULL), UVNOSTR_OK);
  uvnostr_publish_options_init(&publish_options, sizeof publish_options);
  publish_options.enough_accepted = 1;
  uvnostr_draft_init(&draft, sizeof draft);
  draft.content = uvnostr_str("mine");
  CHECK_CODE(uvnostr_pool_publish_draft(self->pool, &draft, signer, &publish_callbacks, &publish_options, NULL),
             UVNOSTR_OK);
  CHECK_CODE(uvnostr_pool_get_information(self->pool, relays[0], 0, informed, self), UVNOSTR_OK);
  uvnostr_signer_free(signer);
  uvnostr_filter_free(filter);
}

void CallsNothingAfterDestructionInAnyCallback(void) {
  int place;
  for (place = 0; place < place_count; ++place) {
    test_world* world = world_create(2);
    demolition self = {NULL, NULL, NULL, 0, 0, 0};
    self.at = (enum place)place;
    CHECK_CODE(uvnostr_secret_key_generate(&self.key), UVNOSTR_OK);
    world_demand_auth(world, 0);
    world_refuse_reqs(world, 1, "blocked: not you");
    world_set_information(world, 0, "{\"name\":\"x\"}");
    start_everything(world, &self);
    world_advance(world, 10);
    if (self.calls_at == 0) world_notice(world, 0, "a notice");
    world_run_until(world, &self.calls_at, 1);
    world_advance(world, 600000);
    CHECK(self.calls_at == 1 && self.calls_after == 0);
    uvnostr_secret_key_free(self.key);
    world_destroy(world);
  }
}
