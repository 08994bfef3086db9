// SPDX-License-Identifier: MIT
#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class Subscription : public CoreTest {};

TEST_F(Subscription, AsksDeliversAndSaysEose) {
  make();
  const relay_id r = add_open();
  const subscription s = subscribe({.kinds = {1}, .limit = 5});
  const lines sent = world.last().take_sent();
  ASSERT_EQ(sent.size(), 1U);
  const std::string id = wire_id(sent[0]);
  EXPECT_EQ(sent[0], R"(["REQ",")" + id + R"(",{"kinds":[1],"limit":5}])");
  world.last().text(event_frame(id, note("hello")));
  world.last().text(eose(id));
  world.settle();
  EXPECT_EQ(take_said(), (lines{"event hello from 1", "eose from 1", "all eose"}));
  EXPECT_EQ(counts(r).delivered, 1U);
}

// RFC 8259, 7.
TEST_F(Subscription, IsKnownInWhateverEscapesTheRelayWritesItsId) {
  make();
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  std::string escaped;
  for (const char c : id) {
    static constexpr std::string_view digits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(c);
    escaped += std::string("\\u00") + digits[code >> 4] + digits[code & 15];
  }
  world.last().text(event_frame(escaped, note("hello")));
  world.last().text(eose(escaped));
  world.settle();
  EXPECT_EQ(take_said(), (lines{"event hello from 1", "eose from 1", "all eose"}));
  EXPECT_EQ(core->stats().messages.unknown_subscription, 0U);
}

TEST_F(Subscription, AsksARelayThatComesUpLater) {
  make();
  add();
  const subscription s = subscribe();
  world.last().open();
  world.settle();
  EXPECT_EQ(asked(world.last()).size(), 1U);
}

TEST_F(Subscription, GivesAnEventOfTwoRelaysOnce) {
  make();
  const relay_id a = add_open("ws://a.test");
  const relay_id b = add_open("ws://b.test");
  const subscription s = subscribe();
  const event e = note("once");
  world.connections[0]->text(event_frame(asked(*world.connections[0])[0], e));
  world.connections[1]->text(event_frame(asked(*world.connections[1])[0], e));
  EXPECT_EQ(take_said(), lines{"event once from 1"});
  EXPECT_EQ(counts(b).duplicate, 1U);
  EXPECT_EQ(core->seen_on(e.id()), (std::vector<relay_id>{a, b}));
}

TEST_F(Subscription, GivesTheSameEventToTwoSubscriptions) {
  make();
  add_open();
  const subscription one = subscribe({.kinds = {1}}, {}, "one");
  const subscription two = subscribe({.kinds = {1}}, {}, "two");
  const lines ids = asked(world.last());
  const event e = note("both");
  world.last().text(event_frame(ids[0], e));
  world.last().text(event_frame(ids[1], e));
  EXPECT_EQ(take_said(), (lines{"one event both from 1", "two event both from 1"}));
}

TEST_F(Subscription, SendsCloseWhenItsHandleGoes) {
  make();
  add_open();
  std::string id;
  {
    const subscription s = subscribe();
    id = asked(world.last())[0];
  }
  world.settle();
  EXPECT_EQ(world.last().take_sent(), lines{R"(["CLOSE",")" + id + "\"]"});
  world.last().text(event_frame(id, note("late")));
  EXPECT_TRUE(take_said().empty());
  EXPECT_EQ(core->stats().messages.unknown_subscription, 1U);
}

TEST_F(Subscription, ClosesOnceAndLast) {
  make();
  add_open();
  subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  s.close();
  s.close();
  EXPECT_TRUE(take_said().empty());  // not inside the call
  world.last().text(event_frame(id, note("late")));
  world.settle();
  EXPECT_EQ(take_said(), lines{"over: requested"});
  EXPECT_FALSE(s.is_open());
}

TEST_F(Subscription, IsSilentIfItsHandleGoesAfterClose) {
  make();
  add_open();
  {
    subscription s = subscribe();
    s.close();
  }
  world.settle();
  EXPECT_TRUE(take_said().empty());
}

TEST_F(Subscription, GoesOnWithoutAHandleOnceDetached) {
  make();
  add_open();
  subscribe().detach();
  world.last().text(event_frame(asked(world.last())[0], note("still")));
  EXPECT_EQ(take_said(), lines{"event still from 1"});
  core->close();
  world.settle();
  world.last().drop({});
  world.settle();
  EXPECT_EQ(take_said(), (lines{"over: pool closed", "pool closed"}));
}

TEST_F(Subscription, EndsByItselfAfterAllEose) {
  make();
  add_open();
  subscribe_options options;
  options.close_on_eose = true;
  const subscription s = subscribe({.kinds = {1}}, options);
  world.last().text(eose(asked(world.last())[0]));
  world.settle();
  EXPECT_EQ(take_said(), (lines{"eose from 1", "all eose", "over: all eose"}));
}

