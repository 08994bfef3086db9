// SPDX-License-Identifier: MIT
// metrics_text() shows what happened, in the form that OpenMetrics prescribes.
#include <uvnostr/metrics.hpp>

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/testing/simulation.hpp>
#include <uvnostr/uvnostr.hpp>

#include "sessions/core_fixture.hpp"
#include "support/names.hpp"
#include "support/open_metrics.hpp"

namespace uvnostr {
namespace {

using testing::simulation;

TEST(DurationHistogram, CountsEachDurationInTheFirstBucketThatHoldsIt) {
  duration_histogram times;
  times.add(0us);
  times.add(10us);
  times.add(11us);
  times.add(60s);
  times.add(61s);
  EXPECT_EQ(times.counts[0], 2U);
  EXPECT_EQ(times.counts[1], 1U);
  EXPECT_EQ(times.counts[duration_histogram::bounds.size() - 1], 1U);
  EXPECT_EQ(times.counts.back(), 1U);
  EXPECT_EQ(times.count(), 5U);
  EXPECT_EQ(times.sum, 121s + 21us);
}

TEST(MetricsText, OfAnInertPoolIsValid) {
  const open_metrics read(metrics_text(pool()));
  EXPECT_EQ(read.value("uvnostr_received_messages_total"), 0);
  EXPECT_EQ(read.value("uvnostr_connect_seconds_count"), 0);
}

TEST(MetricsText, EscapesLabels) {
  const named_stats odd{.pool = "a\"b\\c\nd", .stats = {}};
  EXPECT_TRUE(open_metrics(metrics_text(std::span(&odd, 1))).has("uvnostr_seen_entries", {{"pool", "a\"b\\c\nd"}}));
}

TEST(MetricsText, DescribesEachNameOnceForSeveralPools) {
  std::vector<named_stats> both{{.pool = "a", .stats = {}}, {.pool = "b", .stats = {}}};
  both[0].stats.verified = 7;
  both[1].stats.verified = 8;
  both[1].stats.relays.push_back({.relay = relay_id{1}, .url = "wss://relay.example"});
  const open_metrics read(metrics_text(both));
  EXPECT_EQ(read.value("uvnostr_verified_signatures_total", {{"pool", "a"}}), 7);
  EXPECT_EQ(read.value("uvnostr_verified_signatures_total", {{"pool", "b"}}), 8);
  EXPECT_EQ(read.value("uvnostr_relay_dials_total", {{"pool", "b"}, {"relay", "wss://relay.example"}}), 0);
}

TEST(MetricsText, HasABoundedNumberOfSamplesForEachRelay) {
  named_stats some;
  const std::size_t without = open_metrics(metrics_text(std::span(&some, 1))).size();
  relay_stats full{.url = "wss://relay.example"};
  full.most_reqs = 10;
  full.connect_time = full.ping_time = 1ms;
  some.stats.relays.push_back(full);
  const std::size_t with = open_metrics(metrics_text(std::span(&some, 1))).size();
  EXPECT_LE(without, 180U);
  EXPECT_LE(with - without, 50U) << "the header says about fifty";
  EXPECT_EQ(open_metrics(metrics_text(std::span(&some, 1), {.relays = false})).size(), without);
}

class Metrics : public ::testing::Test {
 protected:
  simulation world{{.latency = 2ms}};
  test_relay a = *world.start_relay("wss://a.example.com");
  test_relay b = *world.start_relay("wss://b.example.com");
};

TEST_F(Metrics, ShowWhatHappened) {
  for (int i = 0; i < 3; ++i) {
    const event same = make_event(std::to_string(i), test_time + std::chrono::seconds(i));
    a.add(same);
    b.add(same);
  }
  pool p = *pool::make(world.loop(), {.relays = {a.url(), b.url(), "wss://c.example.com"}});
  const subscription notes = *p.subscribe(filter{.kinds = {1}}, {.on_event = [](relay_id, const event_view&) {}});
  ASSERT_FALSE(p.publish(make_event("mine"), {}, {.verify = false}, {p.relays()[0]}));
  world.advance(500ms);

  const open_metrics read(metrics_text(p));
  const open_metrics::labels of_a{{"relay", "wss://a.example.com"}};
  const open_metrics::labels of_c{{"relay", "wss://c.example.com"}};
  EXPECT_EQ(read.value("uvnostr_relays", {{"state", "connected"}}), 2);
  EXPECT_EQ(read.value("uvnostr_relays", {{"state", "waiting"}}), 1);
  EXPECT_EQ(read.value("uvnostr_relay_state", {{"relay", "wss://c.example.com"}, {"uvnostr_relay_state", "waiting"}}),
            1);
  EXPECT_EQ(read.value("uvnostr_relay_connects_total", of_a), 1);
  EXPECT_EQ(read.value("uvnostr_relay_connects_total", of_c), 0);
  EXPECT_EQ(read.value("uvnostr_messages_total", {{"result", "delivered"}}), 4) << "three stored, and ours";
  EXPECT_GE(read.value("uvnostr_messages_total", {{"result", "duplicate"}}), 3) << "of the other relay, and of pages";
  EXPECT_EQ(read.value("uvnostr_messages_total", {{"result", "ok"}}), 1);
  EXPECT_EQ(read.value("uvnostr_received_messages_total"), read.sum("uvnostr_messages_total"));
  EXPECT_EQ(read.sum("uvnostr_relay_messages_total"), read.sum("uvnostr_messages_total"));
  EXPECT_EQ(read.value("uvnostr_relay_receipts_total", {{"relay", "wss://a.example.com"}, {"outcome", "accepted"}}), 1);
  EXPECT_EQ(read.value("uvnostr_connect_seconds_count"), 2);
  EXPECT_GE(read.value("uvnostr_first_event_seconds_count"), 2) << "pages included, but not those without events";
  EXPECT_LE(read.value("uvnostr_first_event_seconds_count"), read.value("uvnostr_eose_seconds_count"));
  EXPECT_EQ(read.value("uvnostr_ok_seconds_count"), 1);
  EXPECT_DOUBLE_EQ(read.value("uvnostr_ok_seconds_sum"), 0.004) << "there and back";
  EXPECT_EQ(read.value("uvnostr_ok_seconds_bucket", {{"le", "0.002"}}), 0);
  EXPECT_EQ(read.value("uvnostr_ok_seconds_bucket", {{"le", "0.005"}}), 1);
  EXPECT_EQ(read.value("uvnostr_eose_seconds_count"), p.stats().relays[0].reqs + p.stats().relays[1].reqs);
  EXPECT_GE(read.value("uvnostr_verification_seconds_count"), 1);
  EXPECT_GE(read.value("uvnostr_callbacks_seconds_count"), 1);
  EXPECT_DOUBLE_EQ(read.value("uvnostr_relay_connect_time_seconds", of_a),
                   std::chrono::duration<double>(*p.stats().relays[0].connect_time).count());
  EXPECT_FALSE(read.has("uvnostr_relay_connect_time_seconds", of_c)) << "it never connected";
}

TEST_F(Metrics, TheTimeOfARemovedRelayStays) {
  pool p = *pool::make(world.loop(), {.relays = {a.url()}});
  world.advance(500ms);
  ASSERT_FALSE(p.remove_relay(p.relays()[0]));
  world.advance(5s);
  const open_metrics read(metrics_text(p));
  EXPECT_EQ(read.value("uvnostr_connect_seconds_count"), 1);
  EXPECT_EQ(read.sum("uvnostr_relay_connects_total"), 0) << "it has no samples of its own any more";
}

class CoreTimes : public CoreTest {
 protected:
  const pool_times times() const { return core->stats().times; }
};

TEST_F(CoreTimes, TheFirstEventCountsOnceForEachReq) {
  make();
  add_open();
  const subscription notes = subscribe();
  const std::string id = asked(world.last()).at(0);
  world.advance(30ms);
  world.last().text(event_frame(id, note("a")));
  world.advance(30ms);
  world.last().text(event_frame(id, note("b")));
  EXPECT_EQ(times().first_event.count(), 1U);
  EXPECT_EQ(times().first_event.sum, 30ms);
  world.last().text(eose(id));
  world.advance(1s);
  world.last().text(event_frame(id, note("live")));
  EXPECT_EQ(times().first_event.count(), 1U);
  EXPECT_EQ(times().eose.count(), 1U);
  EXPECT_EQ(times().eose.sum, 60ms);
}

TEST_F(CoreTimes, ALiveEventIsNoFirstEvent) {
  make();
  add_open();
  const subscription notes = subscribe();
  const std::string id = asked(world.last()).at(0);
  world.last().text(eose(id));
  world.last().text(event_frame(id, note("live")));
  EXPECT_EQ(times().first_event.count(), 0U);
}

TEST_F(CoreTimes, VerificationLastsFromTheFirstEventOfABatchToItsVerdicts) {
  make(verification::threads);
  add_open();
  const subscription notes = subscribe();
  const std::string id = asked(world.last()).at(0);
  world.hold_workers();
  world.last().text(event_frame(id, note("a")));
  world.last().text(event_frame(id, note("b")));
  world.advance(70ms);
  EXPECT_EQ(times().verification.count(), 0U);
  world.release_workers();
  world.settle();
  EXPECT_EQ(times().verification.count(), 1U) << "they are one batch";
  EXPECT_EQ(times().verification.sum, 70ms);
}

TEST_F(CoreTimes, ARefusedEventIsAnsweredAsWell) {
  make();
  add_open();
  const event mine = note("mine");
  ASSERT_FALSE(core->publish(mine, receipts()));
  world.settle();
  world.advance(15ms);
  world.last().text(ok(mine, false, "blocked: no"));
  world.settle();
  EXPECT_EQ(times().ok.count(), 1U);
  EXPECT_EQ(times().ok.sum, 15ms);
  const receipt_counts counted = core->stats().relays.at(0).receipts;
  EXPECT_EQ(counted.rejected, 1U);
  EXPECT_EQ(counted.accepted, 0U);
}

}  // namespace
}  // namespace uvnostr
