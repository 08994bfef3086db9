// SPDX-License-Identifier: MIT
// A real loop that must be empty at the end, relays on it, and what was called back as readable lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>

#include <uvnostr/testing/relay.hpp>
#include <uvnostr/uvnostr.hpp>

namespace uvnostr {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

class LoopTest : public ::testing::Test {
 protected:
  LoopTest() { uv_loop_init(&loop); }
  ~LoopTest() override {
    EXPECT_TRUE(uvnostr::testing::run_until_idle(&loop));
    EXPECT_EQ(uv_loop_close(&loop), 0);
  }

  uvnostr::testing::test_relay start(uvnostr::testing::test_relay_options options = {}) {
    auto started = uvnostr::testing::test_relay::start(&loop, std::move(options));
    EXPECT_TRUE(started) << started.error().message();
    return std::move(started).value();
  }

  /// Quick to come back; everything else as users have it.
  static pool_options quick(std::vector<std::string> urls = {}) {
    pool_options options;
    options.relays = std::move(urls);
    options.relay_defaults.reconnect.initial_delay = 100ms;
    options.relay_defaults.reconnect.max_delay = 100ms;
    return options;
  }

  pool make_pool(pool_options options) {
    pool_callbacks callbacks;
    callbacks.on_notice = [this](relay_id, std::string_view words) { say("notice " + std::string(words)); };
    callbacks.on_relay_state = [this](const relay_status& status) {
      states.push_back(status);
      state_texts.emplace_back(status.text);
    };
    callbacks.on_close = [this] { closed = true; };
    result<pool> made = pool::make(&loop, std::move(options), std::move(callbacks));
    EXPECT_TRUE(made) << made.error().message();
    return std::move(made).value();
  }

  subscription_callbacks noting() {
    subscription_callbacks all;
    all.on_event = [this](relay_id, const event_view& e) {
      say(std::string(e.content()));
      jsons.emplace_back(e.json());
    };
    all.on_eose = [this](relay_id, eose_hint) { ++eoses; };
    all.on_all_eose = [this] { say("all eose"); };
    return all;
  }
  publish_callbacks receipts() {
    publish_callbacks all;
    all.on_receipt = [this](const receipt& r) {
      const char* const names[] = {"accepted", "rejected", "timed out", "not sent"};
      say(std::string(names[static_cast<int>(r.outcome)]) + (r.message.empty() ? "" : ": " + std::string(r.message)));
    };
    all.on_done = [this](std::size_t accepted, std::size_t asked) { say("done " + std::to_string(accepted) + "/" + std::to_string(asked)); };
    return all;
  }

  [[nodiscard]] bool until(callback<bool()> condition) { return uvnostr::testing::run_until(&loop, std::move(condition)); }
  [[nodiscard]] bool until_said(std::size_t lines_said) {
    return until([this, lines_said] { return said.size() >= lines_said; });
  }
  [[nodiscard]] bool until_connected(std::size_t times = 1) {
    return until([this, times] { return count(relay_state::connected) >= times; });
  }
  [[nodiscard]] bool until_ended_by(std::error_code cause) {
    return until([this, cause] { return !states.empty() && states.back().cause == cause; });
  }
  std::size_t count(relay_state state) const {
    return static_cast<std::size_t>(std::count_if(states.begin(), states.end(), [=](const relay_status& s) { return s.state == state; }));
  }
  /// Closes and waits for the last call.
  void close(pool& p) {
    p.close();
    EXPECT_TRUE(until([this] { return closed; }));
  }

  void say(std::string line) { said.push_back(std::move(line)); }
  lines take_said() { return std::exchange(said, {}); }

  uv_loop_t loop;
  lines said;
  lines jsons;
  std::vector<relay_status> states;  // their text is in state_texts
  lines state_texts;
  int eoses = 0;
  bool closed = false;
  const filter notes{.kinds = {1}};
};

}  // namespace uvnostr
