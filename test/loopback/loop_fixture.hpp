// SPDX-License-Identifier: MIT
// A real loop that must be empty at the end, relays on it, and a record of the callbacks.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>

#include "support/recorder.hpp"

namespace uvnostr {

class LoopTest : public ::testing::Test, protected recorder {
 protected:
  LoopTest() : recorder(style::brief) { uv_loop_init(&loop); }
  ~LoopTest() override {
    EXPECT_TRUE(testing::run_until_idle(&loop));
    EXPECT_EQ(uv_loop_close(&loop), 0);
  }

  test_relay start(test_relay_options options = {}) {
    auto started = test_relay::start(&loop, std::move(options));
    EXPECT_TRUE(started) << started.error().message();
    return std::move(started).value();
  }

  /// Reconnects quickly; everything else has its default.
  static pool_options quick(std::vector<std::string> urls = {}) {
    pool_options options;
    options.relays = std::move(urls);
    options.relay_defaults.reconnect.initial_delay = 100ms;
    options.relay_defaults.reconnect.max_delay = 100ms;
    return options;
  }

  pool make_pool(pool_options options) {
    result<pool> made = pool::make(&loop, std::move(options), pool_calls());
    EXPECT_TRUE(made) << made.error().message();
    return std::move(made).value();
  }

  [[nodiscard]] bool until(callback<bool()> condition) { return testing::run_until(&loop, std::move(condition)); }
  [[nodiscard]] bool until_said(std::size_t lines_said) {
    return until([this, lines_said] { return said.size() >= lines_said; });
  }
  [[nodiscard]] bool until_connected(std::size_t times = 1) {
    return until([this, times] { return count(relay_state::connected) >= times; });
  }
  [[nodiscard]] bool until_ended_by(std::error_code cause) {
    return until([this, cause] { return !states.empty() && states.back().cause == cause; });
  }
  /// Closes the pool and waits for the last call.
  void close(pool& p) {
    p.close();
    EXPECT_TRUE(until([this] { return closed; }));
  }

  uv_loop_t loop;
  const filter notes{.kinds = {1}};
};

}  // namespace uvnostr
