// SPDX-License-Identifier: MIT
#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class Publish : public CoreTest {
 protected:
  static lines events_in(const lines& messages) {
    lines found;
    for (const std::string& each : messages) {
      if (each.starts_with(R"(["EVENT",)")) found.push_back(each);
    }
    return found;
  }
  static std::string message(const event& e) { return R"(["EVENT",)" + std::string(e.json()) + "]"; }
};

TEST_F(Publish, GivesAReceiptForEachRelayThenTheEnd) {
  make();
  add_open("ws://a.test");
  add_open("ws://b.test");
  const event e = note("hi");
  EXPECT_FALSE(core->publish(e, receipts(), {}));
  world.settle();
  EXPECT_EQ(world.connections[0]->take_sent(), lines{message(e)});
  world.connections[0]->text(ok(e, true));
  world.connections[1]->text(ok(e, false, "blocked: not you"));
  world.settle();
  EXPECT_EQ(
      take_said(),
      (lines{"accepted by 1",
             "rejected by 2: blocked: not you (" + std::to_string(static_cast<int>(errc::refused)) + ")", "done 1/2"}));
}

TEST_F(Publish, TakesDuplicateForSuccess) {
  make();
  add_open();
  const event e = note("hi");
  EXPECT_FALSE(core->publish(e, receipts(), {}));
  world.settle();
  world.last().text(ok(e, true, "duplicate: have it"));
  world.settle();
  EXPECT_EQ(take_said(), (lines{"accepted by 1: duplicate: have it", "done 1/1"}));
}

TEST_F(Publish, WaitsForARelayThatIsAway) {
  make();
  add();
  const event e = note("later");
  EXPECT_FALSE(core->publish(e, receipts(), {}));
  world.last().drop(errc::connection_refused);
  world.advance(1s);
  world.last().open();
  world.settle();
  EXPECT_EQ(world.last().take_sent(), lines{message(e)});
}

TEST_F(Publish, SendsAgainWhatWasNotAnsweredInItsOrder) {
  make();
  add_open();
  const event a = note("a");
  const event b = note("b");
  const event c = note("c");
  for (const event* e : {&a, &b, &c}) EXPECT_FALSE(core->publish(*e, receipts(), {}));
  world.settle();
  world.last().text(ok(b, true));
  world.settle();
  world.last().drop(errc::ping_timeout);
  const event d = note("d");
  EXPECT_FALSE(core->publish(d, receipts(), {}));
  world.advance(1s);
  world.last().open();
  world.settle();
  EXPECT_EQ(world.last().take_sent(), (lines{message(a), message(c), message(d)}));
}

