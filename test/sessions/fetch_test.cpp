// SPDX-License-Identifier: MIT
// Queries: they collect what relays have stored, and end in time whatever relays do.
#include <memory>
#include <optional>

#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

/// What on_done said, kept.
struct outcome_of_fetch {
  close_reason reason{};
  std::uint64_t events = 0;
  std::string relays;  // "1 complete, 2 refused (words)"
  bool is_complete = false;
  bool is_answered = false;
};

class Fetch : public CoreTest {
 protected:
  fetch_callbacks calls() {
    fetch_callbacks all;
    all.on_event = [this](relay_id from, const event_view& e) {
      say("event " + std::string(e.content()) + " from " + number(from));
    };
    all.on_done = [this](const fetch_result& told) {
      EXPECT_FALSE(done) << "told twice";
      done = outcome_of_fetch{told.reason, told.events, {}, told.is_complete(), told.is_answered()};
      std::size_t counted = told.complete + told.capped + told.refused + told.timed_out + told.unreachable;
      for (const fetched_relay& each : told.relays) {
        if (!done->relays.empty()) done->relays += ", ";
        done->relays += number(each.relay) + " " + std::string(to_string(each.end));
        if (!each.words.empty()) done->relays += " (" + std::string(each.words) + ")";
        for (const gap& g : each.gaps) done->relays += " [" + std::string(to_string(g.reason)) + "]";
        if (each.end == fetch_end::unfinished) ++counted;
      }
      EXPECT_EQ(counted, told.relays.size());
    };
    return all;
  }
  subscription fetch(filter f = {.kinds = {1}}, fetch_options options = {}) {
    subscription made = *core->fetch(std::span(&f, 1), calls(), options);
    world.settle();
    return made;
  }
  static relay_options dialled_again_in_an_hour() {
    relay_options options = plain_relay();
    options.reconnect.initial_delay = options.reconnect.max_delay = 1h;
    return options;
  }
  std::string take_req(played_connection& at) {
    const lines ids = asked(at);
    EXPECT_EQ(ids.size(), 1U);
    return ids.empty() ? "" : ids[0];
  }
  static std::string plain_eose(std::string_view id) { return R"(["EOSE",")" + std::string(id) + "\"]"; }
  static std::string closed_frame(std::string_view id, std::string_view words) {
    return R"(["CLOSED",")" + std::string(id) + "\",\"" + std::string(words) + "\"]";
  }
  /// A relay that answers what it is asked, with at most `cap` of these events, newest first, by `until` alone.
  void answer_all(played_connection& at, const std::vector<event>& stored, std::size_t cap) {
    for (int rounds = 0; rounds < 50; ++rounds) {
      world.settle();
      bool was_asked = false;
      for (const std::string& message : at.take_sent()) {
        if (!message.starts_with(R"(["REQ")")) continue;
        was_asked = true;
        const std::size_t begin = message.find('{');
        const filter wanted = *filter::parse(message.substr(begin, message.rfind('}') - begin + 1));
        std::size_t given = 0;
        for (const event& each : stored) {
          if (given == std::min<std::size_t>(cap, wanted.limit.value_or(1000)) || !wanted.matches(each)) continue;
          at.text(event_frame(wire_id(message), each));
          ++given;
        }
        at.text(plain_eose(wire_id(message)));
      }
      if (!was_asked) return;
    }
    ADD_FAILURE() << "it goes on asking";
  }
  /// The default of idle_timeout is ten seconds.
  void expect_end_after_ten_seconds(std::string_view relays) {
    world.advance(9'999ms);
    EXPECT_FALSE(done);
    world.advance(1ms);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->relays, relays);
  }

  std::optional<outcome_of_fetch> done;
};

