// SPDX-License-Identifier: MIT
#include <algorithm>
#include <optional>
#include <set>

#include "loopback/loop_fixture.hpp"

namespace uvnostr {
namespace {

class Pool : public LoopTest {};

TEST_F(Pool, ShowsStoredAndLiveEventsOfManyRelaysOnce) {
  test_relay a = start();
  test_relay b = start();
  test_relay c = start();
  const event stored = make_event("stored");
  for (test_relay* each : {&a, &b, &c}) each->add(stored);
  pool p = make_pool(quick({a.url(), b.url(), c.url()}));
  const subscription s = *p.subscribe(notes, noting());
  ASSERT_TRUE(until_said(2));
  EXPECT_EQ(take_said(), (lines{"stored", "all eose"}));
  EXPECT_EQ(eoses, 3);
  EXPECT_EQ(p.seen_on(stored.id()).size(), 3U);
  const event live = make_event("live");
  for (test_relay* each : {&a, &b, &c}) each->add(live);
  ASSERT_TRUE(until([&] { return p.seen_on(live.id()).size() == 3; }));
  EXPECT_EQ(take_said(), lines{"live"});
  close(p);
}

TEST_F(Pool, MeasuresTheTimeThatTheProgramTakesInItsCallbacks) {
  for (const verification mode : {verification::threads, verification::on_loop, verification::off}) {
    SCOPED_TRACE(to_string(mode));
    test_relay r = start();
    for (int i = 0; i < 3; ++i) r.add(make_event(std::to_string(i), test_time + std::chrono::seconds(i)));
    pool_options options = quick({r.url()});
    options.verification = mode;
    pool p = make_pool(std::move(options));
    int calls = 0;
    const subscription s = *p.subscribe(notes, {.on_event = [&](relay_id, const event_view&) {
                                          const std::uint64_t until = uv_hrtime() + 5'000'000;
                                          while (uv_hrtime() < until) continue;
                                          ++calls;
                                        }});
    ASSERT_TRUE(until([&] { return calls == 3 && p.stats().times.callbacks.sum >= 15ms; }));
    EXPECT_GE(p.stats().times.callbacks.count(), 1U);
    closed = false;
    close(p);
  }
}

TEST_F(Pool, PublishesToAllAndTellsEachAnswer) {
  test_relay yes = start();
  test_relay no = start();
  no.behaviour().refuse_event = refusal{"blocked: not you"};
  pool p = make_pool(quick({yes.url(), no.url()}));
  const event e = make_event("hello");
  ASSERT_FALSE(p.publish(e, receipts()));
  ASSERT_TRUE(until_said(3));
  lines told = take_said();
  EXPECT_EQ(told.back(), "done 1/2");
  told.pop_back();
  std::sort(told.begin(), told.end());
  EXPECT_EQ(told, (lines{"accepted", "rejected: blocked: not you"}));
  ASSERT_TRUE(yes.has(e.id()));
  EXPECT_EQ(yes.events()[0].json(), e.json());
  close(p);
}

TEST_F(Pool, IsWellAgainAfterARelayWasAway) {
  test_relay r = start();
  pool p = make_pool(quick({r.url()}));
  const subscription s = *p.subscribe(notes, noting());
  r.add(make_event("before"), delivery::store_only);
  ASSERT_TRUE(until_said(2));
  r.stop(ending::reset);
  ASSERT_TRUE(until([&] { return count(relay_state::waiting) >= 2; }));
  const event mine = make_event(test_key(2), 1, "published while it was away");
  ASSERT_FALSE(p.publish(mine, receipts()));
  r.add(make_event("stored while it was away", test_time - 3600s));
  ASSERT_FALSE(r.restart());
  ASSERT_TRUE(until([&] { return r.has(mine.id()) && said.size() >= 6; }));
  lines told = take_said();
  std::sort(told.begin(), told.end());
  EXPECT_EQ(told, (lines{"accepted", "all eose", "before", "done 1/1", "published while it was away",
                         "stored while it was away"}));
  close(p);
}

TEST_F(Pool, ReachesARelayThatWasDownAtTheStart) {
  test_relay r = start();
  r.stop();
  pool p = make_pool(quick({r.url()}));
  const subscription s = *p.subscribe(notes, noting());
  ASSERT_TRUE(until_ended_by(errc::connection_refused));
  EXPECT_TRUE(state_texts.back().starts_with("Nothing listens")) << state_texts.back();
  r.add(make_event("found"));
  ASSERT_FALSE(r.restart());
  ASSERT_TRUE(until([&] { return std::find(said.begin(), said.end(), "found") != said.end(); }));
  close(p);
}

TEST_F(Pool, LosesAndRepeatsNothingWhenConnectionsAreCut) {
  test_relay r = start();
  std::set<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    expected.insert(std::to_string(i));
    r.add(make_event(std::to_string(i), test_time + std::chrono::seconds(i / 50)));
  }
  r.behaviour().drop = drop_rule{.after_events = 70, .mid_frame = true, .times = 3};
  pool p = make_pool(quick({r.url()}));
  const subscription s = *p.subscribe(notes, noting());
  ASSERT_TRUE(until([&] { return eoses == 1; }));
  std::erase(said, "all eose");
  EXPECT_EQ(said.size(), expected.size());
  EXPECT_EQ(std::set<std::string>(said.begin(), said.end()), expected);
  EXPECT_EQ(r.counters().upgraded, 4U);
  close(p);
}

TEST_F(Pool, GivesEventsByteForByteThroughAnyFragmentation) {
  test_relay r = start();
  r.behaviour().max_fragment_bytes = 7;
  r.behaviour().max_write_bytes = 11;
  const event e = make_event(test_key(), 1, "odd \"text\"\\ / \x7f \u2028 \U0001F980 \n\t", {{"t", "x\"y"}, {}});
  r.add(e);
  pool p = make_pool(quick({r.url()}));
  const subscription s = *p.subscribe(notes, noting());
  ASSERT_TRUE(until_said(1));
  EXPECT_EQ(jsons, lines{std::string(e.json())});
  close(p);
}

TEST_F(Pool, DropsForgeriesOfOneRelayAndTakesTheRealEventsOfAnother) {
  test_relay liar = start();
  test_relay honest = start();
  liar.behaviour().forge = forgery::signature;
  for (int i = 0; i < 20; ++i) {
    liar.add(make_event(std::to_string(i)));
    honest.add(make_event(std::to_string(i)));
  }
  pool p = make_pool(quick({liar.url(), honest.url()}));
  const subscription s = *p.subscribe(notes, noting());
  ASSERT_TRUE(until_said(21));
  EXPECT_EQ(std::set<std::string>(said.begin(), said.end()).size(), 21U);
  EXPECT_EQ(p.stats().messages.wrong_signature, 20U);
  close(p);
}

TEST_F(Pool, AddsAndRemovesRelaysWhileItRuns) {
  test_relay a = start();
  test_relay b = start();
  pool p = make_pool(quick());
  const subscription s = *p.subscribe(notes, noting());
  const relay_id first = *p.add_relay(a.url());
  ASSERT_TRUE(until([&] { return eoses == 1; }));
  const relay_id second = *p.add_relay(b.url());
  ASSERT_TRUE(until([&] { return eoses == 2; }));
  EXPECT_EQ(p.relays(), (std::vector<relay_id>{first, second}));
  ASSERT_FALSE(p.remove_relay(first));
  EXPECT_EQ(p.remove_relay(first), errc::unknown_relay);
  ASSERT_TRUE(until([&] { return a.counters().open == 0; }));
  EXPECT_EQ(a.all_connections()[0].close_code(), 1000);
  b.add(make_event("still here"));
  ASSERT_TRUE(until([&] { return !said.empty() && said.back() == "still here"; }));
  close(p);
}

TEST_F(Pool, MayBeDestroyedInOnEvent) {
  test_relay r = start();
  for (int i = 0; i < 10; ++i) r.add(make_event(std::to_string(i)));
  std::optional<pool> p = make_pool(quick({r.url()}));
  int calls = 0;
  subscription_callbacks callbacks;
  callbacks.on_event = [&](relay_id, const event_view&) {
    ++calls;
    p.reset();
  };
  callbacks.on_close = [&](close_reason) { ++calls; };
  const subscription s = *p->subscribe(notes, std::move(callbacks));
  ASSERT_TRUE(until([&] { return !p; }));
  ASSERT_TRUE(until([&] { return r.counters().open == 0; }));
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(s.is_open());
}

TEST_F(Pool, MayBeDestroyedWhileConnecting) {
  test_relay r = start();
  r.behaviour().on_connect.how = handshake::no_answer;
  std::optional<pool> p = make_pool(quick({r.url()}));
  ASSERT_TRUE(until([&] { return r.counters().accepted == 1; }));
  p.reset();
}

TEST_F(Pool, MayBeDestroyedAtOnce) { make_pool(quick({"ws://127.0.0.1:9"})); }

TEST_F(Pool, ClosesWhileTenRelaysAreHalfOpen) {
  std::vector<test_relay> relays;
  std::vector<std::string> urls;
  for (int i = 0; i < 10; ++i) {
    relays.push_back(start());
    relays.back().behaviour().on_connect.how = handshake::no_answer;
    urls.push_back(relays.back().url());
  }
  pool p = make_pool(quick(urls));
  // Not more than four are dialled at one host; the others wait.
  ASSERT_TRUE(until([&] {
    return std::count_if(relays.begin(), relays.end(),
                         [](const test_relay& r) { return r.counters().accepted == 1; }) >= 4;
  }));
  close(p);
}

TEST_F(Pool, ClosesWithoutTheRelaysCloseFrame) {
  test_relay r = start();
  r.behaviour().answer_close = false;
  pool_options options = quick({r.url()});
  options.relay_defaults.close_timeout = 20ms;
  pool p = make_pool(options);
  ASSERT_TRUE(until_connected());
  close(p);
}

TEST_F(Pool, SeveralLiveOnOneLoopAndOneDies) {
  test_relay r = start();
  std::optional<pool> one = make_pool(quick({r.url()}));
  pool two = make_pool(quick({r.url()}));
  const subscription s = *two.subscribe(notes, noting());
  ASSERT_TRUE(until_connected(2));
  one.reset();
  r.add(make_event("still here"));
  ASSERT_TRUE(until([&] { return std::find(said.begin(), said.end(), "still here") != said.end(); }));
  close(two);
}

TEST_F(Pool, DoesNotKeepALoopAliveThatWantsToEnd) {
  test_relay r = start({.keep_loop_alive = false});
  pool_options options = quick({r.url()});
  options.keep_loop_alive = false;
  pool p = make_pool(options);
  ASSERT_TRUE(until_connected());
  EXPECT_TRUE(testing::run_until_idle(&loop));
}

/// Without verification, an event is delivered where its bytes were read.
TEST_F(Pool, AnEventStaysWholeWhateverItsCallbackDoes) {
  test_relay first = start();
  test_relay second = start();
  test_relay secure = start({.tls = true});
  const std::string content(3000, 'x');
  for (unsigned i = 0; i < 3; ++i) first.add(make_event(test_key(i + 1), 1, content));
  second.add(make_event(test_key(7), 1, std::string(60'000, 'y')));
  pool_options options = quick({first.url()});
  options.verification = verification::off;
  options.relay_defaults.ca_file = secure.ca_file();
  std::optional<pool> p = make_pool(std::move(options));
  unsigned shown = 0;
  subscription_callbacks calls;
  calls.on_event = [&](relay_id from, const event_view& e) {
    const std::string before(e.json());
    switch (++shown) {
      case 1:
        EXPECT_TRUE(p->add_relay(second.url()));
        EXPECT_TRUE(p->add_relay(secure.url("localhost")));
        EXPECT_FALSE(p->publish(make_event(test_key(9), 1, std::string(50'000, 'z')), receipts()));
        break;
      case 2: p->remove_relay(from); break;
      default: p.reset();
    }
    EXPECT_EQ(e.json(), before);
    EXPECT_TRUE(e.content() == content || e.content().front() != 'x');
  };
  p->subscribe(notes, std::move(calls))->detach();
  ASSERT_TRUE(until([&] { return !p; }));
}

TEST_F(Pool, CountsFramesThatAreNoneAndGoesOn) {
  test_relay r = start();
  pool p = make_pool(quick({r.url()}));
  const subscription s = *p.subscribe(notes, noting());
  ASSERT_TRUE(until([&] { return eoses == 1; }));
  const testing::connection c = r.connections()[0];
  c.send_text("nonsense");
  c.send_text("");
  c.send_text(R"(["WHAT"])");
  c.send_binary("binary");
  c.send_text(R"(["NOTICE","mind the gap"])");
  c.send_text("[\"NOTICE\",\"\xff\"]");
  c.send_ping("are you there");
  r.add(make_event("after all that"));
  ASSERT_TRUE(until([&] { return !said.empty() && said.back() == "after all that"; }));
  const pool_stats stats = p.stats();
  EXPECT_EQ(stats.messages.malformed, 3U);
  EXPECT_EQ(stats.messages.unknown_verb, 1U);
  EXPECT_EQ(stats.messages.binary, 1U);
  EXPECT_EQ(stats.messages.notice, 1U);
  EXPECT_EQ(stats.messages.sum(), stats.messages_in);
  EXPECT_EQ(r.connections().size(), 1U);
  close(p);
}

TEST_F(Pool, RefusesWhatIsWrongAtTheCall) {
  pool p = make_pool(quick());
  EXPECT_EQ(p.add_relay("http://x").error(), errc::url_scheme);
  EXPECT_EQ(p.add_relay("ws://a@b").error(), errc::url_userinfo);
  EXPECT_EQ(p.add_relay("").error(), errc::url_scheme);
  EXPECT_EQ(p.publish(make_event("x")), errc::no_relay);
  EXPECT_EQ(p.subscribe(std::span<const filter>(), {}).error(), errc::filter_count);
  EXPECT_EQ(p.subscribe(filter{.tags = {{'e', {"x"}}}}, {}).error(), errc::filter_tag_value);
  relay_options options;
  options.ca_file = "/nonexistent";
  EXPECT_EQ(p.add_relay("wss://relay.test", options).error(), errc::option_certificate);
  options.ca_file.clear();
  options.headers = {{"X-Evil", "a\r\nb: c"}};
  EXPECT_EQ(p.add_relay("wss://relay.test", options).error(), errc::option_range);
  EXPECT_EQ(pool::make(&loop, {.relays = {"ws://a", "ws://a/"}}).error(), errc::duplicate_relay);
}

TEST_F(Pool, FindsARelayByAnySpellingOfItsUrl) {
  pool p = make_pool(quick());
  const relay_id a = *p.add_relay("ws://a.invalid/");
  const relay_id b = *p.add_relay("WSS://B.invalid:443");
  EXPECT_EQ(*p.find("ws://A.invalid:80"), a);
  EXPECT_EQ(*p.find("wss://b.invalid"), b);
  EXPECT_EQ(p.find("ws://c.invalid").error(), error(errc::unknown_relay, "ws://c.invalid"));
  EXPECT_EQ(p.find("c.invalid").error(), errc::url_scheme);
  ASSERT_FALSE(p.remove_relay(a));
  EXPECT_EQ(p.find("ws://a.invalid").error(), errc::unknown_relay);
  p.close();
  EXPECT_EQ(p.find("wss://b.invalid").error(), errc::closed);
}

TEST_F(Pool, AsksForSeveralFiltersAtOnce) {
  test_relay r = start();
  r.add(make_event(test_key(1), 1, "one"));
  r.add(make_event(test_key(1), 7, "seven"));
  r.add(make_event(test_key(1), 3, "three"));
  pool p = make_pool(quick({r.url()}));
  const subscription s = *p.subscribe({filter{.kinds = {1}}, filter{.kinds = {7}}}, noting());
  ASSERT_TRUE(until([&] { return said.size() >= 3; }));
  std::sort(said.begin(), said.end());
  EXPECT_EQ(said, (lines{"all eose", "one", "seven"}));
  EXPECT_EQ(p.subscribe({}, {}).error(), errc::filter_count);
  close(p);
}

TEST_F(Pool, AMovedFromOneAnswersClosed) {
  pool p = make_pool(quick());
  const pool other = std::move(p);
  EXPECT_EQ(p.publish(make_event("x")), errc::closed);
  EXPECT_EQ(p.add_relay("ws://x").error(), errc::closed);
  p.close();
}

}  // namespace
}  // namespace uvnostr
