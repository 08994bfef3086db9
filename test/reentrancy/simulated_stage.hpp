// SPDX-License-Identifier: MIT
// The core in a fake world, with relays that answer every message, one frame a turn.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "fake/fake_world.hpp"
#include "fake/fault.hpp"
#include "pool/pool_core.hpp"
#include "reentrancy/stage.hpp"

namespace uvnostr {

class simulated_stage final : public stage {
 public:
  explicit simulated_stage(verification mode = verification::threads);
  ~simulated_stage() override;

  error make(pool_callbacks) override;
  result<relay_id> add_relay() override { return core_->add_relay("ws://third.test"); }
  error remove_relay(relay_id id) override { return core_->remove_relay(id); }
  error reconnect(relay_id id) override { return core_->reconnect(id); }
  result<subscription> subscribe(const filter& f, subscription_callbacks callbacks) override {
    return core_->subscribe(std::span(&f, 1), std::move(callbacks), {});
  }
  error publish(const event& e, publish_callbacks callbacks) override {
    return core_->publish(e, std::move(callbacks), {});
  }
  void close() override { core_->close(); }
  void destroy() override {
    core_->destroy();
    core_.reset();
  }
  std::vector<relay_id> relays() const override { return core_ ? core_->relays() : std::vector<relay_id>(); }

  bool step() override;
  void send_notice() override { notice_is_due_ = true; }
  void drop_connections() override { drop_is_due_ = true; }
  void leave() override;

  fake::countdown& faults() noexcept { return faults_.faults; }
  fake::fake_world& world() noexcept { return world_; }

 private:
  struct relay_side {
    bool open = false;
    std::deque<std::string> to_send;
  };

  bool serve();
  bool serve(fake::fake_connection&, relay_side&);
  void answer(std::string_view message, relay_side&);

  fake::fake_world world_;
  fake::failing_world faults_{world_};
  base::ref<pool_core> core_;
  const verification mode_;
  std::deque<relay_side> sides_;  // of world_.connections
  bool refusal_is_due_ = true;
  bool notice_is_due_ = false;
  bool drop_is_due_ = false;
};

}  // namespace uvnostr
