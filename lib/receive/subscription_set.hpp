// SPDX-License-Identifier: MIT
// The open subscriptions of a pool, and their callbacks.
//
// Events and EOSE are delivered where they are found, when our state is consistent; everything else is delivered at the
// end of the turn. Any call may end any subscription or destroy the pool. So after each call only objects held before
// it are used, and nothing is called once the set is silent.
#pragma once

#include <cstdint>
#include <optional>

#include <uvnostr/pool.hpp>

#include "base/intrusive_list.hpp"
#include "base/ref.hpp"
#include "dedup/seen_events.hpp"
#include "receive/deferred_calls.hpp"
#include "receive/subscription_record.hpp"
#include "session/session_listener.hpp"

namespace uvnostr {

class subscription_set {
 public:
  subscription_set(deferred_calls& later, pool_callbacks& callbacks, dedup::seen_events& seen) noexcept
      : later_(later), callbacks_(callbacks), seen_(seen) {}

  std::uint32_t next_number() noexcept { return ++last_number_; }
  void add(subscription_record&);
  /// Calls on_close if there is a reason, and nothing otherwise.
  void end(subscription_record&, std::optional<close_reason>);
  void end_all(close_reason);
  /// Ends all subscriptions without further calls.
  void fall_silent() noexcept;

  void add_relay(const base::ref<session::relay_session>&);
  void remove_relay(const session::relay_session&);

  /// Delivers an event that is new to this subscription. `first`: no other subscription has had it either.
  void deliver(subscription_record& to, relay_id from, const event_view&, bool first) noexcept;
  /// The subscriptions for which something waits that may be delivered now.
  void for_each_waiting(callback<void(subscription_record&)>) noexcept;
  /// Whether anything that a relay sent for a request still waits for us.
  static bool is_behind(const session::request&) noexcept;
  void on_settled(session::request&) noexcept;
  void on_refused(const session::relay_session&, session::request&, const session::refusal&) noexcept;
  void on_caught_up(session::request&, bool first) noexcept;

  /// Relays go through the past side by side, so that copies of an event come while it is remembered. A relay that is
  /// ahead may go on only as far as its events will be remembered until the others have caught up.
  bool may_ask_page(const session::request&) noexcept;
  std::uint32_t page_size(const session::request&) const noexcept;
  bool remembers_all(const session::request&) const noexcept;
  /// A request has progressed, or its relay has connected or gone.
  void on_progress() noexcept;

 private:
  using cursor = base::intrusive_list<subscription_record>::cursor;
  void check_all_eose(subscription_record&);

  deferred_calls& later_;
  pool_callbacks& callbacks_;
  dedup::seen_events& seen_;
  base::intrusive_list<subscription_record> open_;  // holds a count of each
  std::uint32_t last_number_ = 0;
  bool silent_ = false;
};

}  // namespace uvnostr
