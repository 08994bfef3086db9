// SPDX-License-Identifier: MIT
// Tests a program against relays that misbehave on command, with GoogleTest and uvnostr_testing.
// New since 5: a relay in the test, its behaviour and script; the same relay in a simulation, where hours take no time.
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>
#include <uvnostr/relay.hpp>
#include <uvnostr/testing/relay.hpp>
#include <uvnostr/testing/simulation.hpp>

namespace {

using uvnostr::testing::make_event;
using uvnostr::testing::run_until;
using uvnostr::testing::run_until_idle;
using uvnostr::testing::simulation;
using uvnostr::testing::test_relay;

/// The program under test: a wall of notes, with complaints about notes that were refused.
class wall {
 public:
  wall(uv_loop_t* loop, std::string_view url)
      : relay_(*uvnostr::relay::make(loop, url)),
        notes_(*relay_.subscribe(uvnostr::filter{.kinds = {1}},
                                 {.on_event = [this](uvnostr::relay_id, const uvnostr::event_view& note) {
                                   texts.emplace_back(note.content());
                                 }})) {}

  void put_up(const uvnostr::event& note) {
    const uvnostr::error wrong = relay_.publish(note, {.on_receipt = [this](const uvnostr::receipt& answer) {
                                                  if (answer.outcome != uvnostr::outcome::accepted)
                                                    complaints.emplace_back(answer.message);
                                                }});
    if (wrong) complaints.push_back(wrong.message());
  }

  std::vector<std::string> texts;
  std::vector<std::string> complaints;

 private:
  uvnostr::relay relay_;
  uvnostr::subscription notes_;
};

// On a virtual clock, without sockets: for everything that takes time.
TEST(WallInASimulation, ShowsEachNoteOnceAlthoughTheRelayIsAwayForHours) {
  simulation world;
  test_relay relay = *world.start_relay("wss://relay.example.com");
  const auto first = make_event("first");
  const auto second = make_event("second");
  relay.script()
      .expect_req()
      .send_event(first)
      .drop()
      .refuse_http(503)
      .wait(std::chrono::hours(2))
      .expect_req()
      .send_event(first)
      .send_event(second)
      .send_eose();
  wall shown(world.loop(), relay.url());
  EXPECT_TRUE(world.run_until([&] { return shown.texts.size() >= 2; })) << relay.script().unmet();
  EXPECT_EQ(shown.texts, (std::vector<std::string>{"first", "second"}));
}

// The same relay on a real loop and a free port: for everything about sockets, TLS and threads.
TEST(WallOnSockets, PassesOnWhyANoteWasRefused) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  {
    test_relay relay = *test_relay::start(&loop);
    relay.behaviour().refuse_event = {.reason = "pow: 20 bits are needed"};
    wall shown(&loop, relay.url());
    shown.put_up(make_event("cheap"));
    EXPECT_TRUE(run_until(&loop, [&] { return !shown.complaints.empty(); }));
    EXPECT_EQ(shown.complaints, (std::vector<std::string>{"pow: 20 bits are needed"}));
  }
  EXPECT_TRUE(run_until_idle(&loop));
  EXPECT_EQ(uv_loop_close(&loop), 0);
}

}  // namespace
