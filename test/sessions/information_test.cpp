// SPDX-License-Identifier: MIT
// NIP-11: what a relay says of itself, asked for on demand.
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <uvnostr/testing/simulation.hpp>
#include <uvnostr/uvnostr.hpp>

#include "support/names.hpp"

namespace uvnostr {
namespace {

using testing::simulation;

class Information : public ::testing::Test {
 protected:
  void start() { pool.emplace(*pool::make(world.loop(), {.relays = {relay.url()}})); }
  void ask(std::chrono::seconds max_age = 1h) {
    ASSERT_FALSE(pool->information(
        pool->relays()[0],
        [this](const result<relay_information>& what) {
          ++calls;
          came = what;
        },
        max_age));
  }

  simulation world;
  test_relay relay = *world.start_relay("wss://relay.example.com");
  std::optional<uvnostr::pool> pool;
  std::optional<result<relay_information>> came;
  int calls = 0;
};

TEST_F(Information, IsFetchedOnceAndKeptWithItsAge) {
  relay.behaviour().information = R"({"name":"first"})";
  start();
  ask();
  ask();
  EXPECT_EQ(calls, 0) << "never inside of the call";
  world.advance(1s);
  ASSERT_EQ(calls, 2);
  EXPECT_EQ((*came)->name, "first");
  EXPECT_EQ(relay.counters().accepted, 2U) << "one for the document, one for the connection";
  relay.behaviour().information = R"({"name":"second"})";
  world.advance(30min);
  ask();
  world.advance(1s);
  EXPECT_EQ((*came)->name, "first");
  EXPECT_GE((*came)->age, 30min);
  ask(60s);
  world.advance(1s);
  EXPECT_EQ((*came)->name, "second");
  EXPECT_EQ((*came)->age, 0s);
}

TEST_F(Information, MayBeMissingOrNoDocument) {
  start();
  ask();
  world.advance(1s);
  EXPECT_EQ(came->error(), errc::http_status);
  relay.behaviour().information = "<html>";
  ask();
  world.advance(1s);
  EXPECT_EQ(came->error(), errc::no_document);
}

TEST_F(Information, NeverDelaysTheConnection) {
  relay.behaviour().on_connect = {.how = handshake::silent, .times = 1};
  start();
  ask();
  world.advance(1min);
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(pool->stats().relays[0].connects == 1 || came->error() == errc::connect_timeout);
}

TEST_F(Information, IsAnsweredWhenTheRelayIsRemovedOrThePoolCloses) {
  relay.behaviour().on_connect.how = handshake::silent;
  start();
  ask();
  ASSERT_FALSE(pool->remove_relay(pool->relays()[0]));
  world.advance(0ms);
  EXPECT_EQ(came->error(), errc::relay_removed);
  const relay_id again = *pool->add_relay(relay.url());
  ASSERT_FALSE(pool->information(again, [this](const result<relay_information>& what) { came = what; }));
  pool->close();
  world.advance(10s);
  EXPECT_EQ(came->error(), errc::closed);
  EXPECT_EQ(pool->information(again, {}), errc::closed);
}

TEST_F(Information, FallsSilentWithThePool) {
  relay.behaviour().on_connect.how = handshake::silent;
  start();
  ask();
  world.advance(1s);
  pool.reset();
  world.advance(1min);
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace uvnostr
