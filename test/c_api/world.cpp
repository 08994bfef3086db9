// SPDX-License-Identifier: MIT
#include "c_api/world.h"

#include <string>
#include <vector>

#include <uvnostr/testing/simulation.hpp>

#include "c_api/check.h"

using namespace uvnostr::testing;
using uvnostr::unix_seconds;

struct test_world {
  simulation simulated;
  std::vector<test_relay> relays;
  std::vector<std::string> urls;
};

namespace {

std::optional<refusal> refusing(const char* reason) {
  return reason == nullptr ? std::nullopt : std::optional(refusal{.reason = reason});
}

}  // namespace

extern "C" {

test_world* world_create(unsigned relay_count) {
  auto* const world = new test_world;
  for (unsigned i = 0; i < relay_count; ++i) {
    world->urls.push_back("wss://relay" + std::to_string(i) + ".example");
    world->relays.push_back(*world->simulated.start_relay(world->urls.back()));
    test_relay& relay = world->relays.back();
    const unix_seconds when = test_time - std::chrono::seconds(100);
    relay.add(make_event("every 1", when));
    relay.add(make_event("every 2", when + std::chrono::seconds(1)));
    relay.add(make_event("only " + std::to_string(i), when + std::chrono::seconds(2)));
  }
  return world;
}
void world_destroy(test_world* world) { delete world; }

uv_loop_s* world_loop(test_world* world) { return world->simulated.loop(); }
const char* world_url(test_world* world, unsigned relay) { return world->urls.at(relay).c_str(); }

void world_run_until(test_world* world, const int* count, int wanted) {
  if (!world->simulated.run_until([count, wanted] { return *count >= wanted; })) {
    check_failed(__FILE__, __LINE__, "what the test waits for never happens", std::to_string(*count).c_str());
  }
}
void world_advance(test_world* world, int64_t milliseconds) {
  world->simulated.advance(std::chrono::milliseconds(milliseconds));
}

void world_add_note(test_world* world, unsigned relay, const char* content) {
  world->relays.at(relay).add(make_event(content, world->simulated.wall_clock()));
}
void world_notice(test_world* world, unsigned relay, const char* text) {
  for (const connection& each : world->relays.at(relay).connections()) {
    each.send_text("[\"NOTICE\",\"" + std::string(text) + "\"]");
  }
}
void world_drop_connections(test_world* world, unsigned relay) { world->relays.at(relay).drop_connections(); }

void world_refuse_events(test_world* world, unsigned relay, const char* reason) {
  world->relays.at(relay).behaviour().refuse_event = refusing(reason);
}
void world_refuse_reqs(test_world* world, unsigned relay, const char* reason) {
  world->relays.at(relay).behaviour().refuse_req = refusing(reason);
}
void world_set_information(test_world* world, unsigned relay, const char* json) {
  world->relays.at(relay).behaviour().information = json == nullptr ? "" : json;
}
void world_demand_auth(test_world* world, unsigned relay) {
  world->relays.at(relay).behaviour().auth.demand = auth_demand::on_connect;
}
void world_cap_answers(test_world* world, unsigned relay, size_t max_limit) {
  world->relays.at(relay).behaviour().max_limit = max_limit;
}
size_t world_event_count(test_world* world, unsigned relay) { return world->relays.at(relay).events().size(); }

}  // extern "C"
