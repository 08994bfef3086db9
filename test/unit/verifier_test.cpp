// SPDX-License-Identifier: MIT
#include "verify/verifier.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/keys.hpp>

#include "unit/allocation_count.hpp"

namespace uvnostr::verify {
namespace {

using std::chrono::milliseconds;

struct sender final : source {
  bool distrusted() const noexcept override { return lied; }
  bool lied = false;
};

/// Its clock advances whenever it is read.
struct reactor final : port::reactor {
  port::time_point now() noexcept override { return time += step; }
  port::time_point turn_began() noexcept override { return time; }
  unix_seconds wall_clock() noexcept override { return {}; }
  bool random_bytes(std::span<std::byte>) noexcept override { return false; }
  void set_alarm(port::time_point) noexcept override {}
  void clear_alarm() noexcept override {}
  void wake_soon() noexcept override { is_woken = true; }
  void hold_loop(bool) noexcept override {}
  bool run_on_worker(port::work& work) noexcept override {
    works.push_back(&work);
    return true;
  }

  port::time_point time{};
  milliseconds step{0};
  bool is_woken = false;
  std::vector<port::work*> works;
};

struct listener final : verifier_listener {
  void on_verified(source&, const verified_event& event, id_form) noexcept override {
    given.push_back(std::string(event.fields().content));
  }
  void on_refused(source&, const wire::event_fields& event, verdict) noexcept override {
    given.push_back("no " + std::string(event.content));
  }
  void on_copy(source&, const wire::raw_event&) noexcept override {}
  void on_joined(source&, std::uint32_t) noexcept override {}
  void on_marker(source&, const wire::relay_message&) noexcept override {}
  bool has_time() noexcept override { return true; }
  void begin_work() noexcept override {}
  void end_work() noexcept override {}

  std::vector<std::string> given;
};

struct Verifier : testing::Test {
  /// An event whose content is a number; a forged one has another event's signature.
  std::string event_number(int number, bool forged = false) {
    const secret_key key = *secret_key::parse("0000000000000000000000000000000000000000000000000000000000000001");
    const event genuine = *key.sign({.kind = 1, .content = std::to_string(number)});
    std::string json(genuine.json());
    if (forged) {
      const event other = *key.sign({.kind = 1, .content = "another"});
      const std::string sig = genuine.sig().to_hex();
      json.replace(json.find(sig), sig.size(), other.sig().to_hex());
    }
    return json;
  }
  void add(verifier& to, source& from, int number, bool forged = false) {
    to.add(treatment::check, from, *wire::parse_event(event_number(number, forged)));
  }
  std::vector<std::string> numbers(int count) {
    std::vector<std::string> expected;
    for (int i = 0; i < count; ++i) expected.push_back(std::to_string(i));
    return expected;
  }

  reactor loop;
  listener heard;
  sender relays[3];
  duration_histogram times;
};

TEST_F(Verifier, ChecksASingleEventAtOnce) {
  verifier under_test(loop, heard, verification::threads, times);
  add(under_test, relays[0], 0);
  under_test.pump();
  ASSERT_EQ(loop.works.size(), 1u);
  loop.works[0]->run();
  loop.works[0]->done();
  EXPECT_EQ(heard.given, numbers(1));
}

TEST_F(Verifier, PutsWhatComesWhileAllWorkersAreBusyIntoOneBatch) {
  verifier under_test(loop, heard, verification::threads, times);
  for (int i = 0; i < 3; ++i) {
    add(under_test, relays[0], i);
    under_test.pump();
  }
  ASSERT_EQ(loop.works.size(), 3u);
  for (int i = 3; i < 60; ++i) {
    add(under_test, relays[0], i);
    under_test.pump();
  }
  EXPECT_EQ(loop.works.size(), 3u);
  loop.works[0]->run();
  loop.works[0]->done();
  ASSERT_EQ(loop.works.size(), 4u);
  EXPECT_EQ(heard.given, numbers(1));
  for (std::size_t i : {3u, 2u, 1u}) {
    loop.works[i]->run();
    loop.works[i]->done();
  }
  EXPECT_EQ(heard.given, numbers(60));
}

/// Counts what it gets and remembers nothing, so it allocates nothing.
struct counter final : verifier_listener {
  void on_verified(source&, const verified_event&, id_form) noexcept override { ++verified; }
  void on_refused(source&, const wire::event_fields&, verdict) noexcept override {}
  void on_copy(source&, const wire::raw_event&) noexcept override {}
  void on_joined(source&, std::uint32_t) noexcept override { ++joined; }
  void on_marker(source&, const wire::relay_message&) noexcept override {}
  bool has_time() noexcept override { return true; }
  void begin_work() noexcept override {}
  void end_work() noexcept override {}

