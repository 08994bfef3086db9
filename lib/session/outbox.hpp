// SPDX-License-Identifier: MIT
// The events for one relay: those waiting to be sent, and those waiting for the relay's OK.
//
// Happy path: add -> queued -> sent -> OK -> on_delivery_done(accepted).
// What can go wrong:
//   the relay is away           the event waits, within max_publish_bytes and send_timeout
//   the connection is lost      unanswered events are sent again: a relay that has one says "duplicate:"
//   OK never comes              timed_out after ok_timeout, which begins once our own bytes have left
//   OK false, auth-required     held until AUTH is done, sent once more
//   OK false, rate-limited      nothing is sent for a while; then the event is sent again, within retry_timeout
//   the relay hangs up over     unanswered events are suspect: they are sent again in small groups, and finally alone.
//     an event                  An event that was alone when the relay hung up goes to the end of the queue; the
//                               next time, it gets its receipt
//   OK for an id that was not sent, or a second OK    ignored
//
// Events are sent in the order of their publishing. Only those over which the relay hung up lose their place.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

#include "base/intrusive_list.hpp"
#include "base/timer_queue.hpp"
#include "port/transport.hpp"
#include "session/delivery.hpp"
#include "session/delivery_index.hpp"

namespace uvnostr::session {

class relay_session;

class outbox {
 public:
  explicit outbox(relay_session& session) noexcept : session_(session) {}

  /// Errors: queue_full; the caller then keeps the delivery.
  std::error_code add(delivery&, std::chrono::microseconds now);

  /// `asked`: a REQ was unanswered too, and may be the cause.
  void on_disconnected(const port::disconnect& end, bool asked) noexcept;
  /// Sends what is due. Returns false if the socket is full.
  bool pump();
  /// Returns false if no event with this id is unanswered.
  bool on_ok(const event_id&, bool accepted, std::string_view text);
  void on_auth(bool accepted, std::string_view text);
  /// Ends all remaining deliveries: not_sent, or timed_out if they were sent.
  void fail_all(std::error_code cause) noexcept;

  std::size_t bytes() const noexcept { return bytes_; }
  /// Whether an event is unanswered. If the relay hangs up now, a REQ need not be the cause.
  bool is_waiting() const noexcept { return !unanswered_.empty(); }

 private:
  using list = base::intrusive_list<delivery>;
  friend class delivery;

  bool may_send(const delivery&);
  bool is_trying() const noexcept;
  void suspect(const port::disconnect& end, bool asked) noexcept;
  void await_ok(delivery&, std::uint64_t bytes_that_left, std::chrono::microseconds now) noexcept;
  bool has_left(delivery&) noexcept;
  void put_back(list&) noexcept;
  void wait_in(list&, delivery&) noexcept;
  bool sends_again_later(delivery&, std::string_view text);
  void finish(delivery&, outcome, std::string_view text, std::error_code cause) noexcept;
  void on_timer(delivery&) noexcept;
  void on_pause_over() noexcept;
  void on_patience_over() noexcept;

  relay_session& session_;
  list queued_;  // by place_
  list unanswered_;
  list held_;                                                                      // for AUTH
  list refused_;                                                                   // rate-limited
  delivery_index by_id_;                                                           // unanswered events
  base::timer pause_timer_ = base::timer::calling<&outbox::on_pause_over>(*this);  // nothing is sent until then
  base::timer patience_timer_ =
      base::timer::calling<&outbox::on_patience_over>(*this);  // suspects wait for REQs until then
  std::size_t bytes_ = 0;
  std::size_t group_ = 1;         // how many suspects may be unanswered at a time
  std::size_t proven_bytes_ = 0;  // the largest message that the relay has accepted
  std::uint64_t last_place_ = 0;
  unsigned pauses_ = 0;  // in a row
};

}  // namespace uvnostr::session
