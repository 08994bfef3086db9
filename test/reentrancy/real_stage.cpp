// SPDX-License-Identifier: MIT
#include "reentrancy/real_stage.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace uvnostr {

using uvnostr::testing::test_relay;

real_stage::real_stage() {
  uv_loop_init(&loop_);
  uv_timer_init(&loop_, &alarm_);
  alarm_.data = this;
  uv_timer_start(&alarm_, [](uv_timer_t* t) { static_cast<real_stage*>(t->data)->hangs_ = true; }, 60'000, 0);
  uv_unref(reinterpret_cast<uv_handle_t*>(&alarm_));
  for (int i = 0; i < 3; ++i) {
    result<test_relay> started = test_relay::start(&loop_);
    EXPECT_TRUE(started) << started.error().message();
    relays_.push_back(std::move(started).value());
  }
  relays_[0].add(uvnostr::testing::make_event("one"));
  relays_[0].add(uvnostr::testing::make_event("two"));
  relays_[0].behave().refuse_req = uvnostr::testing::refusal{"blocked: not this one", 1};
}

real_stage::~real_stage() = default;

void real_stage::make_quick(relay_options& options) {
  options.reconnect.initial_delay = std::chrono::milliseconds(100);
  options.reconnect.max_delay = std::chrono::milliseconds(100);
}

bool real_stage::step() {
  if ((notice_is_due_ || drop_is_due_) && relays_[0].counters().open != 0) {
    if (std::exchange(notice_is_due_, false)) relays_[0].connections().back().send_text(R"(["NOTICE","hello"])");
    if (std::exchange(drop_is_due_, false)) {
      relays_[0].drop_connections(uvnostr::testing::ending::reset);
      was_dropped_ = true;
    }
  }
  if (was_dropped_ && relays_[0].counters().open == 0) hurry();
  uv_run(&loop_, UV_RUN_ONCE);
  return !hangs_;
}

void real_stage::leave() {
  relays_.clear();
  uv_close(reinterpret_cast<uv_handle_t*>(&alarm_), nullptr);
  EXPECT_TRUE(uvnostr::testing::run_until_idle(&loop_));
  EXPECT_EQ(uv_loop_close(&loop_), 0);
}

error pool_stage::make(pool_callbacks callbacks) {
  pool_options options;
  options.relays = {relays_[0].url(), relays_[1].url()};
  make_quick(options.relay_defaults);
  result<pool> made = pool::make(&loop_, std::move(options), std::move(callbacks));
  if (made) pool_.emplace(std::move(made).value());
  return made.error();
}

error relay_stage::make(pool_callbacks given) {
  const auto all = std::make_shared<pool_callbacks>(std::move(given));
  relay_callbacks callbacks;
  callbacks.on_event = [all](const event_view& e) { all->on_event(relay_id{1}, e); };
  callbacks.on_eose = [all](subscription_id id) { all->on_eose(relay_id{1}, id); };
  callbacks.on_notice = [all](std::string_view words) { all->on_notice(relay_id{1}, words); };
  callbacks.on_relay_state = [all](const relay_status& now) { all->on_relay_state(now); };
  callbacks.on_close = [all](std::error_code) { all->on_close(); };
  relay_options options;
  make_quick(options);
  result<relay> made = relay::make(&loop_, relays_[0].url(), std::move(options), std::move(callbacks));
  if (made) relay_.emplace(std::move(made).value());
  return made.error();
}

}  // namespace uvnostr
