// SPDX-License-Identifier: MIT
#include <uvnostr/testing/simulation.hpp>

#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <uv.h>

#include "api/simulate.hpp"
#include "port/world.hpp"

#include "testing/relay/relay_core.hpp"
#include "testing/simulation/simulated_host.hpp"
#include "testing/simulation/simulated_network.hpp"
#include "testing/simulation/simulated_world.hpp"

namespace uvnostr::testing {
namespace {

using duration = detail::agenda::duration;

// How long to wait for the program's own handles, in real time.
constexpr std::chrono::milliseconds patience{60'000};

[[noreturn]] void end_program(const char* what) {
  std::fprintf(stderr, "uvnostr::testing::simulation: %s\n", what);
  std::abort();
}

}  // namespace

struct simulation::state final : port::world_source {
  explicit state(const simulation_options& options) {
    network.latency = options.latency;
    network.start = options.start_time;
    network.random.seed(options.seed);
    if (uv_loop_init(&loop) != 0) end_program("libuv gives no loop");
    uvnostr::detail::simulate(&loop, this);
  }

  port::world* open_world() noexcept override { return new detail::simulated_world(network); }

  /// Runs the next call if it is due by that time.
  bool turn(duration until) noexcept {
    if (network.agenda.empty() || network.agenda.next() > until) return false;
    network.agenda.do_next();
    turn_loop();
    return true;
  }
  void turn_loop() noexcept { uv_run(&loop, UV_RUN_NOWAIT); }

  uv_loop_t loop{};
  detail::simulated_network network;
  bool turning = false;
};

simulation::simulation(simulation_options options) noexcept : state_(std::make_unique<state>(options)) {}

simulation::~simulation() {
  detail::simulated_network& network = state_->network;
  if (network.worlds != 0) end_program("it is destroyed before a pool or relay that was made on its loop");
  if (!network.relays.empty()) end_program("it is destroyed before a test_relay that it has started");
  while (!network.works.empty()) network.finish_work();
  network.agenda.clear();
  uvnostr::detail::simulate(&state_->loop, nullptr);
  if (!run_until_idle(&state_->loop, patience) || uv_loop_close(&state_->loop) != 0) {
    end_program("a handle of the program is still open on its loop");
  }
}

uv_loop_t* simulation::loop() noexcept { return &state_->loop; }
std::chrono::microseconds simulation::elapsed() const noexcept { return state_->network.agenda.now(); }
unix_seconds simulation::wall_clock() const noexcept { return state_->network.wall_clock(); }

result<test_relay> simulation::start_relay(std::string_view url, test_relay_options options) noexcept {
  const result<base::url> at = uvnostr::detail::read_url(url);
  if (!at) return at.error();
  if (state_->network.relays.contains(at->text)) return std::make_error_code(std::errc::address_in_use);
  auto made = std::make_shared<detail::relay_core>(std::make_unique<detail::simulated_host>(state_->network, *at),
                                                   std::move(options));
  if (const std::error_code error = made->listen()) return error;
  return test_relay(std::move(made));
}

void simulation::fail(system_call what, unsigned nth, unsigned times) noexcept {
  state_->network.faults.fail(what, nth, times);
}
std::size_t simulation::failures() const noexcept { return state_->network.faults.failures(); }
void simulation::hold_workers() noexcept { state_->network.hold_workers(); }
void simulation::release_workers() noexcept { state_->network.release_workers(); }

bool simulation::step() noexcept {
  assert(!state_->turning && "a simulation does not run inside one of its own callbacks");
  state_->turning = true;
  const bool happened = state_->turn(duration::max());
  if (!happened) state_->turn_loop();
  state_->turning = false;
  return happened || uv_loop_alive(&state_->loop) != 0;
}

bool simulation::run_until(callback<bool()> condition, std::chrono::milliseconds limit) noexcept {
  assert(!state_->turning && "a simulation does not run inside one of its own callbacks");
  state_->turning = true;
  detail::agenda& agenda = state_->network.agenda;
  const duration until = agenda.now() + limit;
  bool held = condition();
  if (!held) {
    state_->turn_loop();
    held = condition();
  }
  while (!held) {
    if (state_->turn(until)) {
      held = condition();
      continue;
    }
    if (!agenda.empty() || uv_loop_alive(&state_->loop) == 0) break;
    // Only the program's own handles can make anything happen now.
    const bool goes_on = testing::run_until(
        &state_->loop, [&] { return condition() || !agenda.empty(); }, patience);
    held = condition();
    if (!goes_on) break;
  }
  if (!held) {
    agenda.move_to(until);
    held = condition();
  }
  state_->turning = false;
  return held;
}

void simulation::advance(std::chrono::milliseconds time) noexcept {
  assert(!state_->turning && "a simulation does not run inside one of its own callbacks");
  state_->turning = true;
  detail::agenda& agenda = state_->network.agenda;
  const duration until = agenda.now() + time;
  state_->turn_loop();
  while (state_->turn(until)) {
  }
  agenda.move_to(until);
  state_->turn_loop();
  state_->turning = false;
}

}  // namespace uvnostr::testing
