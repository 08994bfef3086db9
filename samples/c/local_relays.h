/* SPDX-License-Identifier: MIT */
/* Chooses a sample's relays, as ../local_relay.hpp does: those named as arguments, or relays in this process. You need
   not read this file to understand the samples. */
#ifndef LOCAL_RELAYS_H
#define LOCAL_RELAYS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uv_loop_s;
struct local_relays;

typedef struct sample_relays {
  const char* const* urls;
  size_t count;
  int are_local;
  struct local_relays* inside;
} sample_relays;

sample_relays start_relays(struct uv_loop_s* loop, int argc, char** argv, size_t local_count);
/* A relay in this process answers every event with OK false. */
void refuse_events(sample_relays* relays, size_t index, const char* reason);
void stop_relays(sample_relays* relays);

#ifdef __cplusplus
}
#endif

#endif
