// SPDX-License-Identifier: MIT
// What a subscription is told of its relays' answers: how many answered and how, and what is missing after a refusal.
#include <optional>
#include <vector>

#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class AllEose : public CoreTest {
 protected:
  subscription_callbacks counting() {
    subscription_callbacks all = noting();
    all.on_all_eose = [this](const answer_counts& told) { counts_told = told; };
    return all;
  }
  std::optional<answer_counts> counts_told;
};

TEST_F(AllEose, SaysHowManyAnsweredAndHow) {
  make();
  add_open("ws://answers.test");
  add_open("ws://refuses.test");
  add_open("ws://silent.test");
  add("ws://down.test");
  const relay_id removed = add_open("ws://removed.test");
  const filter wanted{.kinds = {1}};
  const subscription s = *core->subscribe(std::span(&wanted, 1), counting());
  world.settle();
  world.connections[0]->text(eose(asked(*world.connections[0]).at(0)));
  world.connections[1]->text(R"(["CLOSED",")" + asked(*world.connections[1]).at(0) + R"(","blocked: no"])");
  world.connections[3]->drop(errc::connection_refused);
  EXPECT_FALSE(core->remove_relay(removed));
  world.advance(10s);
  ASSERT_TRUE(counts_told);
  EXPECT_EQ(*counts_told, (answer_counts{.asked = 5, .answered = 1, .refused = 1, .timed_out = 1, .unreachable = 2}));
}

TEST_F(AllEose, ClosesAQueryOfAPoolWithoutRelays) {
  make();
  const filter wanted{.kinds = {1}};
  const subscription s = *core->subscribe(std::span(&wanted, 1), counting(), {.close_on_eose = true});
  world.settle();
  ASSERT_TRUE(counts_told);
  EXPECT_EQ(*counts_told, answer_counts());
  EXPECT_FALSE(s.is_open());
}

TEST_F(AllEose, WaitsForTheFirstRelayOfASubscriptionThatStaysOpen) {
  make();
  const filter wanted{.kinds = {1}};
  const subscription s = *core->subscribe(std::span(&wanted, 1), counting());
  world.advance(1h);
  EXPECT_FALSE(counts_told);
  add_open();
  world.last().text(eose(asked(world.last()).at(0)));
  world.settle();
  ASSERT_TRUE(counts_told);
  EXPECT_EQ(counts_told->answered, 1U);
}

class Refusal : public CoreTest {
 protected:
  subscription_callbacks keeping() {
    subscription_callbacks all;
    all.on_relay_closed = [this](const relay_closed& told) { missing.push_back(told.missing); };
    all.on_caught_up = [this](relay_id, std::span<const gap>) { ++caught_up; };
    return all;
  }
  std::vector<gap> missing;
  int caught_up = 0;
};

TEST_F(Refusal, TellsWhatIsMissingInsteadOfACaughtUp) {
  make();
  add_open();
  const filter wanted{.kinds = {1}};
  const subscription s = *core->subscribe(std::span(&wanted, 1), keeping());
  world.settle();
  world.last().text(R"(["CLOSED",")" + asked(world.last()).at(0) + R"(","blocked: no"])");
  world.settle();
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0], (gap{unix_seconds{}, unix_seconds::max(), gap_reason::refused}));
  EXPECT_EQ(caught_up, 0);
}

TEST_F(Refusal, LeavesOutWhatCameBefore) {
  make();
  add_open();
  const filter wanted{.kinds = {1}};
  const subscription s = *core->subscribe(std::span(&wanted, 1), keeping());
  world.settle();
  const std::string id = asked(world.last()).at(0);
  world.last().text(event_frame(id, note("a", 1'699'999'000s)));
  world.last().text(eose(id));
  world.last().text(R"(["CLOSED",")" + id + R"(","blocked: enough"])");
  world.settle();
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0], (gap{unix_seconds(1'699'999'000s), unix_seconds::max(), gap_reason::refused}));
  EXPECT_EQ(caught_up, 1);
}

}  // namespace
}  // namespace uvnostr
