// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "session/phase.hpp"

namespace uvnostr::session {
namespace {

TEST(Phase, TableIsInTheOrderOfThePhases) {
  for (std::size_t i = 0; i < phase_rules.size(); ++i) EXPECT_EQ(static_cast<std::size_t>(phase_rules[i].at), i);
}

TEST(Phase, EveryPhaseLeadsToTheEnd) {
  for (const phase_rule& rule : phase_rules) {
    EXPECT_TRUE(rule.at == phase::stopped || may_follow(rule.at, phase::stopped)) << static_cast<int>(rule.at);
  }
}

TEST(Phase, NothingIsConnectedWithoutADial) {
  for (const phase_rule& rule : phase_rules) {
    EXPECT_EQ(may_follow(rule.at, phase::connected), rule.at == phase::connecting);
    EXPECT_EQ(may_follow(rule.at, phase::connecting), rule.at == phase::queued);
  }
}

}  // namespace
}  // namespace uvnostr::session
