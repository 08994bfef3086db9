// SPDX-License-Identifier: MIT
// Structs that begin with their size, in every size that a program may give, and in sizes that it must not.
#include <stdlib.h>

#include "c_api/check.h"
#include "c_api/counting.h"
#include "c_api/tests.h"

/// A struct that programs fill, and a call that reads it.
typedef struct sized_struct {
  const char* name;
  size_t size;
  void (*init)(void* into, size_t size);  ///< NULL: callbacks, which have none
  int (*give)(scene* at, const void* given, uvnostr_error* error);
} sized_struct;

#define INIT(type) \
  static void init_##type(void* into, size_t size) { uvnostr_##type##_init(into, size); }
INIT(pool_options)
INIT(relay_options)
INIT(subscribe_options)
INIT(fetch_options)
INIT(publish_options)
INIT(draft)

static int make_pool(scene* at, const void* options, const void* callbacks, uvnostr_error* error) {
  uvnostr_pool* pool = NULL;
  const int code = uvnostr_pool_create(&pool, world_loop(at->world), options, callbacks, error);
  uvnostr_pool_destroy(pool);
  return code;
}
static int give_pool_options(scene* at, const void* given, uvnostr_error* error) {
  return make_pool(at, given, NULL, error);
}
static int give_pool_callbacks(scene* at, const void* given, uvnostr_error* error) {
  return make_pool(at, NULL, given, error);
}
static int give_relay_defaults(scene* at, const void* given, uvnostr_error* error) {
  uvnostr_pool_options options;
  uvnostr_pool_options_init(&options, sizeof options);
  options.relay_defaults = given;
  return make_pool(at, &options, NULL, error);
}
static int give_relay_options(scene* at, const void* given, uvnostr_error* error) {
  uvnostr_relay_id added = 0;
  const int code = uvnostr_pool_add_relay(at->pool, &added, "wss://another.example", given, error);
  if (code == UVNOSTR_OK) uvnostr_pool_remove_relay(at->pool, added);
  return code;
}
static int give_relay_callbacks(scene* at, const void* given, uvnostr_error* error) {
  uvnostr_relay* relay = NULL;
  const int code = uvnostr_relay_create(&relay, world_loop(at->world), "wss://x.example", NULL, given, error);
  uvnostr_relay_destroy(relay);
  return code;
}
static int subscribe(scene* at, const void* callbacks, const void* options, uvnostr_error* error) {
  uvnostr_subscription* made = NULL;
  const int code = uvnostr_pool_subscribe(at->pool, &made, &at->filter, 1, callbacks, options, error);
  uvnostr_subscription_destroy(made);
  return code;
}
static int give_subscribe_options(scene* at, const void* given, uvnostr_error* error) {
  return subscribe(at, NULL, given, error);
}
static int give_subscription_callbacks(scene* at, const void* given, uvnostr_error* error) {
  return subscribe(at, given, NULL, error);
}
static int fetch(scene* at, const void* callbacks, const void* options, uvnostr_error* error) {
  uvnostr_subscription* made = NULL;
  const int code = uvnostr_pool_fetch(at->pool, &made, &at->filter, 1, callbacks, options, error);
  uvnostr_subscription_destroy(made);
  return code;
}
static int give_fetch_options(scene* at, const void* given, uvnostr_error* error) {
  return fetch(at, NULL, given, error);
}
static int give_fetch_callbacks(scene* at, const void* given, uvnostr_error* error) {
  return fetch(at, given, NULL, error);
}
/// Signs a draft (NULL: an empty one) and publishes the event.
static int publish(scene* at, const void* draft, const void* callbacks, const void* options, uvnostr_error* error) {
  uvnostr_secret_key* key = NULL;
  uvnostr_event* event = NULL;
  uvnostr_draft empty;
  int code;
  uvnostr_draft_init(&empty, sizeof empty);
  CHECK_CODE(uvnostr_secret_key_generate(&key), UVNOSTR_OK);
  code = uvnostr_secret_key_sign(key, draft != NULL ? draft : &empty, &event, error);
  if (code == UVNOSTR_OK) code = uvnostr_pool_publish(at->pool, event, callbacks, options, error);
  uvnostr_event_free(event);
  uvnostr_secret_key_free(key);
  return code;
}
static int give_publish_options(scene* at, const void* given, uvnostr_error* error) {
  return publish(at, NULL, NULL, given, error);
}
static int give_publish_callbacks(scene* at, const void* given, uvnostr_error* error) {
  return publish(at, NULL, given, NULL, error);
}
static int give_draft(scene* at, const void* given, uvnostr_error* error) {
  return publish(at, given, NULL, NULL, error);
}

