// SPDX-License-Identifier: MIT
// A pool and one relay for tests that run in both worlds: on sockets and in a simulation.
#pragma once

#include <optional>
#include <utility>

#include "support/recorder.hpp"
#include "support/test_world.hpp"

namespace uvnostr {

class BothWorlds : public ::testing::TestWithParam<world_kind>, protected recorder {
 protected:
  bool until(callback<bool()> condition) { return world.until(std::move(condition)); }
  bool until_said(std::size_t count) {
    return until([&] { return said.size() >= count; });
  }
  /// Waits until the script is done and this many lines were recorded.
  bool until_done(std::size_t lines_said) {
    return until([&] { return relay->script().done() && said.size() >= lines_said; });
  }
  bool until_ended() {
    return until([&] { return !causes().empty(); });
  }

  void join(relay_options defaults = {}) {
    pool_options options;
    options.relays = {relay->url()};
    defaults.reconnect = {.initial_delay = 100ms, .max_delay = 100ms};
    options.relay_defaults = std::move(defaults);
    pool.emplace(*uvnostr::pool::make(world.loop(), std::move(options), pool_calls()));
  }
  void subscribe(const filter& f = {.kinds = {1}}) { notes.emplace(*pool->subscribe(f, noting())); }
  void publish(const event& e) { ASSERT_FALSE(pool->publish(e, receipts())); }

  const event a = make_event("a");
  const event b = make_event("b");
  const event c = make_event("c");
  test_world world{GetParam()};
  std::optional<test_relay> relay = world.start_relay();
  std::optional<uvnostr::pool> pool;
  std::optional<subscription> notes;
};

inline std::string name_of_world(const ::testing::TestParamInfo<world_kind>& info) {
  return info.param == world_kind::sockets ? "OnSockets" : "Simulated";
}

}  // namespace uvnostr
