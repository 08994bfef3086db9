// SPDX-License-Identifier: MIT
// Testing a program of your own against relays that misbehave on command: GoogleTest and uvnostr_testing.
// Adds to 5: a relay in the test, its behaviour, its script, turning the loop until something has happened.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>
#include <uvnostr/relay.hpp>
#include <uvnostr/testing/relay.hpp>

namespace {

using uvnostr::testing::make_event;
using uvnostr::testing::run_until;
using uvnostr::testing::run_until_idle;
using uvnostr::testing::test_relay;

/// What is to be tested: a wall of notes, and what went wrong with those that were put up.
class wall {
 public:
  wall(uv_loop_t* loop, std::string url)
      : relay_(*uvnostr::relay::make(loop, {.url = std::move(url), .reconnect = {.initial_delay = std::chrono::milliseconds(10)}})),
        notes_(*relay_.subscribe(uvnostr::filter{.kinds = {1}}, {
            .on_event = [this](uvnostr::relay_id, const uvnostr::event_view& note) { texts.emplace_back(note.content()); }})) {}

  void put_up(const uvnostr::event& note) {
    const std::error_code error = relay_.publish(note, {.on_receipt = [this](const uvnostr::receipt& answer) {
      if (answer.outcome != uvnostr::outcome::accepted) complaints.emplace_back(answer.message);
    }});
    if (error) complaints.push_back(error.message());
  }

  std::vector<std::string> texts;
  std::vector<std::string> complaints;

 private:
  uvnostr::relay relay_;
  uvnostr::subscription notes_;
};

class Wall : public testing::Test {
 protected:
  Wall() { uv_loop_init(&loop_); }
  ~Wall() override {
    EXPECT_TRUE(run_until_idle(&loop_));
    EXPECT_EQ(uv_loop_close(&loop_), 0);
  }
  test_relay start() { return *test_relay::start(&loop_); }

  uv_loop_t loop_{};
};

TEST_F(Wall, ShowsEachNoteOnceAlthoughTheConnectionIsLostInBetween) {
  test_relay relay = start();
  const auto first = make_event("first");
  const auto second = make_event("second");
  relay.script().expect_req().send(first).drop().expect_req().send(first).send(second).eose();
  wall shown(&loop_, relay.url());
  EXPECT_TRUE(run_until(&loop_, [&] { return relay.script().done() && shown.texts.size() >= 2; })) << relay.script().unmet();
  EXPECT_EQ(shown.texts, (std::vector<std::string>{"first", "second"}));
}

TEST_F(Wall, PassesOnWhyANoteWasRefused) {
  test_relay relay = start();
  relay.behave().refuse_event = {.reason = "pow: 20 bits are needed"};
  wall shown(&loop_, relay.url());
  shown.put_up(make_event("cheap"));
  EXPECT_TRUE(run_until(&loop_, [&] { return !shown.complaints.empty(); }));
  EXPECT_EQ(shown.complaints.front(), "pow: 20 bits are needed");
}

}  // namespace
