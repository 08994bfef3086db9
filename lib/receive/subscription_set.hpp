// SPDX-License-Identifier: MIT
// The open subscriptions of a pool, and what they call.
//
// Events and EOSE are told where they are found, with nothing of ours half done; everything else is told at the end of
// the turn. Any call may end any subscription or destroy the pool: after each one only what was held before it is
// touched, and nothing is called once the set is silent.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include <uvnostr/pool.hpp>

#include "base/intrusive_list.hpp"
#include "base/ref.hpp"
#include "receive/deferred_calls.hpp"
#include "receive/subscription_record.hpp"
#include "verify/verified_event.hpp"

namespace uvnostr {

class subscription_set {
 public:
  subscription_set(deferred_calls& later, pool_callbacks& callbacks) noexcept : later_(later), callbacks_(callbacks) {}

  std::uint32_t next_number() noexcept { return ++last_number_; }
  void add(subscription_record&);
  /// With a reason on_close is called, without one it is silence.
  void end(subscription_record&, std::optional<close_reason>);
  void end_all(close_reason);
  /// Ends all; nothing is called any more.
  void fall_silent() noexcept;

  void add_relay(const base::ref<session::relay_session>&);
  void remove_relay(const session::relay_session&);

  /// An event that this subscription did not have. `first`: no other had it either.
  void deliver(relay_request& to, const event_view&, bool first) noexcept;
  void on_first_eose(relay_request& to, eose_hint) noexcept;
  void on_settled(session::request&) noexcept;
  void on_refused(const session::relay_session&, session::request&, std::string_view words) noexcept;
  /// The subscription with this number has more events than can be remembered.
  void on_forgotten(std::uint32_t number) noexcept;

 private:
  using cursor = base::intrusive_list<subscription_record>::cursor;
  void check_all_eose(subscription_record&);

  deferred_calls& later_;
  pool_callbacks& callbacks_;
  base::intrusive_list<subscription_record> open_;  // each with a count of ours
  std::map<std::uint32_t, subscription_record*> by_number_;
  std::uint32_t last_number_ = 0;
  bool silent_ = false;
};

}  // namespace uvnostr