  std::size_t verified = 0;
  std::size_t joined = 0;
};

struct VerifiersMemory : Verifier {
  void SetUp() override {
    for (int i = 0; i < 40; ++i) texts.push_back(event_number(i));
    loop.works.reserve(texts.size());
  }
  /// In each turn come some events, and more copies than a batch has room for. The workers finish after all turns, the
  /// last one first, so the queue is as deep as there were turns.
  void stream(std::size_t turns) {
    for (std::size_t turn = 0; turn < turns; ++turn) {
      for (std::size_t i = turn % 3; i < texts.size(); i += 3) {
        under_test.add(treatment::check, relays[0], *wire::parse_event(texts[i]));
      }
      for (std::size_t i = 0; i < batch::max_items; ++i) under_test.add_joined(relays[1], 7);
      under_test.pump();
    }
    while (!loop.works.empty()) {
      port::work& last = *loop.works.back();
      loop.works.pop_back();
      last.run();
      last.done();
    }
  }

  counter counts;
  verifier under_test{loop, counts, verification::threads, times};
  std::vector<std::string> texts;
};

TEST_F(VerifiersMemory, IsEnoughForASteadyStreamWhoseQueueIsDeepNowAndThen) {
  // Every batch must have held as much as it can.
  for (int round = 0; round < 8; ++round) stream(20);
  EXPECT_EQ(counts.joined, 8 * 20 * batch::max_items);
  const std::size_t before = counts.verified;
  const test::allocation_count allocated;
  for (int round = 0; round < 200; ++round) {
    stream(1);
    if (round % 50 == 49) stream(20);
  }
  EXPECT_EQ(allocated.count(), 0U);
  EXPECT_GT(counts.verified, before);
  EXPECT_TRUE(under_test.idle());
}

TEST_F(VerifiersMemory, IsFreedIfItWasNeededOnlyOnce) {
  stream(20);
  for (int round = 0; round < 200; ++round) stream(1);
  const test::allocation_count allocated;
  stream(20);
  EXPECT_GT(allocated.count(), 0U) << "all batches were kept";
}

TEST_F(Verifier, RefusesTheForgedOnesOfABatchInTheirPlaces) {
  for (const verification mode : {verification::threads, verification::on_loop}) {
    heard.given.clear();
    loop.works.clear();
    verifier under_test(loop, heard, mode, times);
    for (int i = 0; i < 50; ++i) add(under_test, relays[i % 3], i, i % 7 == 0);
    under_test.pump();
    for (std::size_t i = 0; i < loop.works.size(); ++i) {
      port::work& each = *loop.works[i];
      each.run();
      each.done();
    }
    std::vector<std::string> expected = numbers(50);
    for (std::size_t i = 0; i < 50; i += 7) expected[i] = "no " + expected[i];
    EXPECT_EQ(heard.given, expected);
  }
}

TEST_F(Verifier, SpendsNoMoreThanItsBudgetOfATurnOnTheLoop) {
  verifier under_test(loop, heard, verification::on_loop, times);
  for (int i = 0; i < 60; ++i) add(under_test, relays[0], i);
  // Every check exceeds the budget. So there is one check per turn, of fewer and fewer events, and finally of one.
  loop.step = milliseconds(5);
  int turns = 0;
  do {
    loop.is_woken = false;
    const port::time_point began = loop.time;
    under_test.pump();
    EXPECT_LE(loop.time - began, milliseconds(15))
        << "another check began: the clock is read before, after, and for times";
    ++turns;
  } while (loop.is_woken);
  EXPECT_EQ(heard.given, numbers(60));
  EXPECT_GE(turns, 40);
}

TEST_F(Verifier, ChecksMoreAtOnceOnTheLoopWhileTimeIsLeft) {
  verifier under_test(loop, heard, verification::on_loop, times);
  for (int i = 0; i < 200; ++i) add(under_test, relays[0], i);
  under_test.pump();
  EXPECT_EQ(heard.given, numbers(200));
}

#if UVNOSTR_BUNDLED_SECP256K1

TEST_F(Verifier, ChecksApartWhatALiarSends) {
  verifier owner(loop, heard, verification::threads, times);
  workspace kept;
  batch under_test(owner);
  under_test.workspace = &kept;
  relays[1].lied = true;
  for (int i = 0; i < 60; ++i) {
    under_test.add(treatment::check, relays[i % 3], *wire::parse_event(event_number(i, i % 3 == 1)));
  }
  under_test.set_apart();
  EXPECT_EQ(under_test.check_next(25), 25u);
  EXPECT_EQ(under_test.check_next(100), 35u);
  EXPECT_EQ(under_test.check_next(100), 0u);
  for (std::size_t i = 0; i < 60; ++i) {
    EXPECT_EQ(under_test.items[i].outcome, i % 3 == 1 ? verdict::wrong_signature : verdict::good) << i;
  }
  EXPECT_EQ(kept.signatures.spent().alone, 20u);
  EXPECT_EQ(kept.signatures.spent().together, 40u);
}

#endif

}  // namespace
}  // namespace uvnostr::verify