TEST_F(Publish, ReportsNotSentAfterSendTimeout) {
  make();
  add();
  publish_options options;
  options.send_timeout = 3s;
  EXPECT_FALSE(core->publish(note("x"), receipts(), options));
  world.advance(2'999ms);
  EXPECT_TRUE(take_said().empty());
  world.advance(1ms);
  EXPECT_EQ(take_said(),
            (lines{"not sent by 1 (" + std::to_string(static_cast<int>(errc::send_timeout)) + ")", "done 0/1"}));
}

TEST_F(Publish, ReportsTimedOutWithoutAnOk) {
  make();
  add_open();
  EXPECT_FALSE(core->publish(note("x"), receipts(), {}));
  world.advance(10s);
  EXPECT_EQ(take_said(),
            (lines{"timed out by 1 (" + std::to_string(static_cast<int>(errc::ok_timeout)) + ")", "done 0/1"}));
}

TEST_F(Publish, IgnoresASecondOkAndOnesForOthers) {
  make();
  add_open();
  const event e = note("x");
  EXPECT_FALSE(core->publish(e, receipts(), {}));
  world.settle();
  world.last().text(ok(note("never sent"), true));
  world.last().text(ok(e, true));
  world.last().text(ok(e, false, "error: changed my mind"));
  world.settle();
  EXPECT_EQ(take_said(), (lines{"accepted by 1", "done 1/1"}));
}

TEST_F(Publish, AnswersTwoPublishesOfTheSameEvent) {
  make();
  add_open();
  const event e = note("x");
  EXPECT_FALSE(core->publish(e, receipts(), {}));
  EXPECT_FALSE(core->publish(e, receipts(), {}));
  world.settle();
  world.last().text(ok(e, true));
  world.last().text(ok(e, true, "duplicate:"));
  world.settle();
  EXPECT_EQ(take_said().size(), 4U);
}

TEST_F(Publish, ReportsWhatDoesNotFitIntoTheQueue) {
  make();
  const event e = note("x");
  relay_options options = plain_relay();
  options.max_publish_bytes = message(e).size();
  add(options);
  EXPECT_FALSE(core->publish(e, receipts(), {}));
  EXPECT_FALSE(core->publish(note("y"), receipts(), {}));
  EXPECT_TRUE(take_said().empty());  // not inside the call
  world.settle();
  EXPECT_EQ(take_said(),
            (lines{"not sent by 1 (" + std::to_string(static_cast<int>(errc::queue_full)) + ")", "done 0/1"}));
  EXPECT_EQ(core->publish(note("one that is too large"), receipts(), {}), errc::event_too_big);
}

TEST_F(Publish, ReportsNotSentWhenTheRelayGoes) {
  make();
  const relay_id id = add();
  EXPECT_FALSE(core->publish(note("x"), receipts(), {}));
  EXPECT_FALSE(core->remove_relay(id));
  world.settle();
  EXPECT_EQ(take_said(),
            (lines{"not sent by 1 (" + std::to_string(static_cast<int>(errc::relay_removed)) + ")", "done 0/1"}));
}

TEST_F(Publish, ReportsNotSentWhenReconnectingHasEnded) {
  make();
  relay_options options = plain_relay();
  options.reconnect.enabled = false;
  add(options);
  EXPECT_FALSE(core->publish(note("x"), receipts(), {}));
  world.last().drop(errc::connection_refused);
  world.settle();
  EXPECT_FALSE(core->publish(note("y"), receipts(), {}));
  world.settle();
  const std::string line = "not sent by 1 (" + std::to_string(static_cast<int>(errc::retries_exhausted)) + ")";
  EXPECT_EQ(take_said(), (lines{line, "done 0/1", line, "done 0/1"}));
}

TEST_F(Publish, GivesItsReceiptsBeforeThePoolsLastCall) {
  make();
  add_open();
  EXPECT_FALSE(core->publish(note("x"), receipts(), {}));
  core->close();
  EXPECT_EQ(events_in(world.last().take_sent()).size(), 1U);  // an event that can still go out does
  world.last().drop({});
  world.settle();
  EXPECT_EQ(take_said(), (lines{"timed out by 1 (" + std::to_string(static_cast<int>(errc::closed)) + ")", "done 0/1",
                                "pool closed"}));
}

TEST_F(Publish, IsSilentOnceThePoolIsDestroyed) {
  make();
  add_open();
  EXPECT_FALSE(core->publish(note("x"), receipts(), {}));
  core->destroy();
  world.settle();
  EXPECT_TRUE(take_said().empty());
}

TEST_F(Publish, GoesToNamedRelaysOnce) {
  make();
  add_open("ws://a.test");
  const relay_id b = add_open("ws://b.test");
  EXPECT_FALSE(core->publish(note("x"), receipts(), {}, {b, b}));
  world.settle();
  EXPECT_TRUE(world.connections[0]->sent().empty());
  EXPECT_EQ(world.connections[1]->sent().size(), 1U);
  EXPECT_EQ(core->publish(note("x"), receipts(), {}, {relay_id{77}}), errc::unknown_relay);
}

/// The event with one text replaced by another of the same length, so that its id or signature is wrong.
event altered(const event& e, std::string_view member, char digit) {
  std::string json(e.json());
  char& c = json[json.find("\"" + std::string(member) + "\":\"") + member.size() + 4];
  c = c == digit ? 'x' : digit;
  return *event::parse(json);
}

TEST_F(Publish, SendsNoEventThatDoesNotVerify) {
  make();
  add_open();
  const event good = note("x");
  EXPECT_EQ(core->publish(altered(good, "content", 'y'), receipts()), errc::wrong_id);
  EXPECT_EQ(core->publish(altered(good, "sig", good.sig().to_hex()[0] == '0' ? '1' : '0'), receipts()),
            errc::wrong_signature);
  world.settle();
  EXPECT_TRUE(world.last().sent().empty());
  EXPECT_FALSE(core->publish(*event::parse(good.json()), receipts()));
  world.settle();
  EXPECT_EQ(world.last().sent().size(), 1U);
  EXPECT_TRUE(take_said().empty());
}

TEST_F(Publish, SendsAnythingWhereTheProgramKnowsBetter) {
  make();
  add_open();
  EXPECT_FALSE(core->publish(altered(note("x"), "content", 'y'), receipts(), {.verify = false}));
  world.settle();
  EXPECT_EQ(world.last().sent().size(), 1U);
}

TEST_F(Publish, NeedsARelay) {
  make();
  EXPECT_EQ(core->publish(note("x"), receipts(), {}), errc::no_relay);
}

class Auth : public Publish {
 protected:
  relay_options with_key(auth_policy policy = auth_policy::on_demand) {
    relay_options options = plain_relay();
    options.auth_users = {key};
    options.auth = policy;
    return options;
  }
  /// The event of the AUTH message among these.
  static std::optional<event> auth_in(const lines& messages) {
    for (const std::string& each : messages) {
      if (each.starts_with(R"(["AUTH",)")) return *event::parse(std::string_view(each).substr(8, each.size() - 9));
    }
    return std::nullopt;
  }
};

TEST_F(Auth, AnswersTheChallengeOnceARefusalAsksForIt) {
  make();
  add_open(with_key());
  const subscription s = subscribe();
  const std::string first = asked(world.last())[0];
  world.last().text(R"(["AUTH","c1"])");
  world.settle();
  EXPECT_FALSE(auth_in(world.last().take_sent()));
  world.last().text(R"(["CLOSED",")" + first + R"(","auth-required: who are you"])");
  world.settle();
  const std::optional<event> proof = auth_in(world.last().take_sent());
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->kind(), 22242);
  EXPECT_EQ(proof->tag("relay")->value(), "ws://relay.test");
  EXPECT_EQ(proof->tag("challenge")->value(), "c1");
  EXPECT_FALSE(proof->verify());
  world.last().text(ok(*proof, true));
  world.settle();
  EXPECT_EQ(asked(world.last()).size(), 1U);
  EXPECT_TRUE(take_said().empty());
}

