// SPDX-License-Identifier: MIT
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/keys.hpp>

#include "dedup/gate.hpp"
#include "dedup/provenance.hpp"
#include "verify/verifier.hpp"
#include "wire/frame_scan.hpp"

namespace uvnostr::dedup {
namespace {

class Gate : public ::testing::Test {
 protected:
  event note(const std::string& content) { return *key.sign({.kind = 1, .content = content}); }
  std::optional<gate::admission> admit(const event& e, std::uint32_t subscription, std::uint32_t relay) {
    const std::optional<wire::raw_event> raw = wire::parse_event(e.json());
    return under_test.admit(verify::verifier::passed(*raw), subscription, relay);
  }
  std::vector<std::uint32_t> seen_on(const event& e) {
    std::vector<std::uint32_t> slots;
    under_test.seen_on(e.id(), [&](std::uint32_t slot) { slots.push_back(slot); });
    return slots;
  }

  secret_key key = *secret_key::parse("0000000000000000000000000000000000000000000000000000000000000001");
  gate under_test{3, {1, 2, 3}};
};

TEST_F(Gate, AdmitsAnEventOnceForEachSubscription) {
  const event e = note("x");
  EXPECT_TRUE(admit(e, 1, 0)->first);
  EXPECT_FALSE(admit(e, 1, 0));
  const auto second = admit(e, 2, 0);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->first);
}

TEST_F(Gate, TellsWhoseEventHadToGo) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(admit(note(std::to_string(i)), 7, 0)->forgotten_by);
  EXPECT_EQ(admit(note("one more"), 8, 0)->forgotten_by, 7U);
}

TEST_F(Gate, NotesEveryRelayThatRepeatsAnEvent) {
  const event e = note("x");
  admit(e, 1, 4);
  EXPECT_TRUE(under_test.repeats(e.id(), 1, 9));
  EXPECT_FALSE(under_test.repeats(e.id(), 2, 11));
  EXPECT_EQ(seen_on(e), (std::vector<std::uint32_t>{4, 9}));
}

TEST_F(Gate, ForgetsARelayAndWhoSentWhatWasEvicted) {
  const event e = note("x");
  admit(e, 1, 4);
  admit(e, 2, 5);
  under_test.remove_relay(4);
  EXPECT_EQ(seen_on(e), std::vector<std::uint32_t>{5});
  for (int i = 0; i < 3; ++i) admit(note(std::to_string(i)), 1, 6);
  EXPECT_TRUE(seen_on(e).empty());
}

TEST_F(Gate, VouchesForTheSameSignatureOnly) {
  const event e = note("x");
  admit(e, 1, 0);
  EXPECT_TRUE(under_test.verified_before(e.id(), e.sig()));
  signature other = e.sig();
  other.bytes[63] ^= 1;
  EXPECT_FALSE(under_test.verified_before(e.id(), other));
  EXPECT_FALSE(under_test.verified_before(note("y").id(), e.sig()));
}

TEST(Provenance, HasRoomForMoreThan64Relays) {
  provenance under_test(2);
  under_test.clear(0);
  under_test.clear(1);
  under_test.note(0, 1);
  under_test.note(1, 63);
  under_test.make_room_for(200);
  under_test.note(0, 200);
  std::vector<std::uint32_t> first;
  under_test.for_each(0, [&](std::uint32_t slot) { first.push_back(slot); });
  std::vector<std::uint32_t> second;
  under_test.for_each(1, [&](std::uint32_t slot) { second.push_back(slot); });
  EXPECT_EQ(first, (std::vector<std::uint32_t>{1, 200}));
  EXPECT_EQ(second, std::vector<std::uint32_t>{63});
  under_test.forget(200);
  under_test.clear(1);
  second.clear();
  under_test.for_each(1, [&](std::uint32_t slot) { second.push_back(slot); });
  EXPECT_TRUE(second.empty());
}

}  // namespace
}  // namespace uvnostr::dedup
