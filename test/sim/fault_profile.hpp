// SPDX-License-Identifier: MIT
// The faults of a simulated relay for some time. All numbers except times are percentages.
#pragma once

#include "sim/random_source.hpp"

namespace uvnostr::sim {

using namespace std::chrono_literals;

struct fault_profile {
  const char* name = "healthy";
  unsigned refuses = 0;  // dials
  unsigned hangs = 0;
  unsigned fails_at_once = 0;
  unsigned drops_before_open = 0;
  unsigned drops_at_open = 0;
  duration longest_life{};  // of a connection; 0: for ever
  unsigned freezes = 0;     // instead of dropping it
  unsigned drops_mid_stored = 0;
  unsigned drops_after_eose = 0;
  unsigned forges = 0;  // messages
  unsigned duplicates = 0;
  unsigned strays = 0;  // events outside the filter or for no subscription
  unsigned garbage = 0;
  unsigned ignores_req = 0;
  unsigned ignores_event = 0;
  unsigned closes_req = 0;
  unsigned closes_after_eose = 0;
  unsigned refuses_page = 0;
  unsigned ignores_page = 0;
  unsigned hangs_up_over = 0;  // subscriptions over whose REQ it hangs up
  unsigned rejects_event = 0;
  unsigned narrow_socket = 0;  // connections
  duration latency{60ms};      // the longest
  duration eose_delay{};       // the longest

  static fault_profile any(random_source& random) {
    switch (random.below(15)) {
      case 0: return {.name = "unreachable", .refuses = 60, .hangs = 25, .fails_at_once = 5, .drops_before_open = 10};
      case 1:
        return {.name = "flapping", .refuses = 10, .drops_before_open = 10, .drops_at_open = 90, .longest_life = 20s};
      case 2:
        return {.name = "lossy",
                .refuses = 20,
                .drops_before_open = 5,
                .drops_at_open = 5,
                .longest_life = 240s,
                .freezes = 25,
                .drops_mid_stored = 25,
                .drops_after_eose = 10,
                .eose_delay = 3s};
      case 3:
        return {.name = "hostile", .longest_life = 900s, .forges = 50, .duplicates = 30, .strays = 25, .garbage = 25};
      case 4:
        return {.name = "silent",
                .longest_life = 600s,
                .freezes = 50,
                .ignores_req = 40,
                .ignores_event = 60,
                .eose_delay = 15s};
      case 5: return {.name = "refusing", .longest_life = 1200s, .garbage = 10, .closes_req = 50, .rejects_event = 50};
      case 6:
        return {.name = "slow",
                .longest_life = 900s,
                .drops_mid_stored = 10,
                .duplicates = 10,
                .narrow_socket = 80,
                .latency = 4s,
                .eose_delay = 8s};
      case 7:
        return {.name = "everything",
                .refuses = 10,
                .hangs = 5,
                .drops_before_open = 5,
                .drops_at_open = 10,
                .longest_life = 300s,
                .freezes = 20,
                .drops_mid_stored = 10,
                .drops_after_eose = 10,
                .forges = 25,
                .duplicates = 20,
                .strays = 10,
                .garbage = 10,
                .ignores_req = 10,
                .ignores_event = 15,
                .closes_req = 10,
                .rejects_event = 15,
                .narrow_socket = 30,
                .latency = 1s,
                .eose_delay = 4s};
      case 8:
        return {.name = "interrupted",
                .refuses = 70,
                .hangs = 10,
                .longest_life = 300s,
                .drops_mid_stored = 50,
                .latency = 300ms};
      case 9:
        return {.name = "without pages",
                .longest_life = 1200s,
                .refuses_page = random.one_in(2) ? 90U : 30U,
                .ignores_page = random.one_in(2) ? 60U : 0U};
      case 10:
        return {.name = "moody", .longest_life = 1200s, .closes_req = 10, .closes_after_eose = 50, .refuses_page = 10};
      case 11: return {.name = "touchy", .longest_life = 1200s, .hangs_up_over = 40};
      case 12:
        return {.name = "tiring",
                .longest_life = 120s,
                .drops_mid_stored = 30,
                .refuses_page = 10,
                .ignores_page = 10,
                .latency = 500ms};
      default: return {};
    }
  }
};

}  // namespace uvnostr::sim
