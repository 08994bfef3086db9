// SPDX-License-Identifier: MIT
// What stands behind a subscription handle, and its legs: one for each relay that is asked.
//
// Ownership: the pool and the handle each hold a count on the record; the record holds its legs; events in
// verification hold their leg. When a subscription ends, its legs are cut off: what still comes for them is dropped.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <uvnostr/subscription.hpp>

#include "base/intrusive_list.hpp"
#include "base/ref.hpp"
#include "session/relay_session.hpp"
#include "session/request.hpp"
#include "verify/batch.hpp"

namespace uvnostr {

class pool_core;

/// A subscription at one relay.
class leg final : public verify::source, public session::request {
 public:
  leg(subscription_record& subscription, base::ref<session::relay_session> session);

  /// Null once the subscription has ended or the relay was removed.
  subscription_record* subscription() const noexcept { return subscription_; }
  session::relay_session& session() const noexcept { return *session_; }
  void cut_off() noexcept;
  bool distrusted() const noexcept override { return session_->lied; }

 private:
  subscription_record* subscription_;
  base::ref<session::relay_session> session_;
};

class subscription_record final : public base::ref_counted<subscription_record> {
 public:
  subscription_record(pool_core& owner, std::uint32_t serial, std::vector<filter> wanted, subscription_callbacks calls,
                      subscribe_options how)
      : filters(std::move(wanted)), callbacks(std::move(calls)), options(std::move(how)), core(&owner), number(serial) {}

  subscription_id id() const noexcept { return subscription_id{number}; }
  bool is_for_all_relays() const noexcept { return options.relays.empty(); }
  bool matches(const event_view&) const noexcept;
  /// Every relay has answered, or nobody waits for it any more.
  bool all_settled() const noexcept;

  void add_leg(base::ref<session::relay_session>);
  void remove_leg(const session::relay_session&) noexcept;
  void remove_all_legs() noexcept;
  /// Its oldest remembered event was forgotten.
  void note_forgotten() noexcept;

  const std::vector<filter> filters;
  subscription_callbacks callbacks;
  const subscribe_options options;
  pool_core* core;             // null once the subscription or the pool has ended
  const std::uint32_t number;  // its owner in the cache against duplicates
  bool was_asked = false;      // it had a leg
  bool all_eose_told = false;
  bool abandoned = false;      // its handle was destroyed: no call any more
  base::list_hook<subscription_record> hook{*this};  // in the pool

 private:
  std::vector<base::ref<leg>> legs_;
};

}  // namespace uvnostr
