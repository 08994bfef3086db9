// SPDX-License-Identifier: MIT
// Checks what the application asked for, what the relays sent, and what the application was told against the library's
// promises. One judge watches one pool; what an earlier pool delivered comes with the cursors.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <uvnostr/pool.hpp>

#include "sim/backoff_model.hpp"
#include "sim/delivery_book.hpp"
#include "sim/sim_world.hpp"

namespace uvnostr::sim {

struct watched_relay {
  watched_relay(unsigned number, unsigned at_host, relay_options o)
      : id(number), host(at_host), options(std::move(o)), backoff(options.reconnect) {}

  const unsigned id;  // the core's relay_id
  const unsigned host;
  const relay_options options;
  backoff_model backoff;
  bool removed = false;
  bool stop_told = false;
  bool knows_clock = false;  // knows the relay's clock, from an answer to an upgrade
  unsigned up = 0;           // open connections: 0 or 1
  link* current = nullptr;   // the open one
  std::uint64_t dials = 0;
  std::uint64_t frames = 0;
  port::time_point earliest{};  // of the next dial
  port::time_point dialled_at{};
  std::vector<port::time_point> lost_at{};                   // for connections that were open
  std::map<std::size_t, std::pair<unsigned, unsigned>> oks;  // by event: accepted, rejected
};

/// What a program saved of a subscription, to continue from there after a restart.
struct saved_cursor {
  std::string text;
  std::vector<bool> done;     // by event: whether the cursor covers it
  std::vector<bool> given{};  // by event: whether it was delivered in the last run
  bool had_forgotten = false;
  std::optional<std::pair<unix_seconds, unix_seconds>>
      undone{};  // the dates of the oldest and newest delivered events that it does not cover
  std::map<unsigned, delivery_book> books{};  // by host
  std::set<unix_seconds> asked_again{};       // dates that it asks for once more, though some of their events are done

  void add_undone(unix_seconds at) {
    if (!undone) undone = {at, at};
    undone = {std::min(undone->first, at), std::max(undone->second, at)};
  }
};

struct watched_subscription {
  struct frame {
    std::size_t event;
    bool genuine;
    bool live;   // after EOSE, of a REQ that stays open
    bool asked;  // the REQ's filters want it
    unsigned link;
  };
  /// What one relay sent for it, and how much of that was delivered.
  struct at_relay {
    std::vector<frame> log;
    std::size_t read = 0;
    bool eose_told = false;
    std::optional<relay_closed::again> closed_told{};  // since the last REQ
    bool asked_before_told = false;                    // ask_again() came before that was told
    port::time_point may_ask_from{};
    unsigned refusals = 0;    // in a row
    unsigned refused_on = 0;  // the connection on which it was refused
  };
  bool is_for(unsigned relay) const;
  bool has(std::size_t event) const { return had[event] || (before && before->done[event]); }
  /// How many of the delivered events are done.
  std::size_t done_count() const;

  unsigned number;
  std::vector<filter_model> filters;
  subscribe_options options;
  std::vector<unsigned> named;  // its relays; empty: all
  bool over = false;            // no further delivery is allowed
  bool silent = false;          // its handle was destroyed: no further call is allowed
  bool detached = false;
  bool paused = false;
  std::set<unix_seconds> asked_again{};  // dates of events that waited for a relay when it was removed
  bool in_on_event = false;
  std::uint64_t over_step = 0;
  bool close_told = false;
  bool all_eose_told = false;
  bool was_asked = false;
  std::vector<bool> had;
  std::vector<std::size_t> given;  // in order
  std::uint64_t acknowledged = 0;
  std::optional<saved_cursor> before;
  std::map<unsigned, at_relay> at;
  std::map<unsigned, delivery_book> books;  // by host
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
  judge(run_state& s, const sim_network& n, const pool_options& o) : state_(s), network_(n), options_(o) {}

