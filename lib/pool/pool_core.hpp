// SPDX-License-Identifier: MIT
// What stands behind a pool, and behind a relay: the sessions, the subscriptions, the publishes, and the order of calls.
//
// Lifetime: counted. The application's object holds one count, work on a worker another, and so does every call from
// the loop while it runs; so it outlives a pool that is destroyed inside its own callback. shutdown() ends all
// that it does: after it nothing is called, and the world is given back.
//
// Callbacks run from the loop only, in two ways: events, EOSE and NOTICE where they are found, with nothing of ours
// half done; everything else from a queue at the end of the turn. So no call of the application, from wherever it
// comes, meets a list that is being walked or a state that is being changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/pool.hpp>

#include "base/intrusive_list.hpp"
#include "base/ref.hpp"
#include "base/timer_queue.hpp"
#include "pool/inbound.hpp"
#include "pool/publish_record.hpp"
#include "pool/subscription_record.hpp"
#include "port/world.hpp"
#include "session/relay_session.hpp"

namespace uvnostr {

class pool_core final : public base::ref_counted<pool_core>,
                        private port::reactor_listener,
                        private session::session_listener,
                        private inbound_listener {
 public:
  /// Takes the world, which is released also on an error. Errors: as pool::make().
  static result<base::ref<pool_core>> make(port::world&, pool_options, pool_callbacks) noexcept;
  ~pool_core();

  result<relay_id> add_relay(std::string_view url, relay_options);
  /// With the pool's relay_defaults, which make() has checked.
  result<relay_id> add_relay(std::string_view url);
  error remove_relay(relay_id);
  error reconnect(relay_id);
  result<subscription> subscribe(std::span<const filter>, subscription_callbacks, const subscribe_options& = {},
                                 const std::vector<relay_id>& relays = {});
  error publish(const event&, publish_callbacks, const publish_options& = {}, const std::vector<relay_id>& relays = {});
  void close();
  /// The application's object is gone: silence.
  void destroy() noexcept;

  /// For the handles. With a reason on_close is called, without one it is silence.
  void end_subscription(subscription_record&, std::optional<close_reason>);

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

  pool_core(port::world&, pool_options, pool_callbacks, const dedup::gate::key&);

  void on_alarm() noexcept override;
  void on_wake() noexcept override;

  void on_session_text(session::relay_session&, std::string_view) noexcept override;
  void on_session_binary(session::relay_session&) noexcept override;
  void on_session_state(session::relay_session&) noexcept override;
  void on_session_wants_dial(session::relay_session&) noexcept override;
  void on_session_dial_over(session::relay_session&) noexcept override;
  void on_request_settled(session::relay_session&, session::request&) noexcept override;
  void on_request_refused(session::relay_session&, session::request&, std::string_view) noexcept override;
  void on_delivery_done(session::relay_session&, session::delivery&, outcome, std::string_view, std::error_code) noexcept override;

  void on_fresh_event(leg&, const dedup::fresh_event&, const event_view&, bool first) noexcept override;
  void on_first_eose(leg&, eose_hint) noexcept override;
  void on_notice(session::relay_session&, std::string_view) noexcept override;
  void on_forgotten(std::uint32_t subscription) noexcept override;
  session::relay_session* session_in_slot(std::uint32_t slot) noexcept override;
  void hold() noexcept override { retain(); }
  void unhold() noexcept override {
    rearm();
    release();
  }

  /// Calls it from the loop, at the end of this turn, unless all is over by then.
  void call_later(callback<void()>);
  void run_later_calls() noexcept;
  void rearm() noexcept;

  result<relay_id> add_checked(std::string_view url, relay_options);
  session::relay_session* find(relay_id) const noexcept;
  result<std::vector<session::relay_session*>> targets(const std::vector<relay_id>&) const;
  void start_dials() noexcept;
  void session_stopped(session::relay_session&);
  void check_all_eose(subscription_record&);
  void give_receipt(publish_record&, receipt);
  void finish_close_later();
  void finish_close();
  void shutdown() noexcept;

  const pool_options options_;
  pool_callbacks callbacks_;
  port::world& world_;
  port::reactor& reactor_;
  base::timer_queue timers_;
  std::optional<std::chrono::microseconds> armed_;
  inbound inbound_;

  std::map<relay_id, base::ref<session::relay_session>> sessions_;
  std::vector<session::relay_session*> slots_;                 // by relay_session::slot, for provenance
  std::vector<base::ref<session::relay_session>> leaving_;     // removed, closing
  std::deque<base::ref<session::relay_session>> dial_queue_;
  std::size_t dials_ = 0;
  std::uint32_t last_relay_ = 0;

  base::intrusive_list<subscription_record> subscriptions_;    // each with a count of ours
  std::map<std::uint32_t, subscription_record*> by_number_;
  std::uint32_t last_subscription_ = 0;
  base::intrusive_list<publish_record> publishes_;             // each with a count of ours

  std::deque<callback<void()>> later_;
  message_counts gone_counts_;                                 // of relays that were removed
  std::uint64_t gone_frames_ = 0;
  std::uint64_t gone_bytes_ = 0;
  phase phase_ = phase::open;
  bool closes_with_last_relay_ = false;
  bool finish_is_due_ = false;
};

}  // namespace uvnostr