TEST_F(Fetch, GivesWhatARelayHasAndEnds) {
  make();
  add_open();
  const subscription f = fetch();
  const std::string id = take_req(world.last());
  world.last().text(event_frame(id, note("a")));
  world.last().text(eose(id));
  world.settle();
  EXPECT_EQ(take_said(), lines{"event a from 1"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->reason, close_reason::all_eose);
  EXPECT_EQ(done->events, 1U);
  EXPECT_EQ(done->relays, "1 complete");
  EXPECT_TRUE(done->is_complete);
  EXPECT_FALSE(f.is_open());
}

TEST_F(Fetch, TakesNoLiveEvents) {
  make();
  const relay_id a = add_open("ws://a.test");
  add_open("ws://b.test");
  const subscription f = fetch();
  const std::string id = take_req(*world.connections[0]);
  world.connections[0]->text(eose(id));
  world.settle();
  EXPECT_EQ(world.connections[0]->take_sent(), lines{R"(["CLOSE",")" + id + "\"]"});
  world.connections[0]->text(event_frame(id, note("live")));
  EXPECT_EQ(counts(a).unknown_subscription, 1U);
  EXPECT_FALSE(done);
  world.connections[1]->text(eose(take_req(*world.connections[1])));
  world.settle();
  EXPECT_TRUE(take_said().empty());
  EXPECT_EQ(done->relays, "1 complete, 2 complete");
}

