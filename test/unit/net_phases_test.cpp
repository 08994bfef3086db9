// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "net/attempt_phase.hpp"
#include "net/connection_phase.hpp"

namespace uvnostr::net {
namespace {

TEST(AttemptPhase, TableIsInTheOrderOfThePhases) {
  for (std::size_t i = 0; i < attempt_rules.size(); ++i) EXPECT_EQ(static_cast<std::size_t>(attempt_rules[i].at), i);
}

TEST(AttemptPhase, EveryPhaseLeadsToTheEnd) {
  for (const attempt_rule& rule : attempt_rules) {
    EXPECT_TRUE(rule.at == attempt_phase::ended || may_follow(rule.at, attempt_phase::ended));
  }
}

TEST(AttemptPhase, AnOwnerMayLeaveWheneverThereIsOneAndDoesNotComeBack) {
  for (const attempt_rule& from : attempt_rules) {
    EXPECT_EQ(may_follow(from.at, attempt_phase::abandoned), from.has_owner);
    for (const attempt_rule& to : attempt_rules)
      EXPECT_FALSE(may_follow(from.at, to.at) && !from.has_owner && to.has_owner);
  }
}

TEST(AttemptPhase, NothingGoesBack) {
  for (const attempt_rule& from : attempt_rules) {
    for (const attempt_rule& to : attempt_rules) EXPECT_FALSE(may_follow(from.at, to.at) && to.at <= from.at);
  }
}

TEST(ConnectionPhase, TableIsInTheOrderOfThePhases) {
  for (std::size_t i = 0; i < connection_rules.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(connection_rules[i].at), i);
  }
}

TEST(ConnectionPhase, EveryPhaseLeadsToTheEnd) {
  for (const connection_rule& rule : connection_rules) {
    EXPECT_TRUE(rule.at == connection_phase::over || may_follow(rule.at, connection_phase::over));
  }
}

TEST(ConnectionPhase, NothingGoesBack) {
  for (const connection_rule& from : connection_rules) {
    for (const connection_rule& to : connection_rules) EXPECT_FALSE(may_follow(from.at, to.at) && to.at <= from.at);
  }
}

TEST(ConnectionPhase, DeliversOnlyWhileItTakesMessagesToo) {
  for (const connection_rule& rule : connection_rules) {
    EXPECT_EQ(rule.delivers, rule.takes && rule.has_socket);
  }
}

}  // namespace
}  // namespace uvnostr::net
