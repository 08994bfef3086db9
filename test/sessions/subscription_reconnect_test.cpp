// SPDX-License-Identifier: MIT
// What a subscription asks a relay for after a reconnect.
#include <optional>
#include <string>

#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class SubscriptionAfterAReconnect : public CoreTest {};

TEST_F(SubscriptionAfterAReconnect, IsAskedAgainUnderANewId) {
  make();
  add_open();
  const subscription s = subscribe();
  const std::string before = asked(world.last())[0];
  world.last().text(event_frame(before, note("a")));
  world.last().text(eose(before));
  reconnect();
  const std::string after = asked(world.last())[0];
  EXPECT_NE(before, after);
  take_said();
  world.last().text(event_frame(after, note("a")));
  world.last().text(event_frame(after, note("late, with an old date", 1'600'000'000s)));
  world.last().text(eose(after));
  world.settle();
  EXPECT_EQ(take_said(), lines{"event late, with an old date from 1"});
}

TEST_F(SubscriptionAfterAReconnect, ResumesALimitedOneFromWhereItWas) {
  make();
  add_open();
  subscribe_options options;
  options.resume_overlap = 100s;
  const subscription s = subscribe({.kinds = {1}, .limit = 2}, options);
  const std::string id = asked(world.last())[0];
  world.last().text(event_frame(id, note("b", 1'699'999'000s)));
  world.last().text(event_frame(id, note("a", 1'699'998'000s)));
  world.last().text(eose(id));
  reconnect();
  EXPECT_NE(world.last().sent()[0].find(R"({"kinds":[1],"since":1699998900})"), std::string::npos)
      << world.last().sent()[0];
}

TEST_F(SubscriptionAfterAReconnect, DoesNotResumeFromAFutureDate) {
  make();
  add_open();
  const subscription s = subscribe({.kinds = {1}, .limit = 2});
  const std::string id = asked(world.last())[0];
  world.last().text(event_frame(id, note("2100", 4'102'444'800s)));
  world.last().text(eose(id));
  reconnect();
  EXPECT_EQ(world.last().sent()[0].find("4102444800"), std::string::npos) << world.last().sent()[0];
}

TEST_F(SubscriptionAfterAReconnect, AsksAllAgainIfItWasLostBeforeEose) {
  make();
  add_open();
  const subscription s = subscribe({.kinds = {1}, .limit = 2});
  world.last().text(event_frame(asked(world.last())[0], note("newest")));
  reconnect();
  EXPECT_EQ(world.last().sent()[0].find("since"), std::string::npos);
  EXPECT_NE(world.last().sent()[0].find(R"("limit":2)"), std::string::npos);
}

TEST_F(SubscriptionAfterAReconnect, ResumesWithSinceOnceEventsAreForgotten) {
  make(verification::off, 4);
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  for (int i = 0; i < 5; ++i)
    world.last().text(event_frame(id, note(std::to_string(i), std::chrono::seconds(1'699'990'000 + i))));
  world.last().text(eose(id));
  reconnect();
  EXPECT_NE(world.last().sent()[0].find(R"("since":1699989404)"), std::string::npos) << world.last().sent()[0];
}

TEST_F(SubscriptionAfterAReconnect, IsNotAskedAgainIfItWasDroppedWhileAway) {
  make();
  add_open();
  std::optional<subscription> s = subscribe();
  world.last().drop();
  s.reset();
  world.advance(1s);
  world.last().open();
  world.settle();
  EXPECT_TRUE(world.last().sent().empty());
}

}  // namespace
}  // namespace uvnostr
