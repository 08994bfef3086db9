// SPDX-License-Identifier: MIT
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/keys.hpp>

#include "dedup/gate.hpp"
#include "dedup/provenance.hpp"
#include "fake/fake_world.hpp"
#include "verify/verifier.hpp"
#include "wire/frame_scan.hpp"

namespace uvnostr::dedup {
namespace {

/// Nothing is queued here, so nothing is ever given back.
class no_listener final : public verify::verifier_listener {
  void on_verified(verify::source&, const verify::verified_event&, verify::id_form) noexcept override {}
  void on_refused(verify::source&, const wire::event_fields&, verify::verdict) noexcept override {}
  void on_copy(verify::source&, const wire::raw_event&) noexcept override {}
  void on_joined(verify::source&, std::uint32_t) noexcept override {}
  void on_marker(verify::source&, const wire::relay_message&) noexcept override {}
  void hold() noexcept override {}
  void unhold() noexcept override {}
};

class Gate : public ::testing::Test {
 protected:
  event note(const std::string& content) { return *key.sign({.kind = 1, .content = content}); }
  std::optional<gate::admission> admit(const event& e, std::uint32_t subscription, std::uint32_t relay) {
    const std::optional<wire::raw_event> raw = wire::parse_event(e.json());
    verify::id_form form;
    verify::verdict why;
    return under_test.admit(*verifier.check_now(*raw, form, why), subscription, relay);
  }
  std::vector<std::uint32_t> seen_on(const event& e) {
    std::vector<std::uint32_t> slots;
    under_test.seen_on(e.id(), [&](std::uint32_t slot) { slots.push_back(slot); });
    return slots;
  }

  secret_key key = *secret_key::parse("0000000000000000000000000000000000000000000000000000000000000001");
  fake::fake_world world;
  no_listener listener;
  verify::verifier verifier{world, listener, verification::on_loop};
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
