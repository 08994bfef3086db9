// SPDX-License-Identifier: MIT
// Signers that take their time: for AUTH and for events.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/testing/simulation.hpp>
#include <uvnostr/uvnostr.hpp>

#include "support/names.hpp"

namespace uvnostr {
namespace {

using testing::simulation;

class Signer : public ::testing::Test {
 protected:
  /// Asks, and waits for sign_all().
  signer remote(const secret_key& key, std::chrono::milliseconds timeout = 1min) {
    return {key.pubkey(),
            [this, key](const draft& d, signer::answer take) {
              asked.push_back({key, d, std::move(take)});
            },
            timeout};
  }
  void sign_all() {
    for (job& each : std::exchange(asked, {})) each.take(each.key.sign(each.wanted));
  }
  void start(relay_options defaults = {}) {
    pool.emplace(*pool::make(world.loop(), {.relays = {relay.url()}, .relay_defaults = std::move(defaults)},
                             {.on_auth = [this](const auth_status& status) {
                               constexpr const char* names[] = {"challenged", "answered",       "accepted",
                                                                "refused",    "not challenged", "not signed"};
                               steps.emplace_back(names[static_cast<int>(status.step)]);
                             }}));
  }
  void subscribe() {
    notes.emplace(
        *pool->subscribe(filter{.kinds = {1}},
                         {.on_event = [this](relay_id, const event_view& e) { seen.emplace_back(e.content()); },
                          .on_relay_closed = [this](const relay_closed& told) { refusals.emplace_back(told.words); }}));
  }
  publish_callbacks taking_receipts() {
    return {.on_receipt =
                [this](const receipt& r) {
                  receipts.push_back({r.outcome, r.cause});
                },
            .on_done = [this](std::size_t, std::size_t) { ++done; }};
  }

  struct job {
    secret_key key;
    draft wanted;
    signer::answer take;
  };
  simulation world;
  test_relay relay = *world.start_relay("wss://relay.example.com");
  std::optional<uvnostr::pool> pool;
  std::optional<subscription> notes;
  std::vector<job> asked;
  lines steps;
  lines seen;
  lines refusals;
  std::vector<std::pair<outcome, std::error_code>> receipts;
  int done = 0;
};

TEST_F(Signer, MayAnswerAnAuthLater) {
  relay.behaviour().auth.demand = auth_demand::on_connect;
  relay.add(make_event("x"));
  relay_options defaults;
  defaults.auth_users = {remote(test_key(2))};
  start(std::move(defaults));
  subscribe();
  world.advance(30s);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].wanted.kind, 22242);
  EXPECT_TRUE(seen.empty());
  sign_all();
  world.advance(1s);
  EXPECT_EQ(seen, lines{"x"});
  EXPECT_EQ(steps, (lines{"challenged", "answered", "accepted"}));
  EXPECT_TRUE(refusals.empty());
}

TEST_F(Signer, ThatNeverAnswersHasRefused) {
  relay.behaviour().auth.demand = auth_demand::on_connect;
  relay_options defaults;
  defaults.auth_users = {remote(test_key(2), 20s)};
  start(std::move(defaults));
  subscribe();
  world.advance(19s);
  EXPECT_TRUE(refusals.empty());
  world.advance(2s);
  EXPECT_EQ(refusals.size(), 1U);
  EXPECT_EQ(steps, (lines{"challenged", "not signed"}));
  sign_all();  // too late
  world.advance(1s);
  EXPECT_EQ(relay.counters().auths, 0U);
}

TEST_F(Signer, SeveralUsersAreKnownOnOneConnection) {
  relay.behaviour().auth.demand = auth_demand::on_connect;
  relay.behaviour().auth.allowed = {test_key(3).pubkey()};
  relay.add(make_event("x"));
  relay_options defaults;
  defaults.auth_users = {test_key(2), remote(test_key(3)), test_key(4)};
  start(std::move(defaults));
  subscribe();
  world.advance(1s);
  EXPECT_EQ(relay.counters().auths, 2U);
  EXPECT_TRUE(seen.empty());
  sign_all();
  world.advance(1s);
  EXPECT_EQ(relay.counters().auths, 3U);
  EXPECT_EQ(seen, lines{"x"});
  EXPECT_TRUE(refusals.empty());
}

TEST_F(Signer, TheFirstUserWhoIsAcceptedWillDo) {
  relay.behaviour().auth.demand = auth_demand::on_connect;
  relay.add(make_event("x"));
  relay_options defaults;
  defaults.auth_users = {test_key(2), remote(test_key(3))};
  start(std::move(defaults));
  subscribe();
  world.advance(1s);
  EXPECT_EQ(seen, lines{"x"});
}

