// SPDX-License-Identifier: MIT
// Once the buffers have grown, no event allocates on its way from the socket to the callback.
//
// The relay runs on its own thread and loop, so that its allocations are not counted. A first subscription makes all
// buffers grow. For further ones, with other events, allocations are counted on the loop's thread. One of them must
// allocate nothing; in the others the verifier's queue may grow deeper than before. An event that is published takes at
// most one for each relay.
#include "loopback/loop_fixture.hpp"

#include <array>
#include <future>
#include <random>
#include <thread>

#include <libwebsockets.h>

#include "bench/allocations.hpp"

namespace uvnostr {
namespace {

using bench::allocations_of_this_thread;

/// A test_relay with events, on its own thread.
class far_relay {
 public:
  far_relay(std::vector<event> events, testing::test_relay_options options) {
    std::promise<std::pair<std::string, std::string>> started;
    auto where = started.get_future();
    thread_ = std::thread([this, events = std::move(events), options = std::move(options), &started] {
      uv_loop_init(&loop_);
      uv_async_init(&loop_, &end_, [](uv_async_t* end) { uv_stop(end->loop); });
      {
        auto relay = testing::test_relay::start(&loop_, options).value();
        for (const event& e : events) relay.add(e);
        started.set_value({relay.url(), relay.ca_file()});
        uv_run(&loop_, UV_RUN_DEFAULT);
      }
      uv_close(reinterpret_cast<uv_handle_t*>(&end_), nullptr);
      uv_run(&loop_, UV_RUN_DEFAULT);
      uv_loop_close(&loop_);
    });
    std::tie(url, ca_file) = where.get();
  }
  ~far_relay() {
    uv_async_send(&end_);
    thread_.join();
  }

  std::string url;
  std::string ca_file;