TEST_F(Subscription, DoesNotWaitForARelayThatCannotBeReached) {
  make();
  add_open("ws://up.test");
  add("ws://down.test");
  const subscription s = subscribe();
  world.connections[0]->text(eose(asked(*world.connections[0])[0]));
  world.settle();
  EXPECT_EQ(take_said(), lines{"eose from 1"});
  world.connections[1]->drop(errc::connection_refused);
  world.settle();
  EXPECT_EQ(take_said(), lines{"all eose"});
}

TEST_F(Subscription, DoesNotWaitForAnEoseThatNeverComes) {
  make();
  add_open();
  const subscription s = subscribe();
  world.advance(9'999ms);
  EXPECT_TRUE(take_said().empty());
  world.advance(1ms);
  EXPECT_EQ(take_said(), lines{"all eose"});
}

TEST_F(Subscription, SaysEoseOnceHoweverOftenItComes) {
  make();
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  for (int i = 0; i < 100; ++i) world.last().text(eose(id));
  world.last().text(eose("77-1"));
  world.settle();
  EXPECT_EQ(take_said(), (lines{"eose from 1", "all eose"}));
}

TEST_F(Subscription, ReportsClosedAndAsksAgainLaterIfThatMayHelp) {
  make();
  add_open();
  const subscription s = subscribe();
  for (const auto pause : {5'000ms, 10'000ms, 20'000ms}) {
    const lines ids = asked(world.last());
    ASSERT_EQ(ids.size(), 1U);
    world.last().text(R"(["CLOSED",")" + ids[0] + R"(","rate-limited: slow down"])");
    world.advance(pause * 8 / 10 - 1ms);
    EXPECT_TRUE(asked(world.last()).empty());
    world.advance(pause * 4 / 10 + 1ms);
  }
  EXPECT_EQ(take_said(), (lines{"closed by 1: rate-limited: slow down", "all eose",
                                "closed by 1: rate-limited: slow down", "closed by 1: rate-limited: slow down"}));
}

TEST_F(Subscription, DoesNotRepeatWhatARelayBlocksUntilTheNextConnection) {
  make();
  add_open();
  const subscription s = subscribe();
  world.last().text(R"(["CLOSED",")" + asked(world.last())[0] + R"(","blocked: no"])");
  world.advance(1h);
  EXPECT_TRUE(asked(world.last()).empty());
  EXPECT_TRUE(s.is_open());
  reconnect();
  EXPECT_EQ(asked(world.last()).size(), 1U);
}

TEST_F(Subscription, DropsWhatDoesNotMatchItsFilters) {
  make();
  const relay_id r = add_open();
  const subscription s = subscribe({.kinds = {7}});
  world.last().text(event_frame(asked(world.last())[0], note("kind 1")));
  EXPECT_TRUE(take_said().empty());
  EXPECT_EQ(counts(r).not_matching, 1U);
}

TEST_F(Subscription, CountsEveryFrameUnderOneReason) {
  make();
  const relay_id r = add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  const event good = note("good");
  played_connection& c = world.last();
  c.text(event_frame(id, good));
  c.text(event_frame(id, good));
  c.text(event_frame("no-such", good));
  c.text(event_frame(id, note("other kind", 1s, 7)));
  c.text(R"(["EVENT",")" + id + R"(",{"id":"x"}])");
  c.text("nonsense");
  c.text(R"(["WHAT",1])");
  c.text(R"(["NOTICE","hi"])");
  c.text(R"(["OK","x",true,""])");
  c.text(ok(good, true));
  c.text(R"(["AUTH","challenge"])");
  c.text(R"(["CLOSED","unknown","error: x"])");
  c.text(eose(id));
  c.binary(10);
  const pool_stats stats = core->stats();
  EXPECT_EQ(stats.messages_in, 14U);
  EXPECT_EQ(stats.messages.sum(), 14U);
  const message_counts n = counts(r);
  EXPECT_EQ(n.delivered, 1U);
  EXPECT_EQ(n.duplicate, 1U);
  EXPECT_EQ(n.unknown_subscription, 1U);
  EXPECT_EQ(n.not_matching, 1U);
  EXPECT_EQ(n.malformed_event, 1U);
  EXPECT_EQ(n.malformed, 2U);
  EXPECT_EQ(n.unknown_verb, 1U);
  EXPECT_EQ(n.binary, 1U);
}

/// Where many new events come one after the other, the next one is read at once, without a look at its id first.
class AfterNewEvents : public CoreTest, public ::testing::WithParamInterface<int> {
 protected:
  /// Sends as many events that are new, and this message.
  void send(const std::string& id, const std::string& message) {
    for (int i = 0; i < GetParam(); ++i) world.last().text(event_frame(id, note("new " + std::to_string(new_++))));
    world.last().text(message);
  }
  int new_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Counts, AfterNewEvents, ::testing::Values(0, 63, 64, 65, 100));

TEST_P(AfterNewEvents, EveryMessageCountsAsItDoesOtherwise) {
  make();
  const relay_id r = add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  const std::string good = event_frame(id, note("good"));
  std::string other_signature = good;
  char& digit = other_signature[other_signature.find(R"("sig":")") + 10];
  digit = digit == '0' ? '1' : '0';
  world.last().text(good);
  send(id, good);
  send(id, other_signature);
  send(id, good.substr(0, good.size() - 1));
  send(id, R"(["EVENT",")" + id + R"(",{"id":"x"}])");
  send(id, event_frame(id, note("other kind", 1s, 7)));
  send(id, event_frame("no-such", note("elsewhere")));
  send(id, event_frame(id, note("last")));
  const message_counts n = counts(r);
  EXPECT_EQ(n.sum(), static_cast<unsigned>(8 + 7 * GetParam()));
  EXPECT_EQ(n.delivered, static_cast<unsigned>(2 + 7 * GetParam()));
  EXPECT_EQ(n.duplicate, 2U) << "what follows the signature of a known event is not read";
  EXPECT_EQ(n.false_copy, 1U);
  EXPECT_EQ(n.malformed_event, 1U);
  EXPECT_EQ(n.not_matching, 1U);
  EXPECT_EQ(n.unknown_subscription, 1U);
}

TEST_F(Subscription, AsksRelaysThatAreAddedLaterAndForgetsRemovedOnes) {
  make();
  const relay_id a = add_open("ws://a.test");
  const subscription s = subscribe();
  add_open("ws://b.test");
  EXPECT_EQ(asked(*world.connections[1]).size(), 1U);
  EXPECT_FALSE(core->remove_relay(a));
  world.settle();
  world.connections[1]->text(eose("0-0"));
  world.settle();
  EXPECT_EQ(take_said(), (lines{"eose from 2", "all eose"}));
}

TEST_F(Subscription, AsksOnlyNamedRelays) {
  make();
  add_open("ws://a.test");
  const relay_id b = add_open("ws://b.test");
  const subscription s = subscribe({.kinds = {1}}, {}, "", {b});
  EXPECT_TRUE(world.connections[0]->sent().empty());
  EXPECT_EQ(world.connections[1]->sent().size(), 1U);
  const filter f{.kinds = {1}};
  EXPECT_EQ(core->subscribe(std::span(&f, 1), {}, {}, {relay_id{99}}).error(), errc::unknown_relay);
}

TEST_F(Subscription, MayBeDroppedWhileItIsBeingServed) {
  make();
  add_open();
  std::optional<subscription> s;
  int calls = 0;
  const filter f{.kinds = {1}};
  subscription_callbacks callbacks;
  callbacks.on_event = [&](relay_id, const event_view&) {
    ++calls;
    s.reset();
  };
  s = *core->subscribe(std::span(&f, 1), std::move(callbacks), {});
  world.settle();
  const std::string id = asked(world.last())[0];
  world.last().text(event_frame(id, note("a")));
  world.last().text(event_frame(id, note("b")));
  EXPECT_EQ(calls, 1);
}

TEST_F(Subscription, PoolMayBeDestroyedInOnEvent) {
  make();
  add_open();
  const filter f{.kinds = {1}};
  int calls = 0;
  subscription_callbacks callbacks;
  callbacks.on_event = [&](relay_id, const event_view&) {
    ++calls;
    core->destroy();
    core.reset();
  };
  callbacks.on_close = [&](close_reason) { ++calls; };
  const subscription s = *core->subscribe(std::span(&f, 1), std::move(callbacks), {});
  world.settle();
  played_connection& c = world.last();
  c.text(event_frame(asked(c)[0], note("a")));
  world.settle();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(c.aborted());
  EXPECT_FALSE(s.is_open());
}

TEST_F(Subscription, GoesOnWhereAFullSocketStoppedIt) {
  make();
  add();
  world.last().block();
  world.last().open();
  const subscription s = subscribe();
  EXPECT_TRUE(world.last().sent().empty());
  world.last().unblock();
  world.settle();
  EXPECT_EQ(asked(world.last()).size(), 1U);
}

TEST_F(Subscription, TellsOfARefusalThatWasAnsweredBeforeItWasTold) {
  make();
  const relay_id id = add_open();
  std::optional<relay_closed> refusal;
  subscription_callbacks calls;
  calls.on_relay_closed = [&](const relay_closed& told) { refusal = told; };
  const filter ones{.kinds = {1}};
  subscription refused = *core->subscribe(std::span(&ones, 1), std::move(calls), {});
  subscription_callbacks others;
  others.on_event = [&](relay_id, const event_view&) { EXPECT_TRUE(refused.ask_again(id)); };
  const filter sevens{.kinds = {7}};
  const subscription other = *core->subscribe(std::span(&sevens, 1), std::move(others), {});
  world.settle();
  const lines ids = asked(world.last());
  world.last().text(R"(["CLOSED",")" + ids[0] + R"(","error: not now"])");
  world.last().text(event_frame(ids[1], note("other", 1'699'999'000s, 7)));
  world.settle();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->asked_again, relay_closed::again::after_pause);
  EXPECT_EQ(refusal->pause, 0ms) << "it has been asked again";
  EXPECT_EQ(asked(world.last()).size(), 1U);
}

}  // namespace
}  // namespace uvnostr
