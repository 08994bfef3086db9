// SPDX-License-Identifier: MIT
#include "local_relays.h"

#include "../local_relay.hpp"

struct local_relays {
  samples::relays chosen;
  std::vector<const char*> urls;
};

extern "C" sample_relays start_relays(uv_loop_s* loop, int argc, char** argv, std::size_t local_count) {
  auto* const inside = new local_relays{samples::relays(loop, argc, argv, local_count), {}};
  for (const std::string& each : inside->chosen.urls) inside->urls.push_back(each.c_str());
  return {inside->urls.data(), inside->urls.size(), inside->chosen.are_local() ? 1 : 0, inside};
}

extern "C" void refuse_events(sample_relays* relays, std::size_t index, const char* reason) {
  relays->inside->chosen.local.at(index).behaviour().refuse_event = {.reason = reason};
}

extern "C" void stop_relays(sample_relays* relays) {
  delete relays->inside;
  relays->inside = nullptr;
}
