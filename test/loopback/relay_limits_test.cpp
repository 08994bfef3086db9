// SPDX-License-Identifier: MIT
// Limits and habits of relays that a test_relay can take on, in both worlds.
#include "loopback/both_worlds.hpp"

namespace uvnostr {
namespace {

class RelayLimits : public BothWorlds {
 protected:
  /// Stores this many notes, a second apart: "1" is the oldest.
  void store(int count) {
    for (int i = 1; i <= count; ++i) relay->add(make_event(std::to_string(i), test_time + std::chrono::seconds(i)));
  }
  lines answer_to(const filter& f) {
    said.clear();
    hints.clear();
    subscribe(f);
    EXPECT_TRUE(until([this] { return !said.empty() && said.back() == "all eose"; }));
    return std::exchange(said, {});
  }
  eose_hint hint_for(const filter& f) {
    answer_to(f);
    return hints.back();
  }
};

TEST_P(RelayLimits, CapsItsAnswersToTheNewestEvents) {
  store(5);
  relay->behaviour().max_limit = 2;
  join();
  EXPECT_EQ(answer_to({.kinds = {1}}), (lines{"event 5 from 1", "event 4 from 1", "event 3 from 1", "event 2 from 1",
                                              "event 1 from 1", "eose from 1", "all eose"}));
  EXPECT_GE(relay->connections()[0].received().size(), 5U) << "two at a time";
  EXPECT_EQ(answer_to({.kinds = {1}, .limit = 4}),
            (lines{"event 5 from 1", "event 4 from 1", "event 3 from 1", "event 2 from 1", "eose from 1", "all eose"}));
  EXPECT_EQ(answer_to({.kinds = {1}, .limit = 1}), (lines{"event 5 from 1", "eose from 1", "all eose"}));
  relay->add(make_event("live"));
  ASSERT_TRUE(until_said(1));
  EXPECT_EQ(said, lines{"event live from 1"}) << "the limit is for stored events only";
}

TEST_P(RelayLimits, CapsEachFilterOfARequestOnItsOwn) {
  store(3);
  relay->add(make_event(test_key(), 7, "+"));
  relay->add(make_event(test_key(), 7, "-"));
  relay->behaviour().max_limit = 2;
  join();
  const filter both[] = {{.kinds = {1}}, {.kinds = {7}}};
  notes.emplace(*pool->subscribe(both, noting()));
  ASSERT_TRUE(until([this] { return eoses == 1; }));
  EXPECT_EQ(said[0], "event 3 from 1");
  EXPECT_NE(std::ranges::find(said, "event + from 1"), said.end());
  EXPECT_NE(std::ranges::find(said, "event - from 1"), said.end());
  EXPECT_NE(std::ranges::find(said, "event 1 from 1"), said.end());
}

TEST_P(RelayLimits, GivesNoHintUnlessToldTo) {
  store(1);
  join();
  EXPECT_EQ(hint_for({.kinds = {1}}), eose_hint::none);
}

TEST_P(RelayLimits, SaysHonestlyWhetherThereIsMore) {
  store(3);
  relay->behaviour().hints = eose_hints::honest;
  relay->behaviour().max_limit = 2;
  join();
  EXPECT_EQ(hint_for({.kinds = {1}}), eose_hint::finish) << "of the last page";
  EXPECT_EQ(hint_for({.kinds = {1}, .limit = 1}), eose_hint::more);
  EXPECT_EQ(hint_for({.kinds = {1}, .until = test_time + 2s}), eose_hint::finish) << "it has just as many as the limit";
  EXPECT_EQ(hint_for({.kinds = {7}}), eose_hint::finish);
}

TEST_P(RelayLimits, LiesAboutMoreEventsIfToldTo) {
  store(3);
  relay->behaviour().max_limit = 2;
  relay->behaviour().hints = eose_hints::finish;
  join();
  EXPECT_EQ(hint_for({.kinds = {1}}), eose_hint::finish);
  relay->behaviour().hints = eose_hints::more;
  EXPECT_EQ(hint_for({.kinds = {7}}), eose_hint::more);
}

TEST_P(RelayLimits, ClosesARequestAfterItsEose) {
  store(1);
  relay->behaviour().close_after_eose = refusal{"blocked: no live events", 1};
  join();
  subscribe();
  ASSERT_TRUE(until_said(3));
  EXPECT_EQ(said[0], "event 1 from 1");
  EXPECT_EQ(std::ranges::count(said, "closed by 1: blocked: no live events"), 1);
  relay->add(make_event("live"));
  relay->connections()[0].send_text(R"(["NOTICE","after it"])");
  ASSERT_TRUE(until_said(4));
  EXPECT_EQ(said.back(), "notice after it") << "a closed request gets no live events";
}

TEST_P(RelayLimits, EndsTheConnectionOverALongReq) {
  relay->behaviour().max_req_bytes = 200;
  join();
  subscribe();
  ASSERT_TRUE(until_said(2));
  EXPECT_TRUE(causes().empty());
  filter large{.kinds = {1}};
  for (unsigned n = 1; n <= 3; ++n) large.authors.push_back(test_key(n).pubkey());
  subscribe(large);
  ASSERT_TRUE(until_ended());
  EXPECT_EQ(causes().front(), errc::closed_by_relay);
  EXPECT_EQ(last_end().close_code, 1009);
  EXPECT_EQ(relay->all_connections()[0].violation(), "") << "the protocol allows such a message";
  EXPECT_EQ(relay->counters().violations, 0U);
}

TEST_P(RelayLimits, EndsTheConnectionOverALongEvent) {
  relay->behaviour().max_event_bytes = 1'000;
  join();
  publish(make_event("short"));
  ASSERT_TRUE(until_said(2));
  publish(make_event(std::string(1'000, 'x')));
  ASSERT_TRUE(until_ended());
  EXPECT_EQ(last_end().close_code, 1009);
  EXPECT_EQ(relay->events().size(), 1U);
}

TEST_P(RelayLimits, JudgesTheDateOfAuthByItsOwnClock) {
  relay->behaviour().auth.demand = auth_demand::on_refusal;
  relay->behaviour().clock_offset = 1h;
  relay_options options;
  options.auth_users = {test_key(7)};
  join(options);
  publish(a);
  ASSERT_TRUE(until_said(2));
  // On sockets the answer to the upgrade tells a client what time the relay thinks it is.
  const bool sees_date = GetParam() == world_kind::sockets;
  EXPECT_TRUE(said[0].starts_with(sees_date ? "accepted by 1" : "rejected by 1")) << said[0];
  EXPECT_EQ(relay->counters().auths, 1U);
  relay->behaviour().clock_offset = {};
  relay->drop_connections();
  publish(b);
  ASSERT_TRUE(until_said(4));
  EXPECT_EQ(said[2], "accepted by 1");
}

TEST_P(RelayLimits, AreReadInTheRelaysDocument) {
  relay->behaviour().information = R"({"name":"it","limitation":{"max_subscriptions":7}})" + std::string(10'000, ' ');
  join();
  std::optional<result<relay_information>> came;
  const auto ask = [&] {
    came.reset();
    ASSERT_FALSE(pool->information(
        pool->relays()[0], [&](const result<relay_information>& what) { came = what; }, 0s));
    ASSERT_TRUE(until([&] { return came.has_value(); }));
  };
  ask();
  ASSERT_TRUE(*came) << came->error().message();
  EXPECT_EQ((*came)->name, "it");
  EXPECT_EQ(pool->stats().relays[0].most_reqs, 7U);
  relay->behaviour().information.clear();
  ask();
  EXPECT_EQ(came->error(), errc::http_status);
  relay->behaviour().information = "none";
  ask();
  EXPECT_EQ(came->error(), errc::no_document);
  EXPECT_TRUE(until([this] { return relay->connections().size() == 1; })) << "the connection is another";
}

TEST_P(RelayLimits, LetALargeEventBeReadPast) {
  store(1);
  relay->add(make_event(std::string(50'000, 'x'), test_time + 1h));
  relay_options options;
  options.max_message_bytes = 10'000;
  join(options);
  EXPECT_EQ(answer_to({.kinds = {1}}), (lines{"event 1 from 1", "eose from 1", "all eose"}));
  EXPECT_GE(pool->stats().relays[0].messages.too_big, 1U);
  EXPECT_TRUE(causes().empty());
}

INSTANTIATE_TEST_SUITE_P(, RelayLimits, ::testing::Values(world_kind::sockets, world_kind::simulated), name_of_world);

}  // namespace
}  // namespace uvnostr
