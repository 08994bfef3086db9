// SPDX-License-Identifier: MIT
// The subscription to which a handle refers, and its request at each relay.
//
// Ownership: the pool and the handle each hold a count of the record; the record holds its requests; events that are
// being verified hold their request. When a subscription ends, its requests are detached, and whatever still comes for
// them is dropped.
#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <utility>
#include <vector>

#include <uvnostr/subscription.hpp>

#include "base/intrusive_list.hpp"
#include "base/ref.hpp"
#include "receive/cursor.hpp"
#include "receive/filter_index.hpp"
#include "receive/held_item.hpp"
#include "receive/request_parts.hpp"
#include "receive/unverified_events.hpp"
#include "session/relay_session.hpp"
#include "session/request.hpp"

namespace uvnostr {

class pool_core;

/// A subscription at one relay, or a part of it: see request_parts.hpp.
class relay_request final : private part_of_filters, public session::request {
 public:
  relay_request(subscription_record& subscription, base::ref<session::relay_session> session,
                part_of_filters part = {});

  /// Null once the subscription has ended or the relay was removed.
  subscription_record* subscription() const noexcept { return subscription_; }
  session::relay_session& session() const noexcept { return *session_; }
  void cut_off() noexcept;
  bool is_part() const noexcept { return !origins.empty(); }
  const std::vector<std::uint32_t>& part_origins() const noexcept { return origins; }
  /// From a position of the subscription's filters.
  void restore(const session::history_position&);
  /// It is caught up on the session's connection.
  void note_caught_up() noexcept { caught_up_on_ = session_->counted().connects; }
  bool is_caught_up() const noexcept {
    return end() == ending::refused || caught_up_on_ == session_->counted().connects;
  }

  bool eose_told = false;  // on_eose was called for this relay

 private:
  subscription_record* subscription_;
  base::ref<session::relay_session> session_;
  std::uint64_t caught_up_on_ = 0;  // the number of that connection
};

/// How a relay has answered a subscription so far.
struct relay_answer {
  relay_id relay{};
  session::request::ending end{};
  std::vector<gap> gaps{};
};

class subscription_record final : public base::ref_counted<subscription_record> {
 public:
  subscription_record(pool_core& owner, std::uint32_t serial, std::vector<filter> asked_for,
                      subscription_callbacks calls, const subscribe_options& how, bool for_all_relays, bool only_stored)
      : filters(std::move(asked_for)),
        callbacks(std::move(calls)),
        options(how),
        is_for_all_relays(for_all_relays),
        wants_only_stored(only_stored),
        core(&owner),
        number(serial) {}

  subscription_id id() const noexcept { return subscription_id{number}; }
  /// Whether every relay has answered, or is no longer waited for.
  bool all_settled() const noexcept;

  void ask(base::ref<session::relay_session>);
  /// The relay takes other messages now: what was asked in parts that are too long, or were not necessary, is asked anew.
  void fit(session::relay_session&);
  void remove_relay(const session::relay_session&) noexcept;
  void remove_all_relays() noexcept;
  /// For cursor() after the end: to be called while its relays are there, and what waits.
  void keep_progress();
  /// Its requests at this relay: more than one if its filters had to be split.
  std::vector<relay_request*> all_at(relay_id) const;

  /// Whether it takes no event now.
  bool is_held() const noexcept {
    return is_paused || (options.max_unacknowledged != 0 && delivered - acknowledged >= options.max_unacknowledged);
  }
  /// Whether new events have to wait, because the subscription takes none or other events wait already.
  bool must_wait() const noexcept { return !waiting.empty() || is_held(); }
  void note_delivered(unix_seconds created_at);
  /// Its on_event has returned.
  void note_returned() noexcept { in_hand_.reset(); }
  /// The first n events are acknowledged.
  void acknowledge(std::uint64_t n) noexcept;
  /// The position of acknowledged events at each relay.
  cursor_positions position() const;
  answer_counts answers() const noexcept;
  /// The answer of each relay that was asked; removed relays come first.
  std::vector<relay_answer> relay_answers() const;
  std::span<const base::ref<relay_request>> requests() const noexcept { return requests_; }

  const std::vector<filter> filters;
  filter_index wanted{filters};
  subscription_callbacks callbacks;
  const subscribe_options options;
  const bool is_for_all_relays;                   // including those that are added later
  const bool wants_only_stored;                   // no live events
  const unverified_events* unverified = nullptr;  // of the pool, until the subscription has ended
  pool_core* core;                                // null once the subscription or the pool has ended
  const std::uint32_t number;
  cursor_positions resume_from;  // where added relays begin, and how far removed ones came, whatever was acknowledged
  held_items waiting;
  std::uint64_t delivered = 0;
  std::uint64_t acknowledged = 0;
  bool is_paused = false;
  std::uint32_t in_seen = 0;  // its number in seen_events
  bool pages_wait = false;    // a relay that is ahead waits for others
  bool was_asked = false;     // at least one relay was asked
  bool all_eose_told = false;
  bool abandoned = false;                                    // its handle was destroyed: no callback runs after that
  base::list_hook<subscription_record> hook{*this};          // in the pool
  base::list_hook<subscription_record> waiting_hook{*this};  // among those for which something waits

 private:
  void ask_in_parts(base::ref<session::relay_session>, const session::history_position*, bool eose_told);
  std::optional<session::history_position> position_at(const session::relay_session&) const;
  void add_answers(std::vector<relay_answer>&) const;
  cursor_positions progress() const;
  void ask_for(session::history_position&, std::vector<unix_seconds> dates) const;
  std::vector<unix_seconds> forget_waiting(const relay_request&);
  std::vector<unix_seconds> undelivered_dates() const;
  std::vector<unix_seconds> unverified_dates(const session::relay_session* from = nullptr) const;

  std::vector<base::ref<relay_request>> requests_;
  std::vector<relay_answer> gone_;  // relays that were removed before on_all_eose; once it has ended, the others too
  std::list<unix_seconds> unsafe_;  // dates of what was not acknowledged: with max_unacknowledged only
  std::optional<unix_seconds> in_hand_;  // without it: the date of the event whose on_event is running
};

}  // namespace uvnostr