#define OPTIONS(type) \
  { "uvnostr_" #type, sizeof(uvnostr_##type), init_##type, give_##type }
#define CALLBACKS(type) \
  { "uvnostr_" #type, sizeof(uvnostr_##type), NULL, give_##type }
static const sized_struct structs[] = {
    OPTIONS(pool_options),
    OPTIONS(relay_options),
    {"uvnostr_relay_options", sizeof(uvnostr_relay_options), init_relay_options, give_relay_defaults},
    OPTIONS(subscribe_options),
    OPTIONS(fetch_options),
    OPTIONS(publish_options),
    OPTIONS(draft),
    CALLBACKS(pool_callbacks),
    CALLBACKS(relay_callbacks),
    CALLBACKS(subscription_callbacks),
    CALLBACKS(fetch_callbacks),
    CALLBACKS(publish_callbacks)};
#define STRUCT_COUNT (sizeof structs / sizeof *structs)
enum { room = 4096, untouched = 0xee, step = sizeof(size_t) };

/// What no version of a program can mean with the size of a struct that has `size` bytes now.
static size_t bad_size(size_t size, unsigned i) {
  const size_t bad[] = {0, 1, step - 1, size - 1, size + 1, size + 2048, (size_t)-8, (size_t)-1};
  return i < sizeof bad / sizeof *bad ? bad[i] : size;
}

static int is_untouched(const unsigned char* from, const unsigned char* end) {
  while (from < end && *from == untouched) ++from;
  return from == end;
}

void RefusesStructsOfAnImpossibleSize(void) {
  scene at = scene_open(1);
  size_t i;
  for (i = 0; i < STRUCT_COUNT; ++i) {
    const sized_struct* each = &structs[i];
    unsigned char* given = calloc(1, room);
    uvnostr_error error;
    size_t bad;
    unsigned k;
    for (k = 0; (bad = bad_size(each->size, k)) != each->size; ++k) {
      if (each->init != NULL) each->init(given, each->size);
      memcpy(given, &bad, sizeof bad);
      CHECK_CODE(each->give(&at, given, &error), UVNOSTR_E_INVALID_ARGUMENT);
      CHECK(strncmp(error.message, each->name, strlen(each->name)) == 0);
      CHECK(strstr(error.message, "set its size, or use its _init function") != NULL);
    }
    bad = each->size + step;
    memcpy(given, &bad, sizeof bad);
    CHECK_CODE(each->give(&at, given, &error), UVNOSTR_E_INVALID_ARGUMENT);
    CHECK(strstr(error.message, "compiled for a newer uvnostr") != NULL);
    free(given);
  }
  scene_close(&at);
}

void ReadsStructsOfOlderPrograms(void) {
  scene at = scene_open(1);
  size_t i, size;
  for (i = 0; i < STRUCT_COUNT; ++i) {
    const sized_struct* each = &structs[i];
    for (size = step; size <= each->size; size += step) {
      void* given = calloc(1, size);  // AddressSanitizer sees if more is read
      uvnostr_error error = {0, ""};
      if (each->init != NULL) each->init(given, size);
      memcpy(given, &size, sizeof size);
      CHECK_CODE(each->give(&at, given, &error), UVNOSTR_OK);
      CHECK_TEXT(error.message, "");
      free(given);
    }
  }
  scene_close(&at);
}

void SetsDefaultsWithinTheSize(void) {
  size_t i, size, written;
  for (i = 0; i < STRUCT_COUNT; ++i) {
    const sized_struct* each = &structs[i];
    unsigned char into[room], whole[room];
    unsigned k;
    if (each->init == NULL) continue;
    each->init(NULL, each->size);
    memset(whole, 0, sizeof whole);
    each->init(whole, each->size);
    for (size = step; size <= each->size + 64; size += step) {
      memset(into, untouched, sizeof into);
      each->init(into, size);
      memcpy(&written, into, sizeof written);
      CHECK(written == size && memcmp(into + step, whole + step, size - step) == 0);  // after our end: zeros
      CHECK(is_untouched(into + size, into + sizeof into));
    }
    for (k = 0; (size = bad_size(each->size, k)) != each->size; ++k) {
      memset(into, untouched, sizeof into);
      each->init(into, size);
      CHECK(is_untouched(into + step, into + sizeof into));
      if (size < step) {
        CHECK(is_untouched(into, into + step));
      } else {  // the call that takes the options refuses it
        memcpy(&written, into, sizeof written);
        CHECK(written == size);
      }
    }
  }
}

void GivesAnswersWithinTheSize(void) {
  scene at = scene_open(1);
  uvnostr_subscription* subscription = NULL;
  unsigned char into[room];
  uvnostr_answer_counts whole;
  size_t size;
  unsigned k;
  CHECK_CODE(uvnostr_pool_subscribe(at.pool, &subscription, &at.filter, 1, NULL, NULL, NULL), UVNOSTR_OK);
  world_advance(at.world, 1000);
  CHECK_CODE(uvnostr_subscription_get_answers(subscription, &whole, sizeof whole), UVNOSTR_OK);
  CHECK(whole.asked == 1 && whole.answered == 1);
  for (size = step; size <= sizeof whole + 64; size += step) {
    const size_t known = size < sizeof whole ? size : sizeof whole;
    memset(into, untouched, sizeof into);
    CHECK_CODE(uvnostr_subscription_get_answers(subscription, (void*)into, size), UVNOSTR_OK);
    CHECK(memcmp(into, &whole, known) == 0 && is_untouched(into + size, into + sizeof into));
    CHECK(size <= sizeof whole || into[sizeof whole] == 0);  // what only a newer program knows
  }
  for (k = 0; (size = bad_size(sizeof whole, k)) != sizeof whole; ++k) {
    memset(into, untouched, sizeof into);
    CHECK_CODE(uvnostr_subscription_get_answers(subscription, (void*)into, size), UVNOSTR_E_INVALID_ARGUMENT);
    CHECK(is_untouched(into, into + sizeof into));
  }
  CHECK_CODE(uvnostr_subscription_get_answers(subscription, NULL, sizeof whole), UVNOSTR_E_INVALID_ARGUMENT);
  uvnostr_subscription_destroy(subscription);
  scene_close(&at);
}
