// SPDX-License-Identifier: MIT
// R2, R4, R5: the end may come between any two turns of the loop, and in the n-th callback of the story for any n.
#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "reentrancy/stage.hpp"
#include "reentrancy/story.hpp"

namespace uvnostr {
namespace {

class Simulation : public ::testing::TestWithParam<action> {};
class RealLoop : public ::testing::TestWithParam<action> {};

std::string name_of(const ::testing::TestParamInfo<action>& info) { return action_names[static_cast<int>(info.param)]; }

// Under AddressSanitizer a story on sockets takes several times as long; there every third place must do. .ci/run sets the
// variable for the flavour that it runs second.
std::size_t step_on_sockets() {
#if defined(__SANITIZE_ADDRESS__)
  return 3;
#else
  const char* const step = std::getenv("UVNOSTR_STEP_ON_SOCKETS");
  return step == nullptr ? 1 : std::max<std::size_t>(std::strtoull(step, nullptr, 10), 1);
#endif
}

/// Plays the story repeatedly, bent at the n-th place, until there is no n-th place.
void bend_at_each(bend how, std::size_t bend::*place, world_kind world, verification mode = verification::threads) {
  const std::size_t step = world == world_kind::sockets ? step_on_sockets() : 1;
  bool bent = true;
  std::size_t n = 0;
  for (std::size_t at = 1; bent && !::testing::Test::HasFailure(); at += step) {
    n = at;
    how.*place = n;
    SCOPED_TRACE(n);
    pool_stage on(world, mode);
    story s(on, how);
    EXPECT_FALSE(s.play());
    bent = s.bent();
  }
  EXPECT_GT(n, 25U) << "the story should be longer than that";
}

TEST_P(Simulation, CanBeBentBeforeEveryTurn) {
  bend_at_each({.what = GetParam()}, &bend::before_turn, world_kind::simulated, verification::off);
  bend_at_each({.what = GetParam()}, &bend::before_turn, world_kind::simulated);
}

TEST_P(Simulation, CanBeBentInEveryCallback) {
  bend_at_each({.what = GetParam()}, &bend::at_callback, world_kind::simulated, verification::off);
  bend_at_each({.what = GetParam()}, &bend::at_callback, world_kind::simulated);
}

TEST_P(RealLoop, CanBeBentBeforeEveryTurn) {
  bend_at_each({.what = GetParam()}, &bend::before_turn, world_kind::sockets);
}

TEST_P(RealLoop, CanBeBentInEveryCallback) {
  bend_at_each({.what = GetParam()}, &bend::at_callback, world_kind::sockets);
}

const auto actions = ::testing::Values(action::destroy_pool, action::close_pool, action::close_then_destroy,
                                       action::destroy_everything, action::destroy_self, action::close_other,
                                       action::remove_this_relay, action::remove_another_relay, action::reconnect,
                                       action::add_relay, action::subscribe, action::publish, action::fetch);

INSTANTIATE_TEST_SUITE_P(Turns, Simulation, actions, name_of);
INSTANTIATE_TEST_SUITE_P(Turns, RealLoop, actions, name_of);

}  // namespace
}  // namespace uvnostr
