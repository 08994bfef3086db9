// SPDX-License-Identifier: MIT
// The demo without a network: three relays in this process and a pool that uses them, on one loop.
//
// The story is a list of steps. Each step begins something, and is over when its condition holds, which a timer checks.
// If a step exceeds its time limit, the demo reports it and fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uv.h>
#include <uvnostr/testing/relay.hpp>
#include <uvnostr/uvnostr.hpp>

namespace demo {

/// Tells the story. Returns the exit status.
int tell_story();

class story {
 public:
  story();
  ~story();
  story(const story&) = delete;
  story& operator=(const story&) = delete;

  /// Returns true if everything went as expected.
  bool run();

 private:
  struct step {
    const char* title;
    void (story::*begin)();
    bool (story::*is_over)() const;
  };
  struct note {
    uvnostr::event event;
    std::string name;
    bool published_by_us;
    std::size_t shown = 0;
    std::string answers{};  // the relays' answers, in words
    std::size_t accepted = 0;
    bool answered = false;  // by all addressed relays
  };
  static constexpr char relay_names[] = "ABC";

  // The steps.
  void start_relays_and_pool();
  bool all_have_answered() const { return all_answered_; }
  void publish_three_notes();
  bool three_notes_are_everywhere() const;
  void stop_a_relay();
  bool relay_was_missed() const;
  void publish_two_notes_meanwhile();
  bool others_have_the_two() const;
  void bring_the_relay_back();
  bool nothing_is_missing() const;
  void show_statistics();
  bool always() const { return true; }
  void close_the_pool();
  bool is_closed() const { return closed_; }

  void on_tick();
  void begin_next_step();
  void finish();
  void fail(const std::string& why);
  void say(const std::string& line) const;

  void on_state(const uvnostr::relay_status&);
  void on_note(uvnostr::relay_id, const uvnostr::event_view&);
  void publish(std::string name, std::string_view content);
  note* find(const uvnostr::event_id&);
  bool is_everywhere(const note&) const;
  char name_of(uvnostr::relay_id) const;
  std::string copies_dropped_since(const uvnostr::message_counts& before) const;

  static const step steps[];

  uv_loop_t loop_{};
  uv_timer_t timer_{};
  std::size_t next_step_ = 0;
  std::uint64_t began_at_ = 0;
  std::uint64_t step_began_at_ = 0;
  bool finished_ = false;
  bool failed_ = false;

  std::vector<uvnostr::testing::test_relay> relays_;
  std::optional<uvnostr::pool> pool_;
  uvnostr::subscription subscription_;
  std::map<uvnostr::relay_id, char> names_;
  std::vector<uvnostr::secret_key> authors_;
  std::vector<note> notes_;
  uvnostr::message_counts counts_before_;
  bool c_was_refused_ = false;
  bool all_answered_ = false;
  bool closed_ = false;
};

}  // namespace demo