TEST_F(Auth, SendsARefusedEventOnceMore) {
  make();
  add_open(with_key());
  const event e = note("x");
  EXPECT_FALSE(core->publish(e, receipts(), {}));
  world.settle();
  world.last().take_sent();
  world.last().text(ok(e, false, "auth-required: first"));
  world.last().text(R"(["AUTH","after the refusal"])");
  world.settle();
  world.last().text(ok(*auth_in(world.last().take_sent()), true));
  world.settle();
  EXPECT_EQ(world.last().take_sent(), lines{message(e)});
  world.last().text(ok(e, false, "auth-required: again"));
  world.settle();
  EXPECT_EQ(take_said().size(), 2U);
}

TEST_F(Auth, AnswersAtOnceIfEager) {
  make();
  add_open(with_key(auth_policy::eager));
  world.last().text(R"(["AUTH","c"])");
  world.settle();
  EXPECT_TRUE(auth_in(world.last().sent()));
}

TEST_F(Auth, NeverAnswersWithoutAKey) {
  make();
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last())[0];
  world.last().text(R"(["AUTH","c"])");
  world.last().text(R"(["CLOSED",")" + id + R"(","auth-required: who"])");
  world.settle();
  EXPECT_TRUE(world.last().sent().empty());
  EXPECT_EQ(take_said(), (lines{"closed by 1: auth-required: who", "all eose"}));
}

TEST_F(Auth, DoesNotAnswerAFloodOfChallenges) {
  make();
  add_open(with_key(auth_policy::eager));
  int answered = 0;
  for (int i = 0; i < 1000; ++i) {
    world.last().text(R"(["AUTH","c)" + std::to_string(i) + "\"]");
    world.settle();
    if (const std::optional<event> proof = auth_in(world.last().take_sent())) {
      ++answered;
      world.last().text(ok(*proof, false, "no"));
    }
  }
  EXPECT_LE(answered, 3);
}

TEST_F(Auth, ComesBeforeTheReplayWhereItWasDemandedBefore) {
  make();
  add_open(with_key());
  const subscription s = subscribe();
  world.last().text(R"(["AUTH","c1"])");
  world.last().text(R"(["CLOSED",")" + asked(world.last())[0] + R"(","auth-required: "])");
  world.settle();
  world.last().text(ok(*auth_in(world.last().take_sent()), true));
  world.settle();
  reconnect();
  EXPECT_TRUE(world.last().sent().empty());
  world.last().text(R"(["AUTH","c2"])");
  world.settle();
  world.last().text(ok(*auth_in(world.last().take_sent()), true));
  world.settle();
  EXPECT_EQ(asked(world.last()).size(), 1U);
}

TEST_F(Auth, DoesNotWaitForeverForAnAnswer) {
  make();
  add_open(with_key());
  const event e = note("x");
  EXPECT_FALSE(core->publish(e, receipts(), {}));
  world.settle();
  world.last().text(ok(e, false, "auth-required: but no challenge comes"));
  world.advance(10s);
  ASSERT_EQ(take_said().size(), 2U);
}

}  // namespace
}  // namespace uvnostr
