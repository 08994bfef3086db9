// SPDX-License-Identifier: MIT
// Callbacks that count, for tests in C.
#pragma once

#include <uvnostr/uvnostr.h>

#include "c_api/world.h"

/// What callbacks count. The members in front are for waiting.
typedef struct counts {
  int events, eoses, all_eoses, closes, caught_up, relay_closes, pool_closes, states, connected, notices, done;
  uvnostr_pool* pool;
  uvnostr_subscription* subscription;
  uvnostr_answer_counts answers;
  uvnostr_event_id every_1;  ///< the id of the note with this content
  char last[128];
} counts;

/// All callbacks of a subscription. Lifetime: they keep the pointer.
uvnostr_subscription_callbacks counting(counts* seen);
/// All callbacks of a pool but `known` and on_auth.
uvnostr_pool_callbacks counting_pool(counts* seen);
void count_event(void* data, uvnostr_relay_id relay, const uvnostr_event* event);
void count_state(void* data, const uvnostr_relay_status* status);

/// A pool with the first relays of the world.
uvnostr_pool* pool_of(test_world* world, unsigned relays, const uvnostr_pool_callbacks* callbacks);
/// A filter for kind 1. To be freed.
uvnostr_filter* notes(void);

/// A world, a pool with all its relays, and a filter for kind 1.
typedef struct scene {
  test_world* world;
  uvnostr_pool* pool;
  uvnostr_filter* filter;
} scene;
scene scene_open(unsigned relays);
void scene_close(scene* of);
