// SPDX-License-Identifier: MIT
// Compares what the application asked for, what the relays sent and what the application was told with the library's
// promises.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <uvnostr/pool.hpp>

#include "sim/backoff_model.hpp"
#include "sim/sim_world.hpp"

namespace uvnostr::sim {

struct watched_relay {
  watched_relay(unsigned number, unsigned at_host, relay_options o) : id(number), host(at_host), options(std::move(o)), backoff(options.reconnect) {}

  const unsigned id;    // the core's relay_id
  const unsigned host;
  const relay_options options;
  backoff_model backoff;
  bool removed = false;
  bool stop_told = false;
  unsigned up = 0;                // connections: 0 or 1
  std::uint64_t dials = 0;
  std::uint64_t frames = 0;
  port::time_point earliest{};    // of the next dial
  std::map<std::size_t, std::pair<unsigned, unsigned>> oks;  // by event: accepted, rejected
};

struct watched_subscription {
  struct frame {
    std::size_t event;  // npos: EOSE
    bool genuine;
    port::time_point asked_at;
  };
  /// What one relay sent for it, and how far that was delivered.
  struct at_relay {
    std::vector<frame> log;
    std::size_t read = 0;
    bool eose_told = false;
    port::time_point answered_at{};
  };
  bool is_for(unsigned relay) const;
  bool has_limit() const;

  unsigned number;
  std::vector<filter_model> filters;
  subscribe_options options;
  std::vector<unsigned> named;  // the relays it is for; none: all
  bool over = false;            // nothing is to be delivered any more
  bool silent = false;          // its handle was destroyed: nothing is to be called any more
  bool detached = false;
  std::uint64_t over_step = 0;
  bool close_told = false;
  bool all_eose_told = false;
  bool was_asked = false;
  std::vector<bool> had;
  std::map<unsigned, at_relay> at;
};

struct watched_publish {
  std::size_t event;
  std::vector<unsigned> targets;
  publish_options options;
  port::time_point made_at;
  std::map<unsigned, outcome> receipts{};
  bool done = false;
};

class judge final : public network_observer, public dial_observer {
 public:
  judge(run_state& s, const pool_options& o) : state_(s), options_(o) {}

  // What the application did.
  void relay_added(unsigned id, unsigned host, relay_options);
  void relay_removed(unsigned id);
  void reconnect_asked(unsigned id);
  watched_subscription& subscribed(std::vector<filter_model>, const subscribe_options&, std::vector<unsigned> named);
  void unsubscribed(watched_subscription&, bool silently);
  void closing();
  void destroyed() { over_ = true; }

  // What it was told.
  void on_event(watched_subscription&, relay_id, const event_view&);
  void on_eose(watched_subscription&, relay_id);
  void on_all_eose(watched_subscription&);
  void on_relay_closed(watched_subscription&, relay_id);
  void on_close(watched_subscription&, close_reason);
  void on_receipt(watched_publish&, const receipt&);
  void on_done(watched_publish&, std::size_t accepted, std::size_t asked);
  void on_pool_event(relay_id, const event_view&);
  void on_pool_eose(relay_id, subscription_id);
  void on_notice(relay_id);
  void on_relay_state(const relay_status&);
  void on_pool_close();

  // What happened on the network.
  unsigned on_dial(unsigned host) override;
  void on_dial_failed(unsigned relay) override;
  void on_link_opened(link&) override;
  void on_link_ended(link&) override;
  void on_frame_given(link&, const down_frame&) override;
  void on_request(link&, unsigned subscription, bool resumed, port::time_point sent_at, std::uint64_t sent_step) override;

  /// After every step.
  void check_counters(const pool_stats&);
  /// All relays are well and have been for long: nothing is lost, everybody was answered.
  void check_at_rest(const sim_world&, const pool_stats&);
  void check_publish_arrived(const watched_publish&);

  watched_relay* relay(unsigned id);
  watched_relay* relay_at(unsigned host);
  std::vector<watched_relay*> present();
  watched_subscription* subscription_number(unsigned n);
  bool is_over() const noexcept { return over_; }
  bool is_closing() const noexcept { return closing_; }

  bool in_call = false;  // of the application to the core
  std::vector<std::unique_ptr<watched_relay>> relays;
  std::vector<std::unique_ptr<watched_subscription>> subscriptions;
  std::vector<std::unique_ptr<watched_publish>> publishes;

 private:
  bool called(const char* what);
  bool called(const char* what, const watched_subscription&);
  bool known(const char* what, relay_id);
  bool may_forget() const noexcept { return deliveries_ > options_.seen_entries; }
  bool is_due(const sim_world&, const watched_subscription&, const watched_subscription::at_relay*, const sim_relay::stored&) const;
  void attempt_over(watched_relay&, std::optional<std::chrono::seconds> retry_after);
  void must_be_dialled_by(watched_relay&, port::time_point);

  run_state& state_;
  const pool_options& options_;
  std::vector<unsigned> pool_had_ = std::vector<unsigned>(event_set::get().events.size());
  std::uint64_t deliveries_ = 0;
  std::uint64_t frames_ = 0;
  std::size_t dialling_ = 0;
  bool closing_ = false;
  bool over_ = false;
};

}  // namespace uvnostr::sim
