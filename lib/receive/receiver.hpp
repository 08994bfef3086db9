// SPDX-License-Identifier: MIT
// The order of the stages through which a relay's message goes. It is defined only here.
//
//   message --> EVENT --> request --> had already? --> an event by NIP-01? --> filter --> in the program's store?
//                     --> verification --> seen --> callback
//           --> EOSE, CLOSED: in their turn, after the events before them
//           --> OK, NOTICE, AUTH: at once
//
// A message that drops out on the way is counted under its reason and has no other effect. Identical copies of an event
// that is being verified wait for its verdict without storing their bytes. Other copies wait only if the first sender
// has never sent a forgery.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <uvnostr/pool.hpp>

#include "dedup/seen_events.hpp"
#include "port/reactor.hpp"
#include "receive/pending_events.hpp"
#include "receive/subscription_set.hpp"
#include "receive/turn_budget.hpp"
#include "receive/unverified_events.hpp"
#include "session/relay_session.hpp"
#include "verify/verifier.hpp"
#include "wire/event_record.hpp"
#include "wire/frame_scan.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr {

/// The pool's functions that the receiver needs.
class receiver_host {
 public:
  virtual void on_notice(session::relay_session&, std::string_view words) noexcept = 0;
  virtual session::relay_session* session_in_slot(std::uint32_t slot) noexcept = 0;
  /// Called around everything that may call the application, and around work on a worker. The receiver must not be
  /// destroyed in between.
  virtual void begin_work() noexcept = 0;
  virtual void end_work() noexcept = 0;

 protected:
  ~receiver_host() = default;
};

class receiver final : public session::message_listener, private verify::verifier_listener, private unverified_events {
 public:
  receiver(port::reactor&, receiver_host&, subscription_set&, dedup::seen_events&, turn_budget&, const pool_options&,
           pool_times&);

  void on_text(session::relay_session&, std::string_view message) noexcept override;
  void on_too_big(session::relay_session&, std::size_t bytes, std::string_view beginning,
                  std::string_view end) noexcept override;
  void on_binary(session::relay_session&) noexcept override;
  /// To be called at the end of a turn of the loop.
  void pump() noexcept;
  /// Passes nothing on after this.
  void stop() noexcept { verifier_.stop(); }

  std::uint64_t verified() const noexcept { return verifier_.checked(); }

 private:
  void on_event_message(session::relay_session&, const wire::frame_head&);
  void on_event_of(session::sent_req&, std::string_view message_rest);
  void on_event_of_other(session::relay_session&, const wire::frame_head&);
  bool join(session::sent_req&, const event_id&, std::string_view message_rest);
  void on_new_event(session::sent_req&, const std::optional<wire::raw_event>&);
  bool is_in_store(session::sent_req&, const wire::raw_event&);
  void accept(session::sent_req&, const wire::raw_event&);
  const wire::event_fields& queue(verify::treatment, session::sent_req&, const wire::raw_event&);
  void on_other_message(session::relay_session&, wire::verb, std::string_view message);
  void in_its_turn(session::relay_session&, wire::relay_message&&);
  void answer(session::sent_req&, const wire::relay_message&);
  bool is_copy(const wire::event_fields&) const noexcept;
  void note_copy(session::sent_req&, const event_id&, unix_seconds created_at, const wire::event_fields*) noexcept;
  bool note(session::sent_req&, const event_id&, unix_seconds created_at, const wire::event_fields*) noexcept;
  void deliver(session::sent_req&, const verify::verified_event&, verify::id_form) noexcept;
  void give(subscription_record&, session::sent_req&, const verify::verified_event&, verify::id_form) noexcept;
  void count_copy(subscription_record&, session::sent_req&, const event_id&, unix_seconds created_at) noexcept;
  void hold(subscription_record&, held_item) noexcept;
  void give_waiting(subscription_record&) noexcept;
  bool has_tag(std::string_view sig_digits, std::uint32_t tag) const noexcept {
    return !sig_digits.empty() && seen_.tag_of(sig_digits) == tag;
  }
  static void count_known(session::relay_session&, bool is_same) noexcept;
  void refuse(relay_request&, verify::verdict) noexcept;
  void dequeued(relay_request&, std::size_t bytes) noexcept;

  void on_verified(verify::source&, const verify::verified_event&, verify::id_form) noexcept override;
  void on_refused(verify::source&, const wire::event_fields&, verify::verdict) noexcept override;
  void on_copy(verify::source&, const wire::raw_event&) noexcept override;
  void on_joined(verify::source&, std::uint32_t fate) noexcept override;
  void on_marker(verify::source&, const wire::relay_message&) noexcept override;
  void for_each_unverified(callback<void(const relay_request&, unix_seconds)>) const override;
  void begin_giving() noexcept override { budget_.begin_series(); }
  bool has_time() noexcept override { return budget_.still_has_time(); }
  void begin_work() noexcept override { host_.begin_work(); }
  void end_work() noexcept override { host_.end_work(); }

  port::reactor& reactor_;
  receiver_host& host_;
  subscription_set& subscriptions_;
  dedup::seen_events& seen_;
  turn_budget& budget_;
  pending_events pending_;
  verify::verifier verifier_;
  wire::event_record record_;  // reused for each event
  std::uint32_t in_store_;     // the subscription number in seen_ for events in the program's store; only with `known`
};

}  // namespace uvnostr