 private:
  uv_loop_t loop_;
  uv_async_t end_;
  std::thread thread_;
};

constexpr std::array<event_kind, 4> kinds{1, 7, 20, 21};

// The largest makes a message of about 61,000 bytes.
constexpr std::array<std::size_t, 10> all_sizes{0, 1, 100, 700, 1'500, 4'000, 9'000, 20'000, 40'000, 54'000};
constexpr std::span<const std::size_t> small_sizes = std::span(all_sizes).first(5);

/// This many events of each kind, with contents up to each of the sizes, some with escapes, some with many tags.
std::vector<event> make_events(std::span<const std::size_t> sizes, std::size_t of_each_size) {
  const unsigned seed = std::random_device()();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  std::vector<event> events;
  for (const event_kind kind : kinds) {
    for (const std::size_t size : sizes) {
      for (std::size_t i = 0; i < of_each_size; ++i) {
        // The largest of each kind are equally large, so the second kind finds buffers of that size.
        std::string content(i < 3 ? size : size - random() % (size / 3 + 1), 'x');
        std::vector<std::vector<std::string>> tags{{"n", std::to_string(100'000 + events.size())}};
        if (i % 3 == 0) {
          for (std::size_t at = 0; at < content.size() / 8; ++at) content[at] = '\n';
        } else if (i % 3 == 1) {
          content.resize(content.size() / 2);
          tags.resize(1 + size / 300, {"p", std::string(64, 'a'), "\"quoted\""});
        }
        events.push_back(testing::make_event(testing::test_key(1 + random() % 4), kind, content, std::move(tags)));
      }
    }
  }
  std::shuffle(events.begin(), events.end(), random);
  return events;
}

// The ids of the oldest second that the request's history keeps; here all of a hundred and more events share it.
constexpr std::uint64_t for_an_answer = 16;

class Allocations : public LoopTest {
 protected:
  void SetUp() override {
    if (!bench::allocations_are_counted()) GTEST_SKIP() << "allocations cannot be counted here";
  }

  /// The least allocations that the events of one kind take, each of which comes twice.
  std::uint64_t taken_by(std::vector<event> events, bool tls, verification checks = verification::off) {
    const std::size_t of_each_kind = events.size() / kinds.size();
    testing::test_relay_options serving{.tls = tls};
    serving.behaviour.copies = 2;
    const far_relay relay(std::move(events), serving);
    pool_options options = quick({relay.url});
    options.relay_defaults.ca_file = relay.ca_file;
    options.verification = checks;
    options.relay_defaults.max_unverified_bytes = 128 * 1024;
    pool p = make_pool(std::move(options));
    EXPECT_NE(read_all(p, kinds[0], of_each_kind), 0U) << "the buffers must grow, or nothing is counted";
    std::uint64_t taken = ~std::uint64_t{0};
    for (std::size_t i = 1; i < kinds.size(); ++i) taken = std::min(taken, read_all(p, kinds[i], of_each_kind));
    const std::size_t all = kinds.size() * of_each_kind;
    EXPECT_GE(p.stats().messages.duplicate, all);
    EXPECT_EQ(p.stats().verified, checks == verification::off ? 0 : all);
    close(p);
    return taken;
  }

 private:
  /// The allocations from the first event until the EOSE reaches the verifier's queue. When reading is paused because
  /// the queue is full, libwebsockets stores any bytes that it has already read, so one allocation per pause is not
  /// counted.
  std::uint64_t read_all(pool& from, event_kind kind, std::size_t expected) {
    const std::uint64_t eoses_before = from.stats().messages.eose;
    std::size_t seen = 0;
    std::size_t bytes = 0;
    std::uint64_t before = 0;
    std::uint64_t taken = 0;
    std::uint64_t pauses = 0;
    bool ended = false;
    bool was_paused = false;
    subscription_callbacks callbacks;
    callbacks.on_event = [&](relay_id, const event_view& e) {
      if (seen++ == 0) before = allocations_of_this_thread();
      const std::uint64_t before_asking = allocations_of_this_thread();
      const relay_stats now = from.stats().relays[0];
      before += allocations_of_this_thread() - before_asking;
      pauses += now.reading_paused && !was_paused ? 1U : 0U;
      was_paused = now.reading_paused;
      bytes += e.content().size() + e.tags().size() + e.json().size();
      if (now.messages.eose == eoses_before) taken = allocations_of_this_thread() - before;
    };
    callbacks.on_eose = [&](relay_id, eose_hint) { ended = true; };
    auto reading = from.subscribe(filter{.kinds = {kind}}, std::move(callbacks));
    EXPECT_TRUE(reading);
    EXPECT_TRUE(until([&] { return ended; }));
    EXPECT_EQ(seen, expected);
    EXPECT_NE(bytes, 0U);
    return taken - std::min(taken, pauses);
  }
};

TEST_F(Allocations, AreNoneForEventsAndDuplicatesOfAnySizeUpToTheReceiveBuffer) {
  EXPECT_LE(taken_by(make_events(all_sizes, 20), false), for_an_answer);
}

TEST_F(Allocations, AreNoneForEventsThatAreVerifiedOnTheLoop) {
  EXPECT_LE(taken_by(make_events(small_sizes, 60), false, verification::on_loop), for_an_answer);
}

TEST_F(Allocations, AreNoneForEventsThatAreVerifiedOnThreads) {
  constexpr std::size_t of_each_size = 60;
  // How deep the queue becomes depends on when the workers run, and a deeper queue than before takes batches of five
  // allocations. What a steady stream takes is shown by VerifiersMemory, whose workers run when the test says so.
  constexpr std::uint64_t for_batches = std::uint64_t{5} * 8;
  EXPECT_LE(taken_by(make_events(small_sizes, of_each_size), false, verification::threads),
            for_an_answer + for_batches);
}

TEST_F(Allocations, AreAtMostOneForAnEventAndRelayThatItIsPublishedTo) {
  constexpr std::size_t in_flight = 64;
  constexpr std::size_t events_of_a_round = 500;
  constexpr std::size_t rounds = 3;
  const far_relay first({}, {});
  const far_relay second({}, {});
  pool p = make_pool(quick({first.url, second.url}));
  std::vector<event> events;
  for (std::size_t i = 0; i < rounds * events_of_a_round; ++i) {
    events.push_back(testing::make_event(testing::test_key(1), 1, std::to_string(i) + std::string(i % 700, 'x')));
  }
  std::size_t next = 0;
  std::size_t done = 0;
  std::size_t accepted = 0;
  const auto publish = [&](std::size_t end, const auto& again) -> void {
    if (next == end) return;
    publish_callbacks calls;
    calls.on_receipt = [&](const receipt& r) { accepted += r.outcome == outcome::accepted ? 1U : 0U; };
    calls.on_done = [&, end](std::size_t, std::size_t) {
      ++done;
      again(end, again);
    };
    const error wrong = p.publish(events[next++], std::move(calls));
    EXPECT_FALSE(wrong) << wrong.message();
  };
  std::uint64_t least = ~std::uint64_t{0};
  for (std::size_t round = 1; round <= rounds; ++round) {
    const std::size_t end = round * events_of_a_round;
    const std::uint64_t before = allocations_of_this_thread();
    for (std::size_t i = 0; i < in_flight; ++i) publish(end, publish);
    ASSERT_TRUE(until([&] { return done == end; }));
    least = std::min(least, allocations_of_this_thread() - before);
  }
  EXPECT_EQ(accepted, 2 * events.size());
  EXPECT_LE(least, 2 * events_of_a_round);
  close(p);
}

TEST_F(Allocations, AreNoneForEventsAndDuplicatesOverTls) {
#if !defined(LWS_WITH_MBEDTLS)
  GTEST_SKIP() << "OpenSSL allocates buffers at any time";
#endif
  EXPECT_LE(taken_by(make_events(all_sizes, 20), true), for_an_answer);
}

}  // namespace
}  // namespace uvnostr
