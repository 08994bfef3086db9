// SPDX-License-Identifier: MIT
// The stage of a story: a pool or a relay, with test relays around it, on sockets or in a simulation.
#pragma once

#include <optional>
#include <system_error>
#include <vector>

#include <uvnostr/uvnostr.hpp>

#include "support/test_world.hpp"

namespace uvnostr {

class stage {
 public:
  explicit stage(world_kind);
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;
  virtual ~stage() = default;

  // The object under test. The first relay refuses its first REQ, and has two stored events.
  virtual error make(pool_callbacks) = 0;
  virtual result<relay_id> add_relay() = 0;
  virtual error remove_relay(relay_id) = 0;
  virtual error reconnect(relay_id) = 0;
  virtual result<subscription> subscribe(const filter&, subscription_callbacks) = 0;
  virtual result<subscription> fetch(const filter&, fetch_callbacks) = 0;
  virtual error publish(const event&, publish_callbacks) = 0;
  virtual void close() = 0;
  virtual void destroy() = 0;
  /// In the order in which they were added.
  virtual std::vector<relay_id> relays() const = 0;

  // The world.
  /// Runs one turn. Returns false if nothing can happen any more.
  virtual bool step();
  /// The first relay sends a NOTICE as soon as it has a connection.
  void send_notice() { notice_is_due_ = true; }
  /// The first relay loses its connection as soon as it has one.
  void drop_connections() { drop_is_due_ = true; }
  /// To be called after the object was destroyed: runs everything that can still happen. The world then proves that
  /// nothing is left.
  void leave();
  /// Null on sockets.
  testing::simulation* simulation() { return world_.simulated(); }

 protected:
  /// On sockets this must not take long.
  void make_quick(relay_options&);

  test_world world_;
  std::vector<test_relay> relays_;

 private:
  bool notice_is_due_ = false;
  bool drop_is_due_ = false;
};

class pool_stage : public stage {
 public:
  explicit pool_stage(world_kind kind, verification mode = verification::threads) : stage(kind), mode_(mode) {}

  error make(pool_callbacks) override;
  result<relay_id> add_relay() override { return pool_->add_relay(relays_[2].url()); }
  error remove_relay(relay_id id) override { return pool_->remove_relay(id); }
  error reconnect(relay_id id) override { return pool_->reconnect(id); }
  result<subscription> subscribe(const filter& f, subscription_callbacks callbacks) override {
    return pool_->subscribe(f, std::move(callbacks));
  }
  result<subscription> fetch(const filter& f, fetch_callbacks callbacks) override {
    return pool_->fetch(f, std::move(callbacks));
  }
  error publish(const event& e, publish_callbacks callbacks) override {
    return pool_->publish(e, std::move(callbacks));
  }
  void close() override { pool_->close(); }
  void destroy() override { pool_.reset(); }
  std::vector<relay_id> relays() const override { return pool_ ? pool_->relays() : std::vector<relay_id>(); }

 private:
  const verification mode_;
  std::optional<pool> pool_;
};

/// Its only relay cannot be removed, and no other can be added.
class relay_stage final : public stage {
 public:
  explicit relay_stage(world_kind kind) : stage(kind) {}

  error make(pool_callbacks) override;
  result<relay_id> add_relay() override { return errc::unsupported; }
  error remove_relay(relay_id) override { return errc::unsupported; }
  error reconnect(relay_id) override { return relay_->reconnect(); }
  result<subscription> subscribe(const filter& f, subscription_callbacks callbacks) override {
    return relay_->subscribe(f, std::move(callbacks));
  }
  result<subscription> fetch(const filter& f, fetch_callbacks callbacks) override {
    return relay_->fetch(f, std::move(callbacks));
  }
  error publish(const event& e, publish_callbacks callbacks) override {
    return relay_->publish(e, std::move(callbacks));
  }
  void close() override { relay_->close(); }
  void destroy() override { relay_.reset(); }
  std::vector<relay_id> relays() const override {
    return relay_ ? std::vector{relay_->stats().relay} : std::vector<relay_id>();
  }

 private:
  std::optional<relay> relay_;
};

}  // namespace uvnostr