  // Actions of the application.
  void relay_added(unsigned id, unsigned host, relay_options);
  void relay_removed(unsigned id);
  void reconnect_asked(unsigned id);
  watched_subscription& subscribed(unsigned number, std::vector<filter_model>, const subscribe_options&,
                                   std::vector<unsigned> named, std::optional<saved_cursor>);
  void unsubscribed(watched_subscription&, bool silently);
  void asked_again(watched_subscription&, unsigned relay, bool answer);
  saved_cursor saved(const watched_subscription&, std::string text);
  void closing();
  void destroyed() { over_ = true; }
  /// Our clock was set.
  void clock_was_set();

  // Callbacks of the application.
  void on_event(watched_subscription&, relay_id, const event_view&);
  void on_eose(watched_subscription&, relay_id);
  void on_caught_up(watched_subscription&, relay_id, std::span<const gap>);
  void on_all_eose(watched_subscription&);
  void on_relay_closed(watched_subscription&, const relay_closed&);
  void on_close(watched_subscription&, close_reason);
  void on_receipt(watched_publish&, const receipt&);
  void on_done(watched_publish&, std::size_t accepted, std::size_t asked);
  void on_pool_event(relay_id, const event_view&);
  void on_pool_eose(relay_id, subscription_id);
  void on_notice(relay_id);
  void on_relay_state(const relay_status&);
  void on_pool_close();

  // Events on the network.
  unsigned on_dial(unsigned host) override;
  void on_dial_failed(unsigned relay) override;
  void on_link_opened(link&) override;
  void on_link_ended(link&) override;
  void on_frame_given(link&, const down_frame&) override;
  void on_request_sent(link&, const std::shared_ptr<asked_request>&) override;
  void on_request_come(link&, const std::shared_ptr<asked_request>&) override;

  /// To be called after every step.
  void check_counters(const pool_stats&);
  /// To be called when all relays have been well for long: nothing may be lost, and everything must be answered.
  void check_at_rest(const pool_stats&);
  void check_publish_arrived(const watched_publish&);

  watched_relay* relay(unsigned id);
  watched_relay* relay_at(unsigned host);
  std::vector<watched_relay*> present();
  watched_subscription* subscription_number(unsigned n);
  bool is_over() const noexcept { return over_; }
  bool is_closing() const noexcept { return closing_; }

  bool in_call = false;  // the application is calling the core
  std::vector<std::unique_ptr<watched_relay>> relays;
  std::vector<std::unique_ptr<watched_subscription>> subscriptions;
  std::vector<std::unique_ptr<watched_publish>> publishes;

 private:
  bool called(const char* what);
  bool called(const char* what, const watched_subscription&);
  bool known(const char* what, relay_id);
  /// The lesser of our clock and the relay's clock.
  unix_seconds clock(const watched_relay&) const;
  bool is_hidden_by_unknown_cap(const watched_subscription&, const watched_relay&, const known_event&) const;
  bool may_have_forgotten(const watched_subscription&, std::size_t event) const;
  bool may_forget() const noexcept { return deliveries_ > options_.seen_entries; }
  bool may_come_again(const watched_subscription&, const watched_relay&, const known_event&) const;
  static constexpr std::uint64_t at_rest = ~std::uint64_t{0};
  void check_nothing_lost(watched_subscription&, const watched_relay&, std::uint64_t stored_before);
  void check_gap(const watched_subscription&, const watched_relay&, const gap&);
  bool is_missing_in(const watched_subscription&, const watched_relay&, const gap&) const;
  bool has_full_second(const watched_subscription&, const watched_relay&, const gap&) const;
  bool was_not_answered(const watched_subscription&, const watched_relay&, const gap&) const;
  void check_pause(watched_subscription&, link&, const asked_request&);
  void check_subscription_at_rest(watched_subscription&);
  void attempt_over(watched_relay&, std::optional<std::chrono::seconds> retry_after);
  unsigned losses_since(const watched_relay&, port::time_point) const;
  void must_be_dialled_by(watched_relay&, port::time_point);

  run_state& state_;
  const sim_network& network_;
  const pool_options& options_;
  std::vector<unsigned> pool_had_ = std::vector<unsigned>(event_set::get().events.size());
  std::uint64_t deliveries_ = 0;
  std::uint64_t frames_ = 0;
  std::size_t dialling_ = 0;
  bool closing_ = false;
  bool over_ = false;
};

}  // namespace uvnostr::sim