TEST_F(Fetch, GoesThroughTheCapsOfRelaysPageByPage) {
  make();
  add_open();
  std::vector<event> stored;
  for (int i = 0; i < 25; ++i) stored.push_back(note(std::to_string(i), std::chrono::seconds(1'699'990'000 - i)));
  const subscription f = fetch();
  answer_all(world.last(), stored, 10);
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->events, 25U);
  EXPECT_EQ(done->relays, "1 complete");
}

TEST_F(Fetch, ReportsWhatACapHides) {
  make();
  add_open();
  std::vector<event> stored;
  for (int i = 0; i < 150; ++i) stored.push_back(note(std::to_string(i), 1'699'990'000s));
  const subscription f = fetch();
  answer_all(world.last(), stored, 120);
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->events, 120U);
  EXPECT_EQ(done->relays, "1 capped [relay_cap]");
  EXPECT_FALSE(done->is_complete);
  EXPECT_TRUE(done->is_answered);
}

TEST_F(Fetch, StopsAtTheLimitOfItsFilter) {
  make();
  add_open();
  std::vector<event> stored;
  for (int i = 0; i < 25; ++i) stored.push_back(note(std::to_string(i), std::chrono::seconds(1'699'990'000 - i)));
  const subscription f = fetch({.kinds = {1}, .limit = 12});
  answer_all(world.last(), stored, 10);
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->events, 12U);
}

TEST_F(Fetch, TellsHowEachRelayEnded) {
  make();
  add_open("ws://answers.test");
  add_open("ws://refuses.test");
  add_open("ws://silent.test");
  add("ws://down.test");
  const subscription f = fetch();
  world.connections[0]->text(eose(take_req(*world.connections[0])));
  world.connections[1]->text(closed_frame(take_req(*world.connections[1]), "blocked: not you"));
  world.connections[3]->drop(errc::connection_refused);
  expect_end_after_ten_seconds("1 complete, 2 refused (blocked: not you), 3 timed_out, 4 unreachable");
}

TEST_F(Fetch, EndsAtOnceInAPoolWithoutRelays) {
  make();
  const subscription f = fetch();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "");
  EXPECT_EQ(done->reason, close_reason::all_eose);
  EXPECT_FALSE(done->is_complete);
  EXPECT_FALSE(done->is_answered);
}

TEST_F(Fetch, AsksARelayThatIsAddedInTheSameTurn) {
  make();
  const filter wanted{.kinds = {1}};
  const subscription f = *core->fetch(std::span(&wanted, 1), calls(), {});
  add_open();
  EXPECT_FALSE(done);
  world.last().text(eose(take_req(world.last())));
  world.settle();
  EXPECT_EQ(done->relays, "1 complete");
}

TEST_F(Fetch, AsksRelaysThatAreAddedWhileItRuns) {
  make();
  add_open("ws://a.test");
  const subscription f = fetch();
  add_open("ws://b.test");
  world.connections[0]->text(eose(take_req(*world.connections[0])));
  world.settle();
  EXPECT_FALSE(done);
  world.connections[1]->text(eose(take_req(*world.connections[1])));
  world.settle();
  EXPECT_EQ(done->relays, "1 complete, 2 complete");
}

TEST_F(Fetch, DoesNotWaitForRelaysThatAreRemoved) {
  make();
  const relay_id a = add_open("ws://a.test");
  const relay_id b = add_open("ws://b.test");
  const subscription f = fetch();
  world.connections[0]->text(eose(take_req(*world.connections[0])));
  world.settle();
  EXPECT_FALSE(core->remove_relay(a));
  EXPECT_FALSE(core->remove_relay(b));
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "1 complete, 2 unreachable");
}

TEST_F(Fetch, EndsThoughARelayIsLostAgainAndAgain) {
  make();
  add_open();
  const subscription f = fetch();
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(done) << i;
    // It makes progress each time, and comes no further.
    world.last().text(event_frame(take_req(world.last()), note("newest")));
    world.last().drop();
    world.settle();
    if (i == 2) break;
    world.advance(5s);
    world.last().open();
    world.settle();
  }
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "1 unreachable");
  EXPECT_EQ(done->events, 1U);
}

TEST_F(Fetch, EndsThoughARelayIsLostBetweenPagesAndComesLate) {
  make();
  add_open(dialled_again_in_an_hour());
  const subscription f = fetch();
  const std::string id = take_req(world.last());
  for (int i = 0; i < 20; ++i)
    world.last().text(event_frame(id, note(std::to_string(i), std::chrono::seconds(1'699'990'000 - i))));
  world.last().text(plain_eose(id));
  world.last().drop();  // before its first page is asked for
  expect_end_after_ten_seconds("1 unreachable");
}

TEST_F(Fetch, EndsThoughARelayThatWasLostBeforeIsAwayForLong) {
  make();
  add_open(dialled_again_in_an_hour());
  world.last().drop();
  const subscription f = fetch();
  expect_end_after_ten_seconds("1 unreachable");
}

TEST_F(Fetch, EndsThoughARelayDoesNotRead) {
  make();
  add();
  world.last().block();
  world.last().open();
  const subscription f = fetch();
  expect_end_after_ten_seconds("1 timed_out");
}

TEST_F(Fetch, WaitsAsLongAsThereIsProgress) {
  make();
  add_open();
  const subscription f = fetch({.kinds = {1}}, {.idle_timeout = 2s});
  const std::string id = take_req(world.last());
  for (int i = 0; i < 20; ++i) {
    world.advance(1'500ms);
    world.last().text(event_frame(id, note(std::to_string(i))));
  }
  EXPECT_FALSE(done);
  world.advance(4s);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "1 timed_out");
  EXPECT_EQ(done->events, 20U);
}

TEST_F(Fetch, TimesOutOnceThoughAPageIsNotAnswered) {
  make();
  add_open();
  const subscription f = fetch();
  const std::string id = take_req(world.last());
  for (int i = 0; i < 20; ++i)
    world.last().text(event_frame(id, note(std::to_string(i), std::chrono::seconds(1'699'990'000 - i))));
  world.last().text(plain_eose(id));
  world.settle();
  take_req(world.last());
  world.advance(10s);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "1 timed_out [no_answer]");
}

TEST_F(Fetch, DoesNotTakeASlowProgramForASlowRelay) {
  make();
  add_open();
  subscription f = fetch({.kinds = {1}}, {.max_unacknowledged = 1});
  const std::string id = take_req(world.last());
  world.last().text(event_frame(id, note("a")));
  world.last().text(event_frame(id, note("b")));
  world.last().text(eose(id));
  world.advance(1h);
  EXPECT_EQ(take_said(), lines{"event a from 1"});
  EXPECT_FALSE(done);
  f.acknowledge(1);
  world.settle();
  EXPECT_EQ(take_said(), lines{"event b from 1"});
  EXPECT_FALSE(done);
  f.acknowledge(2);
  world.settle();
  EXPECT_EQ(done->relays, "1 complete");
}

TEST_F(Fetch, GivesWhatWaitsBeforeItEndsWithoutTheRelay) {
  make();
  add_open();
  subscription f = fetch();
  f.pause();
  const std::string id = take_req(world.last());
  world.last().text(event_frame(id, note("a")));
  world.last().drop();
  world.advance(1s);
  world.last().drop(errc::connection_refused);
  world.advance(1h);
  EXPECT_FALSE(done);
  f.resume();
  world.settle();
  EXPECT_EQ(take_said(), lines{"event a from 1"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->relays, "1 unreachable");
}

TEST_F(Fetch, IsClosedWithWhatItHasSoFar) {
  make();
  add_open("ws://a.test");
  add_open("ws://b.test");
  subscription f = fetch();
  world.connections[0]->text(eose(take_req(*world.connections[0])));
  world.settle();
  f.close();
  EXPECT_FALSE(done) << "not inside the call";
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->reason, close_reason::requested);
  EXPECT_EQ(done->relays, "1 complete, 2 unfinished");
  EXPECT_FALSE(done->is_complete);
}

TEST_F(Fetch, EndsWithItsPool) {
  make();
  add_open();
  fetch().detach();
  core->close();
  world.settle();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->reason, close_reason::pool_closed);
  world.last().drop({});
  world.settle();
}

TEST_F(Fetch, IsSilentOnceItsHandleIsDestroyed) {
  make();
  add_open();
  { const subscription f = fetch(); }
  world.settle();
  EXPECT_FALSE(done);
}

TEST_F(Fetch, MayBeDestroyedInItsCallbacks) {
  make();
  add_open();
  const filter wanted{.kinds = {1}};
  std::optional<subscription> f;
  int events = 0;
  fetch_callbacks all;
  all.on_event = [&](relay_id, const event_view&) {
    ++events;
    f.reset();
  };
  all.on_done = [&](const fetch_result&) { ADD_FAILURE() << "not silent"; };
  f = *core->fetch(std::span(&wanted, 1), std::move(all), {});
  world.settle();
  const std::string id = take_req(world.last());
  world.last().text(event_frame(id, note("a")));
  world.last().text(event_frame(id, note("b")));
  world.last().text(eose(id));
  world.settle();
  EXPECT_EQ(events, 1);
}

TEST_F(Fetch, MayEndThePoolInOnDone) {
  make();
  add_open();
  const filter wanted{.kinds = {1}};
  int dones = 0;
  fetch_callbacks all;
  all.on_done = [&](const fetch_result& told) {
    ++dones;
    core->destroy();
    core.reset();
    EXPECT_EQ(told.complete, 1U);
  };
  const subscription f = *core->fetch(std::span(&wanted, 1), std::move(all), {});
  world.settle();
  world.last().text(eose(take_req(world.last())));
  world.settle();
  EXPECT_EQ(dones, 1);
}

TEST_F(Fetch, MayFetchAgainInOnDone) {
  make();
  add_open();
  const filter wanted{.kinds = {1}};
  subscription second;
  fetch_callbacks all;
  all.on_done = [&](const fetch_result&) { second = *core->fetch(std::span(&wanted, 1), calls(), {}); };
  const subscription first = *core->fetch(std::span(&wanted, 1), std::move(all), {});
  world.settle();
  world.last().text(eose(take_req(world.last())));
  world.settle();
  world.last().text(eose(take_req(world.last())));
  world.settle();
  EXPECT_EQ(done->relays, "1 complete");
}

TEST_F(Fetch, ChecksWhatItIsGiven) {
  make();
  const filter wanted{.kinds = {1}};
  EXPECT_EQ(core->fetch({}, {}, {}).error(), errc::filter_count);
  EXPECT_EQ(core->fetch(std::span(&wanted, 1), {}, {.idle_timeout = 0ms}).error().message(),
            "fetch_options::idle_timeout is 0 ms; it must be from 1 ms to 365 days.");
  EXPECT_EQ(core->fetch(std::span(&wanted, 1), {}, {}, {relay_id{9}}).error(), errc::unknown_relay);
  core->close();
  EXPECT_EQ(core->fetch(std::span(&wanted, 1), {}, {}).error(), errc::closed);
}

// The same numbers for subscriptions.

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
