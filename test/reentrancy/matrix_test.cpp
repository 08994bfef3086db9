// SPDX-License-Identifier: MIT
// R2, R4, R5, R10: callbacks may do anything.
#include <gtest/gtest.h>

#include "reentrancy/stage.hpp"
#include "reentrancy/story.hpp"

namespace uvnostr {
namespace {

using cell = std::tuple<hook, action>;

std::string name_of(const ::testing::TestParamInfo<cell>& info) {
  return std::string(action_names[static_cast<int>(std::get<1>(info.param))]) + "_in_" +
         hook_names[static_cast<int>(std::get<0>(info.param))];
}

std::vector<hook> hooks() {
  std::vector<hook> all;
  for (std::size_t i = 0; i < std::size(hook_names); ++i) all.push_back(static_cast<hook>(i));
  return all;
}
/// Actions on relays do not apply to a single relay.
std::vector<action> actions(action end) {
  std::vector<action> all;
  for (int i = 0; i < static_cast<int>(end); ++i) all.push_back(static_cast<action>(i));
  return all;
}
constexpr auto all_actions = static_cast<action>(std::size(action_names));

void play(stage& on, const cell& how) {
  story s(on, {.what = std::get<1>(how), .at_hook = std::get<0>(how)});
  EXPECT_FALSE(s.play());
  EXPECT_TRUE(s.bent()) << "the callback was never called";
}

class Simulated : public ::testing::TestWithParam<cell> {};
class RealPool : public ::testing::TestWithParam<cell> {};
class RealRelay : public ::testing::TestWithParam<cell> {};

TEST_P(Simulated, KeepsTheContractAfter) {
  for (const verification mode : {verification::off, verification::on_loop, verification::threads}) {
    SCOPED_TRACE(static_cast<int>(mode));
    pool_stage on(world_kind::simulated, mode);
    play(on, GetParam());
  }
}

TEST_P(RealPool, KeepsTheContractAfter) {
  pool_stage on(world_kind::sockets);
  play(on, GetParam());
}

TEST_P(RealRelay, KeepsTheContractAfter) {
  relay_stage on(world_kind::sockets);
  play(on, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Matrix, Simulated,
                         ::testing::Combine(::testing::ValuesIn(hooks()), ::testing::ValuesIn(actions(all_actions))),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Matrix, RealPool,
                         ::testing::Combine(::testing::ValuesIn(hooks()), ::testing::ValuesIn(actions(all_actions))),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Matrix, RealRelay,
                         ::testing::Combine(::testing::ValuesIn(hooks()),
                                            ::testing::ValuesIn(actions(action::add_relay))),
                         name_of);

}  // namespace
}  // namespace uvnostr
