// SPDX-License-Identifier: MIT
// What the program has since an earlier run is neither verified nor given again.
#include <set>

#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class Known : public CoreTest {
 protected:
  void make_with_store(verification mode = verification::on_loop, std::size_t seen_entries = 1000) {
    pool_options options;
    options.relay_defaults = plain_relay();
    options.verification = mode;
    options.seen_entries = seen_entries;
    pool_callbacks calls = pool_calls();
    calls.known = [this](const event_id& id) {
      questions.push_back(id);
      return store.contains(id);
    };
    core = *pool_core::make(world.share(), std::move(options), std::move(calls));
  }
  /// The event's bytes with another date.
  static std::string redated(const event& e, std::string_view date) {
    std::string json(e.json());
    const std::size_t at = json.find("\"created_at\":") + 13;
    json.replace(at, json.find_first_not_of("0123456789", at) - at, date);
    return json;
  }
  void settle() { world.advance(10ms); }
  /// What most tests begin with: an event that the program has, and a relay that is asked for it.
  void ask_for(const event& had) {
    make_with_store();
    relay = add_open();
    store.insert(had.id());
    notes = subscribe();
    asked_as = asked(world.last()).at(0);
  }
  void answer(const std::string& json) {
    world.last().text(R"(["EVENT",")" + asked_as + "\"," + json + "]");
    world.last().text(eose(asked_as));
    settle();
  }

  std::set<event_id> store;
  std::vector<event_id> questions;
  relay_id relay{};
  subscription notes;
  std::string asked_as;
};

TEST_F(Known, IsNotVerifiedAndNotGivenAgain) {
  const event had = note("had");
  ask_for(had);
  world.last().text(event_frame(asked_as, had));
  answer(std::string(note("new").json()));
  EXPECT_EQ(take_said(), (lines{"event new from 1", "eose from 1", "all eose"}));
  EXPECT_EQ(counts(relay).duplicate, 1U);
  EXPECT_EQ(counts(relay).delivered, 1U);
  EXPECT_EQ(core->stats().verified, 1U);
  EXPECT_EQ(notes.delivered(), 1U);
  EXPECT_EQ(core->stats().messages.sum(), core->stats().messages_in);
}

TEST_F(Known, IsAskedOnceForEachId) {
  make_with_store();
  add_open("ws://a.test");
  add_open("ws://b.test");
  const event had = note("had");
  const event fresh = note("new");
  store.insert(had.id());
  const subscription s = subscribe();
  const subscription t = subscribe();
  for (const auto& connection : world.connections) {
    const lines ids = asked(*connection);
    for (const event& e : {had, fresh}) {
      for (const std::string& id : ids) connection->text(event_frame(id, e));
    }
  }
  settle();
  EXPECT_EQ(questions, (std::vector<event_id>{had.id(), fresh.id()}));
  EXPECT_EQ(take_said(), (lines{"event new from 1", "event new from 1"})) << "to both subscriptions";
  EXPECT_EQ(core->seen_on(had.id()).size(), 2U);
}

TEST_F(Known, IsNotAskedForWhatNobodyWants) {
  make_with_store();
  add_open();
  const subscription s = subscribe({.kinds = {7}});
  const std::string id = asked(world.last()).at(0);
  world.last().text(event_frame(id, note("kind 1")));
  world.last().text(event_frame("77-1", note("no subscription", 1s, 7)));
  settle();
  EXPECT_TRUE(questions.empty());
}

TEST_F(Known, GivesACursorThatGoesOn) {
  const event had = note("had", 1'699'999'500s);
  ask_for(had);
  answer(std::string(had.json()));
  EXPECT_NE(notes.cursor().find("\"reached\":1699999500"), std::string::npos) << notes.cursor();
}

TEST_F(Known, PagesGoOnAfterAnAnswerOfNothingElse) {
  make_with_store();
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last()).at(0);
  for (int i = 0; i < 20; ++i) {
    const event had = note(std::to_string(i), std::chrono::seconds(1'699'999'000 - i));
    store.insert(had.id());
    world.last().text(event_frame(id, had));
  }
  world.last().text(R"(["EOSE",")" + id + "\"]");
  settle();
  const lines sent = world.last().take_sent();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_NE(sent[0].find("\"until\":1699998985"), std::string::npos) << sent[0];
}

TEST_F(Known, RefusesADateThatIsNotTheEvents) {
  const event had = note("had");
  ask_for(had);
  answer(redated(had, "1699999999"));
  EXPECT_EQ(counts(relay).wrong_id, 1U);
  EXPECT_EQ(counts(relay).duplicate, 0U);
  EXPECT_EQ(notes.cursor().find("1699999999"), std::string::npos) << notes.cursor();
}

TEST_F(Known, DoesNotLetABadSignatureThrough) {
  make_with_store();
  const relay_id r = add_open();
  const event had = note("had");
  store.insert(had.id());
  std::string forged(had.json());
  const std::size_t at = forged.find("\"sig\":\"") + 7;
  forged[at] = forged[at] == '0' ? '1' : '0';
  const subscription s = subscribe();
  const subscription t = subscribe();
  for (const std::string& id : asked(world.last())) world.last().text(R"(["EVENT",")" + id + "\"," + forged + "]");
  settle();
  EXPECT_TRUE(take_said().empty());
  EXPECT_EQ(counts(r).duplicate, 2U);
}

TEST_F(Known, IsAskedAgainOnceItIsForgotten) {
  make_with_store(verification::off, 4);
  add_open();
  const subscription s = subscribe();
  const std::string id = asked(world.last()).at(0);
  const event had = note("had");
  store.insert(had.id());
  world.last().text(event_frame(id, had));
  for (int i = 0; i < 10; ++i) {
    const event other = note(std::to_string(i));
    store.insert(other.id());
    world.last().text(event_frame(id, other));
  }
  questions.clear();
  world.last().text(event_frame(id, had));
  settle();
  EXPECT_EQ(questions, std::vector<event_id>{had.id()});
  EXPECT_TRUE(take_said().empty());
}

TEST_F(Known, MayEndTheSubscriptionItIsAskedFor) {
  make(verification::off);
  core->destroy();
  subscription s;
  pool_callbacks calls = pool_calls();
  int asked_for = 0;
  calls.known = [&](const event_id&) {
    ++asked_for;
    s = {};
    return true;
  };
  core = *pool_core::make(world.share(), {.relay_defaults = plain_relay()}, std::move(calls));
  const relay_id r = add_open();
  s = subscribe();
  const std::string id = asked(world.last()).at(0);
  world.last().text(event_frame(id, note("a")));
  world.last().text(event_frame(id, note("b")));
  settle();
  EXPECT_EQ(asked_for, 1);
  EXPECT_EQ(counts(r).unknown_subscription, 2U);
}

TEST_F(Known, MayDestroyThePool) {
  pool_callbacks calls = pool_calls();
  calls.known = [&](const event_id&) {
    core->destroy();
    core.reset();
    return false;
  };
  core = *pool_core::make(world.share(), {.relay_defaults = plain_relay()}, std::move(calls));
  add_open();
  const subscription s = subscribe();
  world.last().text(event_frame(asked(world.last()).at(0), note("a")));
  settle();
  EXPECT_FALSE(s.is_open());
  EXPECT_TRUE(take_said().empty() || !core);
}

}  // namespace
}  // namespace uvnostr
