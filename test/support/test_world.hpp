// SPDX-License-Identifier: MIT
// A loop with relays for tests that run in both worlds: on sockets and in a simulation.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <uv.h>

#include <uvnostr/testing/simulation.hpp>

#include "support/names.hpp"

namespace uvnostr {

enum class world_kind { sockets, simulated };

class test_world {
 public:
  explicit test_world(world_kind kind) {
    if (kind == world_kind::simulated) {
      simulation_ = std::make_unique<testing::simulation>();
      return;
    }
    uv_loop_init(&loop_);
    uv_timer_init(&loop_, &alarm_);
    alarm_.data = this;
    uv_timer_start(
        &alarm_, [](uv_timer_t* t) { static_cast<test_world*>(t->data)->hangs_ = true; }, 60'000, 0);
    uv_unref(reinterpret_cast<uv_handle_t*>(&alarm_));
  }
  test_world(const test_world&) = delete;
  test_world& operator=(const test_world&) = delete;
  /// All pools and relays must be gone: checks that nothing is left on the loop.
  ~test_world() {
    if (simulation_) return;  // it checks this itself
    uv_close(reinterpret_cast<uv_handle_t*>(&alarm_), nullptr);
    EXPECT_TRUE(testing::run_until_idle(&loop_));
    EXPECT_EQ(uv_loop_close(&loop_), 0);
  }

  uv_loop_t* loop() { return simulation_ ? simulation_->loop() : &loop_; }
  /// Null on sockets.
  testing::simulation* simulated() { return simulation_.get(); }

  /// In the simulation each relay has its own host name.
  test_relay start_relay(test_relay_options options = {}) {
    auto started = simulation_ ? simulation_->start_relay("wss://relay" + std::to_string(++relays_) + ".example.com",
                                                          std::move(options))
                               : test_relay::start(&loop_, std::move(options));
    EXPECT_TRUE(started) << started.error().message();
    return std::move(started).value();
  }
  [[nodiscard]] bool until(callback<bool()> condition) {
    return simulation_ ? simulation_->run_until(std::move(condition))
                       : testing::run_until(&loop_, std::move(condition));
  }
  /// Runs one turn. Returns false if nothing can happen any more, or if the test hangs.
  bool step() {
    if (simulation_) return simulation_->step();
    uv_run(&loop_, UV_RUN_ONCE);
    return !hangs_;
  }

 private:
  std::unique_ptr<testing::simulation> simulation_;
  uv_loop_t loop_{};
  uv_timer_t alarm_{};  // makes a hanging test fail
  bool hangs_ = false;
  unsigned relays_ = 0;
};

}  // namespace uvnostr
