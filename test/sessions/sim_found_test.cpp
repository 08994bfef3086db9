// SPDX-License-Identifier: MIT
// Faults that seeded worlds (test/sim) found, each reduced to a few steps.
#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class SimFound : public CoreTest {
 protected:
  /// The filters of the last REQ that was sent.
  std::string filters_asked() {
    const std::string& req = world.last().sent().back();
    return req.substr(req.find('{'));
  }
};

// A resumed answer comes newest first too. If it is cut off, events older than its first one are still missing.
TEST_F(SimFound, DoesNotMoveTheCursorByAnAnswerThatWasCut) {
  make();
  add_open();
  const subscription s = subscribe({.kinds = {1}, .limit = 1});
  const std::string id = asked(world.last())[0];
  world.last().text(event_frame(id, note("the first", 1'700'000'000s)));
  world.last().text(eose(id));
  world.settle();
  reconnect();
  const std::string since = filters_asked();
  ASSERT_NE(since.find(R"("since")"), std::string::npos);
  world.advance(24h);
  world.last().text(event_frame(asked(world.last())[0], note("the newest of many", 1'700'090'000s)));
  reconnect();
  EXPECT_EQ(filters_asked(), since);
}

TEST_F(SimFound, MovesTheCursorByAnAnswerThatIsComplete) {
  make();
  add_open();
  const subscription s = subscribe({.kinds = {1}, .limit = 1});
  world.last().text(eose(asked(world.last())[0]));
  world.settle();
  reconnect();
  world.advance(24h);
  const std::string id = asked(world.last())[0];
  world.last().text(event_frame(id, note("the newest of many", 1'700'000'000s)));
  world.last().text(eose(id));
  reconnect();
  EXPECT_NE(filters_asked().find(R"("since":1699999400)"), std::string::npos)
      << filters_asked() << ": the event's time less the overlap";
}

// The refusals of two REQs were sent before AUTH; the second waited behind an event until AUTH was over.
TEST_F(SimFound, AsksAgainIfTheRefusalIsHandledAfterAuth) {
  make(verification::threads);
  relay_options with_key = plain_relay();
  with_key.auth_users = {key};
  add_open(with_key);
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  world.last().text(R"(["AUTH","challenge"])");
  const event published = note("published");
  EXPECT_FALSE(core->publish(published, {}, {}));
  world.settle();
  world.hold_workers();
  world.last().text(event_frame(id, note("still being verified")));
  world.settle();
  world.last().take_sent();
  world.last().text(R"(["CLOSED",")" + id + R"(","auth-required: who are you?"])");
  world.last().text(ok(published, false, "auth-required: who are you?"));
  world.settle();
  const std::string proof = world.last().take_sent().front();
  const std::size_t at = proof.find(R"("id":")") + 6;
  world.last().text(R"(["OK",")" + proof.substr(at, 64) + R"(",true,""])");
  world.release_workers();
  world.settle();
  EXPECT_EQ(asked(world.last()).size(), 1U);
  EXPECT_EQ(take_said(), lines{"event still being verified from 1"});
}

TEST_F(SimFound, CountsNothingAsPendingForARelayThatIsGone) {
  make(verification::threads);
  const relay_id r = add_open();
  const subscription s = subscribe();
  world.hold_workers();
  world.last().text(event_frame(asked(world.last())[0], note("still being verified")));
  world.settle();
  EXPECT_FALSE(core->remove_relay(r));
  world.last().drop({});
  world.settle();
  world.release_workers();
  world.settle();
  EXPECT_EQ(core->stats().messages.unverified, 0U);
  EXPECT_EQ(core->stats().messages.unknown_subscription, 1U);
  EXPECT_EQ(core->stats().messages.sum(), core->stats().messages_in);
}

TEST_F(SimFound, SeenOnDoesNotNameARelayThatWasRemoved) {
  make();
  const relay_id r = add_open();
  const subscription s = subscribe();
  const event e = note("x");
  world.last().text(event_frame(asked(world.last())[0], e));
  EXPECT_EQ(core->seen_on(e.id()), std::vector{r});
  EXPECT_FALSE(core->remove_relay(r));
  EXPECT_TRUE(core->seen_on(e.id()).empty());  // although the relay is still closing
}

// EOSE came, but the connection was lost while it waited for the events before it: the REQ counts as unanswered.
TEST_F(SimFound, AsksAnewWhereTheConnectionWasLostBeforeItsEoseWasHandled) {
  make(verification::threads);
  add_open();
  const subscription s = subscribe({.kinds = {1}, .limit = 5});
  std::string id = asked(world.last())[0];
  const event x = note("x", 1'699'999'000s);
  world.hold_workers();
  world.last().text(event_frame(id, x));
  world.last().text(eose(id));
  world.settle();
  world.last().drop();
  world.release_workers();
  world.settle();
  EXPECT_EQ(take_said(), lines{"event x from 1"});
  world.advance(1s);
  world.last().open();
  world.settle();
  id = asked(world.last())[0];
  world.last().text(event_frame(id, note("y", 1'699'999'500s)));
  world.last().text(event_frame(id, x));
  world.last().text(eose(id));
  world.settle();
  EXPECT_EQ(take_said(), (lines{"event y from 1", "eose from 1", "all eose"}));
}

// The page had waited for its turn, so its time limit was that of who waits: as long as the relay answers others.
TEST_F(SimFound, AwaitsAPageThatWasSlowedDownNoLongerThanAnother) {
  make();
  add_open();
  subscription_callbacks calls;
  std::optional<gap_reason> told;
  calls.on_caught_up = [&](relay_id, std::span<const gap> gaps) {
    told = gaps.empty() ? gap_reason::memory : gaps[0].reason;
  };
  const filter ones{.kinds = {1}};
  const subscription slowed = *core->subscribe(std::span(&ones, 1), std::move(calls), {});
  world.settle();
  const std::string id = asked(world.last())[0];
  std::vector<subscription> many;  // so that the relay has reason to complain
  for (int i = 0; i < 8; ++i) many.push_back(subscribe());
  for (const std::string& each : asked(world.last())) world.last().text(eose(each));
  world.last().text(event_frame(id, note("x", 1'699'999'000s)));
  world.last().text(R"(["EOSE",")" + id + R"("])");
  world.settle();
  const lines pages = asked(world.last());
  ASSERT_EQ(pages.size(), 1U);
  world.last().text(R"(["CLOSED",")" + pages[0] + R"(","rate-limited: slow down"])");
  world.advance(2s);
  ASSERT_EQ(asked(world.last()).size(), 1U) << "the page is asked for again";
  const subscription other = subscribe();
  world.advance(2s);
  const lines ids = asked(world.last());
  ASSERT_EQ(ids.size(), 1U);
  world.last().text(eose(ids[0]));
  world.advance(1h);
  EXPECT_EQ(told, gap_reason::no_answer);
}

// The refusal told of a gap without an end, so its end has to be told as well.
TEST_F(SimFound, TellsThatItHasCaughtUpOnceMoreAfterARefusal) {
  make();
  const relay_id id = add_open();
  int caught_up = 0;
  subscription_callbacks calls;
  calls.on_caught_up = [&](relay_id, std::span<const gap>) { ++caught_up; };
  const filter ones{.kinds = {1}};
  subscription s = *core->subscribe(std::span(&ones, 1), std::move(calls), {});
  world.settle();
  const std::string first = asked(world.last())[0];
  world.last().text(eose(first));
  world.settle();
  EXPECT_EQ(caught_up, 1);
  world.last().text(R"(["CLOSED",")" + first + R"(","error: not now"])");
  world.settle();
  ASSERT_TRUE(s.ask_again(id));
  world.settle();
  world.last().text(eose(asked(world.last())[0]));
  world.settle();
  EXPECT_EQ(caught_up, 2);
}

// The relay is given up, dialled again and removed before the program hears of the first.
TEST_F(SimFound, TellsOfTheEndOfARemovedRelayOnce) {
  make();
  relay_options options = plain_relay();
  options.reconnect.enabled = false;
  const relay_id id = add_open(options);
  subscription_callbacks calls;
  calls.on_all_eose = [&] {
    EXPECT_FALSE(core->reconnect(id));
    EXPECT_FALSE(core->remove_relay(id));
  };
  const filter ones{.kinds = {1}};
  const subscription s = *core->subscribe(std::span(&ones, 1), std::move(calls), {});
  world.settle();
  forget_states();
  world.last().drop();
  world.settle();
  EXPECT_EQ(count(relay_state::stopped), 1U);
}

// One relay's event waits for a paused subscription and goes with its relay, while another's copy of it is being verified:
// the copy has no bytes, so the relay that sent it is asked for the event.
TEST_F(SimFound, AsksForAnEventOfWhichOnlyACopyIsLeft) {
  make(verification::threads);
  const relay_id a = add_open("ws://a.test");
  played_connection& to_a = world.last();
  add_open("ws://b.test");
  played_connection& to_b = world.last();
  subscription paused = subscribe({.kinds = {1}}, {}, "paused");
  subscription_callbacks calls;
  calls.on_event = [&](relay_id, const event_view&) { EXPECT_FALSE(core->remove_relay(a)); };
  const filter same{.kinds = {1}};
  const std::vector<relay_id> only_a{a};
  const subscription other = *core->subscribe(std::span(&same, 1), std::move(calls), {}, only_a);
  world.settle();
  const lines at_a = asked(to_a), at_b = asked(to_b);
  for (const std::string& id : at_a) to_a.text(eose(id));
  to_b.text(eose(at_b[0]));
  world.settle();
  take_said();
  paused.pause();
  world.hold_workers();
  const event e = note("only a copy is left");
  for (const std::string& id : at_a) to_a.text(event_frame(id, e));
  world.settle();
  to_b.text(event_frame(at_b[0], e));
  world.settle();
  world.release_workers();
  world.settle();
  paused.resume();
  world.settle();
  const lines pages = asked(to_b);
  ASSERT_EQ(pages.size(), 1U);
  to_b.text(event_frame(pages[0], e));
  to_b.text(eose(pages[0]));
  world.settle();
  EXPECT_EQ(take_said().front(), "paused event only a copy is left from 2");
}

// There is little memory, so the relay whose pages are older waits for the other. That one never answers its page, and is
// given up in the end: nothing but that end tells the first to go on.
TEST_F(SimFound, GoesOnWhenTheRelayThatItWaitsForIsGivenUp) {
  make(verification::off, 4);
  add_open("ws://a.test");
  played_connection& to_a = world.last();
  add_open("ws://b.test");
  played_connection& to_b = world.last();
  const subscription s = subscribe();
  world.settle();
  const auto answer = [&](played_connection& to, std::chrono::seconds date) {
    const lines ids = asked(to);
    ASSERT_EQ(ids.size(), 1U) << date.count();
    to.text(event_frame(ids[0], note(std::to_string(date.count()), date)));
    to.text(R"(["EOSE",")" + ids[0] + R"("])");
    world.settle();
  };
  answer(to_b, 1'699'999'900s);
  ASSERT_EQ(asked(to_b).size(), 1U) << "a page, which is not answered";
  for (const auto date : {1'699'999'800s, 1'699'999'700s, 1'699'999'600s}) answer(to_a, date);
  ASSERT_EQ(asked(to_a).size(), 0U) << "it waits";
  world.advance(1h);
  EXPECT_NE(asked(to_a), lines()) << "its next page";
}

// The relay accepts and closes again before the REQ has left, so the time limit for its EOSE never starts.
TEST_F(SimFound, DoesNotWaitForARelayThatHangsUpBeforeItWasAsked) {
  make();
  add();
  const subscription s = subscribe();
  world.last().block();
  world.last().open();
  world.settle();
  world.last().drop();
  world.settle();
  EXPECT_EQ(take_said(), lines{"all eose"});
}

}  // namespace
}  // namespace uvnostr