TEST_F(Signer, MayAnswerWhenAllIsOver) {
  relay.behaviour().auth.demand = auth_demand::on_connect;
  relay_options defaults;
  defaults.auth_users = {remote(test_key(2))};
  start(std::move(defaults));
  subscribe();
  world.advance(1s);
  relay.drop_connections();
  world.advance(100ms);
  sign_all();
  EXPECT_FALSE(pool->publish(draft{.content = "x"}, remote(test_key(2)), taking_receipts()));
  world.advance(100ms);
  notes.reset();
  pool.reset();
  sign_all();
  world.advance(1s);
  EXPECT_TRUE(receipts.empty());
}

TEST_F(Signer, SignsWhatIsPublished) {
  start();
  ASSERT_FALSE(pool->publish(draft{.content = "later"}, remote(test_key(2)), taking_receipts()));
  EXPECT_TRUE(asked.empty()) << "never inside of a call";
  ASSERT_FALSE(pool->publish(draft{.content = "now"}, test_key(3), taking_receipts()));
  world.advance(5s);
  EXPECT_EQ(receipts.size(), 1U);
  sign_all();
  world.advance(1s);
  ASSERT_EQ(receipts.size(), 2U);
  EXPECT_EQ(receipts[1].first, outcome::accepted);
  EXPECT_EQ(relay.events().size(), 2U);
  EXPECT_EQ(done, 2);
}

TEST_F(Signer, IsNotAskedIfMoreRelaysMustAcceptThanThereAre) {
  start();
  const error refused =
      pool->publish(draft{.content = "x"}, remote(test_key(2)), taking_receipts(), {.enough_accepted = 2});
  EXPECT_EQ(refused, errc::option_range);
  EXPECT_EQ(refused.subject(), "publish_options::enough_accepted is 2; it must be at most 1, the number of relays");
  world.advance(1s);
  EXPECT_TRUE(asked.empty());
}

TEST_F(Signer, IsNotAskedIfItsTimeoutIsOutOfRange) {
  start();
  const error refused = pool->publish(draft{.content = "x"}, remote(test_key(2), 0ms), taking_receipts());
  EXPECT_EQ(refused, errc::option_range);
  EXPECT_EQ(refused.subject(), "signer::timeout is 0 ms; it must be from 1 ms to 365 days");
  EXPECT_EQ(pool->publish(draft{.content = "x"}, remote(test_key(2), std::chrono::milliseconds::max())),
            errc::option_range);
  world.advance(1s);
  EXPECT_TRUE(asked.empty());
}

TEST_F(Signer, ThatRefusesOrLiesGivesAReceipt) {
  start();
  const std::pair<outcome, std::error_code> failed{outcome::not_sent, errc::not_signed};
  ASSERT_FALSE(pool->publish(draft{.content = "x"}, remote(test_key(2)), taking_receipts()));
  world.advance(1s);
  asked[0].take(errc::unsupported);
  world.advance(1s);
  ASSERT_EQ(receipts.size(), 1U);
  EXPECT_EQ(receipts[0], failed);
  ASSERT_FALSE(pool->publish(draft{.content = "x"}, remote(test_key(2)), taking_receipts()));
  world.advance(1s);
  asked[1].take(make_event(test_key(2), 1, "something else"));
  asked[1].take(make_event(test_key(2), 1, "x"));  // the second answer counts for nothing
  world.advance(1s);
  ASSERT_EQ(receipts.size(), 2U);
  EXPECT_EQ(receipts[1], failed);
  ASSERT_FALSE(pool->publish(draft{.content = "x"}, remote(test_key(2), 10s), taking_receipts()));
  world.advance(11s);
  ASSERT_EQ(receipts.size(), 3U);
  EXPECT_EQ(receipts[2], failed);
  EXPECT_EQ(done, 3);
}

TEST_F(Signer, ThatIsWaitedForGivesAReceiptWhenThePoolCloses) {
  start();
  world.advance(1s);
  ASSERT_FALSE(pool->publish(draft{.content = "x"}, remote(test_key(2)), taking_receipts()));
  world.advance(1s);
  pool->close();
  world.advance(10s);
  ASSERT_EQ(receipts.size(), 1U);
  EXPECT_EQ(receipts[0].second, errc::closed);
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace uvnostr
