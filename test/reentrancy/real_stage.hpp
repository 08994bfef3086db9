// SPDX-License-Identifier: MIT
// A pool, or a relay, on a libuv loop, with relays on the same loop.
#pragma once

#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>

#include <uvnostr/testing/relay.hpp>

#include "reentrancy/stage.hpp"

namespace uvnostr {

class real_stage : public stage {
 public:
  real_stage();
  ~real_stage() override;

  bool step() override;
  void send_notice() override { notice_is_due_ = true; }
  void drop_connections() override { drop_is_due_ = true; }
  void leave() override;

 protected:
  /// The shortest delays that there are.
  static void make_quick(relay_options&);
  /// Dials the first relay now, if it waits for that: hundreds of stories have no time even for these.
  virtual void hurry() = 0;

  uv_loop_t loop_{};
  uv_timer_t alarm_{};  // only so that a test that hangs fails
  bool hangs_ = false;
  bool notice_is_due_ = false;
  bool drop_is_due_ = false;
  bool was_dropped_ = false;
  std::vector<uvnostr::testing::test_relay> relays_;
};

class pool_stage : public real_stage {
 public:
  error make(pool_callbacks) override;
  result<relay_id> add_relay() override { return pool_->add_relay(relays_[2].url()); }
  error remove_relay(relay_id id) override { return pool_->remove_relay(id); }
  error reconnect(relay_id id) override { return pool_->reconnect(id); }
  result<subscription> subscribe(const filter& f, subscription_callbacks callbacks) override {
    return pool_->subscribe(f, std::move(callbacks));
  }
  error publish(const event& e, publish_callbacks callbacks) override { return pool_->publish(e, std::move(callbacks)); }
  void close() override { pool_->close(); }
  void destroy() override { pool_.reset(); }
  std::vector<relay_id> relays() const override { return pool_ ? pool_->relays() : std::vector<relay_id>(); }

 private:
  void hurry() override {
    if (pool_) pool_->reconnect(relay_id{1});
  }

  std::optional<pool> pool_;
};

/// Its only relay cannot be removed, and no other added.
class relay_stage final : public real_stage {
 public:
  error make(pool_callbacks) override;
  result<relay_id> add_relay() override { return errc::unsupported; }
  error remove_relay(relay_id) override { return errc::unsupported; }
  error reconnect(relay_id) override { return relay_->reconnect(); }
  result<subscription> subscribe(const filter& f, subscription_callbacks callbacks) override {
    return relay_->subscribe(f, std::move(callbacks));
  }
  error publish(const event& e, publish_callbacks callbacks) override { return relay_->publish(e, std::move(callbacks)); }
  void close() override { relay_->close(); }
  void destroy() override { relay_.reset(); }
  std::vector<relay_id> relays() const override { return relay_ ? std::vector{relay_->stats().relay} : std::vector<relay_id>(); }

 private:
  void hurry() override {
    if (relay_) relay_->reconnect();
  }

  std::optional<relay> relay_;
};

}  // namespace uvnostr
