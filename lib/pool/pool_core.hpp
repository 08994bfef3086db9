// SPDX-License-Identifier: MIT
// The implementation of pool and relay, which wires sessions, subscriptions and publishes together.
//
// Lifetime: counted. The application's object holds one count, work on a worker another, and every call from the loop
// one while it runs. So the core outlives a pool that is destroyed inside its own callback. shutdown() ends everything:
// no call follows, and the world is released.
//
// Callbacks run only from the loop, in two ways: events, EOSE and NOTICE are delivered where they are found, when our
// state is consistent; all other calls come from deferred_calls at the end of the turn. So the application never runs
// while a list is being iterated or a state is being changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/pool.hpp>

#include "base/intrusive_list.hpp"
#include "base/ref.hpp"
#include "base/timer_queue.hpp"
#include "pool/dialler.hpp"
#include "pool/information_desk.hpp"
#include "pool/pool_log.hpp"
#include "pool/publish_record.hpp"
#include "pool/relay_set.hpp"
#include "port/world.hpp"
#include "receive/deferred_calls.hpp"
#include "receive/receiver.hpp"
#include "receive/subscription_set.hpp"
#include "receive/turn_budget.hpp"
#include "session/relay_session.hpp"

namespace uvnostr {

class pool_core final : public base::ref_counted<pool_core>,
                        private port::reactor_listener,
                        private session::session_listener,
                        private receiver_host {
 public:
  /// Takes over the world, and releases it even on an error. Errors: as pool::make().
  static result<base::ref<pool_core>> make(port::world&, pool_options, pool_callbacks) noexcept;
  ~pool_core();

  result<relay_id> add_relay(std::string_view url, relay_options);
  /// With the pool's relay_defaults, which make() has checked.
  result<relay_id> add_relay(std::string_view url);
  error remove_relay(relay_id);
  error reconnect(relay_id);
  error reconnect();
  result<subscription> subscribe(std::span<const filter>, subscription_callbacks, const subscribe_options& = {},
                                 const std::vector<relay_id>& relays = {});
  result<subscription> fetch(std::span<const filter>, fetch_callbacks, const fetch_options&,
                             const std::vector<relay_id>& relays = {});
  error publish(const event&, publish_callbacks, const publish_options& = {}, const std::vector<relay_id>& relays = {});
  error publish(draft, const signer&, publish_callbacks, const publish_options& = {},
                const std::vector<relay_id>& relays = {});
  error information(relay_id, callback<void(const result<relay_information>&)>, std::chrono::seconds max_age);
  void close();
  /// The application's object is gone: no further call.
  void destroy() noexcept;

  /// For handles. Calls on_close if there is a reason, and nothing otherwise.
  void end_subscription(subscription_record&, std::optional<close_reason>);
  bool ask_again(subscription_record&, relay_id);
  /// Events that wait for a subscription may be delivered now.
  void give_waiting() noexcept { reactor_.wake_soon(); }

  /// The pool of a `relay` object ends with its only relay.
  void close_with_last_relay() noexcept { closes_with_last_relay_ = true; }
  bool closed() const noexcept { return phase_ != phase::open; }

  std::vector<relay_id> relays() const;
  std::string_view url(relay_id) const noexcept;
  std::vector<relay_id> seen_on(const event_id&) const;
  pool_stats stats() const;

 private:
  enum class phase : unsigned char { open, closing, over };
  class turn;

  pool_core(port::world&, pool_options, pool_callbacks, const dedup::seen_events::key&);

  void on_alarm() noexcept override;
  void on_wake() noexcept override;

  void on_session_state(session::relay_session&) noexcept override;
  void on_session_wants_dial(session::relay_session& session) noexcept override { dialler_.want(session); }
  void on_session_dial_over(session::relay_session& session) noexcept override { dialler_.over(session); }
  void on_request_settled(session::relay_session&, session::request& request) noexcept override {
    subscriptions_.on_settled(request);
    subscriptions_.on_progress();
  }
  void on_request_refused(session::relay_session& session, session::request& request,
                          const session::refusal& said) noexcept override {
    log_refusal(session, request, said);
    subscriptions_.on_refused(session, request, said);
    subscriptions_.on_progress();
  }
  void on_request_caught_up(session::relay_session& session, session::request& request, bool first) noexcept override {
    log_gaps(session, request);
    subscriptions_.on_progress();
    budget_.begin_call();
    subscriptions_.on_caught_up(request, first);
    budget_.end_call();
  }
  void on_request_progress(session::relay_session&, session::request&) noexcept override {
    subscriptions_.on_progress();
  }
  void on_message_limit(session::relay_session& session) noexcept override { subscriptions_.fit(session); }
  bool is_behind(const session::request& request) noexcept override { return subscription_set::is_behind(request); }
  bool may_ask_page(const session::request& request) noexcept override { return subscriptions_.may_ask_page(request); }
  bool remembers_all(const session::request& request) noexcept override {
    return subscriptions_.remembers_all(request);
  }
  std::uint32_t page_size(const session::request& request) noexcept override {
    return subscriptions_.page_size(request);
  }
  void on_auth(session::relay_session&, auth_step, const std::optional<pubkey>& user, std::string_view challenge,
               std::string_view words) noexcept override;
  void ask_signer(const signer& who, draft unsigned_event, signer::answer take) noexcept override {
    later_.add([who, unsigned_event = std::move(unsigned_event), take = std::move(take)]() mutable {
      who.sign(unsigned_event, std::move(take));
    });
  }
  void on_delivery_done(session::relay_session&, session::delivery&, outcome, std::string_view,
                        std::error_code) noexcept override;

  void on_notice(session::relay_session&, std::string_view) noexcept override;
  session::relay_session* session_in_slot(std::uint32_t slot) noexcept override { return relays_.in_slot(slot); }
  void begin_work() noexcept override { retain(); }
  void end_work() noexcept override {
    rearm();
    release();
  }

  void rearm() noexcept;
  void run_timers() noexcept;
  void finish_turn() noexcept;

  result<relay_id> add_checked(std::string_view url, relay_options);
  result<base::ref<subscription_record>> open_subscription(std::span<const filter>, subscription_callbacks,
                                                           const subscribe_options&,
                                                           const std::vector<relay_id>& relays, bool only_stored);
  /// The sessions of those relays, of all if none is named. Valid until the next call.
  result<std::span<session::relay_session* const>> targets(const std::vector<relay_id>&);
  /// The same for one publish(), once all that can be refused without the event has been checked.
  result<std::span<session::relay_session* const>> publish_targets(const publish_options&,
                                                                   const std::vector<relay_id>&);
  void session_stopped(session::relay_session&);
  void give_receipt(publish_record&, receipt);
  void delivery_done(publish_target&, outcome, std::string_view words, std::error_code cause);
  void keep(publish_record&) noexcept;
  void send(publish_record&, const event_view&, session::relay_session&, std::chrono::microseconds now);
  void on_signed(publish_record&, const draft&, const pubkey& user, result<event>);
  friend class publish_record;
  void give_up_signing(publish_record&, std::error_code cause);
  void log_state(const session::relay_session&);
  void log_refusal(const session::relay_session&, const session::request&, const session::refusal&);
  void log_gaps(const session::relay_session&, const session::request&);
  void log_auth(const session::relay_session&, auth_step, const std::optional<pubkey>& user, std::string_view words);
  void log_receipt(const session::relay_session&, const session::delivery&, outcome, std::string_view words,
                   std::error_code cause);
  void finish_close_later();
  void finish_close();
  void shutdown() noexcept;

  const pool_options options_;
  pool_callbacks callbacks_;
  port::world& world_;
  port::reactor& reactor_;
  base::timer_queue timers_;
  std::optional<std::chrono::microseconds> armed_;
  std::optional<std::chrono::microseconds> sockets_first_until_;  // the loop stood still: no time limits until then
  pool_times times_;
  turn_budget budget_;
  deferred_calls later_;
  pool_log log_;
  relay_set relays_;
  dialler dialler_;
  information_desk desk_;
  dedup::seen_events seen_;
  subscription_set subscriptions_;
  receiver receiver_;
  base::intrusive_list<publish_record> publishes_;  // holds a count of each
  std::vector<session::relay_session*> targets_;    // of one call

  phase phase_ = phase::open;
  bool closes_with_last_relay_ = false;
  bool finish_is_due_ = false;
};

}  // namespace uvnostr
