// SPDX-License-Identifier: MIT
// The story's frame: the loop, the timer, the steps one after the other, the end.
#include "story.hpp"

#include <cstdio>

namespace demo {

namespace {

constexpr std::uint64_t tick_ms = 10;
constexpr std::uint64_t longest_step_ms = 15'000;

}  // namespace

const story::step story::steps[] = {
    {"a pool connects to three relays, and subscribes to notes", &story::start_relays_and_pool,
     &story::all_have_answered},
    {"three signed notes are published to all of them", &story::publish_three_notes,
     &story::three_notes_are_everywhere},
    {"relay C is stopped", &story::stop_a_relay, &story::relay_was_missed},
    {"meanwhile two notes are published, and C gets one from somebody else", &story::publish_two_notes_meanwhile,
     &story::others_have_the_two},
    {"C comes back: waiting notes are sent, and missed notes arrive", &story::bring_the_relay_back,
     &story::nothing_is_missing},
    {"every message is accounted for", &story::show_statistics, &story::always},
    {"the pool is closed", &story::close_the_pool, &story::is_closed},
};

story::story() {
  uv_loop_init(&loop_);
  uv_timer_init(&loop_, &timer_);
  timer_.data = this;
  began_at_ = uv_now(&loop_);
}

story::~story() = default;

bool story::run() {
  std::printf("uvnostr demo: three relays in this process, on the program's own loop; no network is needed.\n");
  uv_timer_start(
      &timer_, [](uv_timer_t* t) { static_cast<story*>(t->data)->on_tick(); }, 0, tick_ms);
  uv_run(&loop_, UV_RUN_DEFAULT);
  say("uv_run has returned");

  subscription_ = {};
  pool_.reset();
  relays_.clear();
  uv_run(&loop_, UV_RUN_DEFAULT);
  const std::uint64_t took_ms = uv_now(&loop_) - began_at_;
  const int left = uv_loop_close(&loop_);
  std::printf("           uv_loop_close returned %d\n", left);
  if (left != 0) failed_ = true;

  std::size_t shown = 0;
  for (const note& each : notes_) shown += each.shown;
  if (failed_) {
    std::printf("\nThe demo failed: see above.\n");
  } else {
    std::printf("\nThe demo is over: %zu notes, each shown once, nothing lost, all closed, in %.1f s.\n", shown,
                static_cast<double>(took_ms) / 1000.0);
  }
  return !failed_;
}

void story::on_tick() {
  if (finished_) return;
  const std::uint64_t now = uv_now(&loop_);
  if (next_step_ == 0) {
    begin_next_step();
  } else if (const auto is_over = steps[next_step_ - 1].is_over; (this->*is_over)()) {
    if (next_step_ == std::size(steps)) {
      finish();
    } else {
      begin_next_step();
    }
  } else if (now - step_began_at_ > longest_step_ms) {
    fail("this step took more than " + std::to_string(longest_step_ms / 1000) + " s");
  }
}

void story::begin_next_step() {
  const step& next = steps[next_step_++];
  step_began_at_ = uv_now(&loop_);
  std::printf("\n%zu. %s\n", next_step_, next.title);
  (this->*next.begin)();
}

/// Leaves nothing on the loop.
void story::finish() {
  finished_ = true;
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
  subscription_ = {};
  pool_.reset();
  relays_.clear();
}

void story::fail(const std::string& why) {
  say("failed: " + why);
  failed_ = true;
  if (!finished_) finish();
}

void story::say(const std::string& line) const {
  std::printf("  %5.2f s  %s\n", static_cast<double>(uv_now(&loop_) - began_at_) / 1000.0, line.c_str());
}

int tell_story() { return story().run() ? 0 : 1; }

}  // namespace demo
