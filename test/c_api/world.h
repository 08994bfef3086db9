// SPDX-License-Identifier: MIT
// The simulation of uvnostr_testing for tests in C: a loop with a virtual clock, and relays that misbehave on command.
#pragma once

#include <uvnostr/uvnostr.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct test_world test_world;

/// A world with this many relays, "wss://relay0.example" and so on, each of which has three notes, dated 1699999900 to
/// 1699999902, a hundred seconds before the clock: "every 1", "every 2", and one of its own.
test_world* world_create(unsigned relay_count);
/// To be called after everything in it has been destroyed.
void world_destroy(test_world* world);

struct uv_loop_s* world_loop(test_world* world);
const char* world_url(test_world* world, unsigned relay);

/// Runs the world until `*count` is at least `wanted`; fails the test if that never happens.
void world_run_until(test_world* world, const int* count, int wanted);
void world_advance(test_world* world, int64_t milliseconds);

/// A relay gets a note, and passes it on.
void world_add_note(test_world* world, unsigned relay, const char* content);
void world_notice(test_world* world, unsigned relay, const char* text);
void world_drop_connections(test_world* world, unsigned relay);
// What a relay does from now on. NULL: as it should.
void world_refuse_events(test_world* world, unsigned relay, const char* reason);
void world_refuse_reqs(test_world* world, unsigned relay, const char* reason);
void world_set_information(test_world* world, unsigned relay, const char* json);
void world_demand_auth(test_world* world, unsigned relay);
void world_cap_answers(test_world* world, unsigned relay, size_t max_limit);
/// How many events a relay has.
size_t world_event_count(test_world* world, unsigned relay);

#ifdef __cplusplus
}
#endif
