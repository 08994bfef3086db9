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

  void set_unverified(const unverified_events& all) noexcept { unverified_ = &all; }
  std::uint32_t next_number() noexcept { return ++last_number_; }
  void add(subscription_record&);
  /// Calls on_close if there is a reason, and nothing otherwise.
  void end(subscription_record&, std::optional<close_reason>);
  void end_all(close_reason);
  /// There was no relay to ask: the subscription ends with this turn, unless a relay is added in it.
  void end_without_relays(subscription_record&);
  /// Ends all subscriptions without callbacks; none follows.
  void fall_silent() noexcept;

  /// The relay takes other messages than before.
  void fit(session::relay_session&);
  void add_relay(const base::ref<session::relay_session>&);
  void remove_relay(const session::relay_session&);

  /// Whether the program has a store that can be asked.
  bool has_store() const noexcept { return static_cast<bool>(callbacks_.known); }
  /// Asks that store.
  bool is_in_store(const event_id& id) noexcept { return callbacks_.known(id); }
  /// Delivers an event that is new to this subscription. `first`: it is new to all of them.
  void deliver(subscription_record& to, relay_id from, const event_view&, bool first) noexcept;
  /// Keeps an item until the subscription takes it.
  void hold(subscription_record&, held_item);
  /// Calls the function for each subscription that may now be given what waits for it.
  void for_each_waiting(callback<void(subscription_record&)>) noexcept;
  /// Nothing waits for the subscription any longer.
  void on_all_given(subscription_record&);
  /// Whether messages that the relay sent for this request still wait for us.
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
  void tell_caught_up(relay_request&);
  void tell_rest_caught_up(const relay_request& refused);
  void check_all_eose(subscription_record&);
  void check_all_eose_later(subscription_record&);

  deferred_calls& later_;
  pool_callbacks& callbacks_;
  dedup::seen_events& seen_;
  const unverified_events* unverified_ = nullptr;
  base::intrusive_list<subscription_record> open_;  // each with a count of ours
  base::intrusive_list<subscription_record> waiting_;
  std::uint32_t last_number_ = 0;
  bool pages_wait_ = false;  // at least one subscription's
  bool silent_ = false;
};

}  // namespace uvnostr
