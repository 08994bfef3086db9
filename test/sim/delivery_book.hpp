// SPDX-License-Identifier: MIT
// What one relay has sent for one subscription, over all connections and restarts of the program, and therefore which
// of its events the subscription must get.
//
// Every matching event of the relay is due, with only these exceptions:
//   a reported gap          on_caught_up named its dates; a gap that a later connection can fill counts only for its
//                           own connection
//   `limit`                 the first answer was to hold the newest few; others were not wanted. As a client
//                           sees only dates, this applies to everything dated before them, or before the first
//                           REQ if the limit is 0; but not for gift wraps that came later (NIP-59)
//   an import               the relay was asked for that date and had answered before it stored the event, and the date
//                           lies before `reached` less the overlap. A filter of NIP-01 names events by their own dates,
//                           never by when the relay stored them, so no client can ask for such an event without asking
//                           for the whole past again.
// `reached` is computed here independently, as the highest value that the library's may have: the newest date, not
// later than our clock or the relay's, among live events and complete answers of REQs that stay open.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include <uvnostr/gap.hpp>
#include <uvnostr/subscription.hpp>

#include "sim/link.hpp"
#include "sim/sim_relay.hpp"

namespace uvnostr::sim {

class delivery_book {
 public:
  using request_ref = std::shared_ptr<asked_request>;

  /// A copy that does not follow what happens to the requests later.
  delivery_book snapshot() const;

  // Events of the world. `clock` is the lesser of our clock and the relay's.
  void sent(const request_ref& what) { all_.push_back(what); }
  /// A REQ that stays open.
  void come(const request_ref&, unix_seconds clock);
  void given(const down_frame&, unix_seconds clock);
  void clock_is(unix_seconds clock);
  /// on_eose was called, which decides what the limits had to let through.
  void first_answer_told(const std::vector<filter_model>&, const std::vector<sim_relay::stored>&);
  void caught_up(std::span<const gap>, unix_seconds clock);
  /// A live event was delivered while its connection was up, so the library's `reached` includes it by now.
  void live_event_done(unix_seconds at, unix_seconds clock);

  /// Whether the subscription must get what the relay stores, unless it is within a gap.
  bool is_due(const std::vector<filter_model>&, std::chrono::seconds overlap, const sim_relay::stored&) const;
  bool is_in_told_gap(unix_seconds) const;
  /// Whether the relay had sent everything up to now, so that only events within the overlap may come again.
  bool may_repeat(unix_seconds at, std::chrono::seconds overlap) const;

  /// Whether an event that the relay only passed on was missed, and no gap has reported it.
  bool missed_ephemeral(const std::vector<filter_model>&, std::chrono::seconds overlap,
                        const std::vector<sim_relay::stored>& passed_on) const;

  const request_ref& last_open() const { return open_.back().what; }
  bool was_asked() const noexcept { return !open_.empty(); }
  bool was_told_first_answer() const noexcept { return first_told_ != 0; }
  /// The relay falsely said that an answer was complete: no promise holds for it.
  bool was_lied_to() const;
  const std::vector<request_ref>& requests() const noexcept { return all_; }

  std::set<std::size_t> received;   // genuine events, on REQs that stay open
  std::set<std::size_t> owed;       // received in an earlier run, but not done
  unsigned caught_up_on = 0;        // the last connection for which on_caught_up was called
  std::uint64_t caught_up_by = 0;   // the order of the REQ for which it was called
  std::size_t asked_when_told = 0;  // REQs by then

 private:
  struct open_request {
    request_ref what;
    std::optional<unix_seconds> reached;  // when it came
    unix_seconds clock;
  };
  bool is_due_by(const filter_model&, std::size_t filter, std::chrono::seconds overlap, const sim_relay::stored&) const;
  void count(unix_seconds at, unix_seconds clock);

  std::vector<open_request> open_;  // those that reached the relay
  std::vector<request_ref> all_;    // including pages, and those that did not reach it
  std::optional<unix_seconds> reached_;
  std::set<unix_seconds> ahead_;                // dates that the clocks have not reached
  std::optional<unix_seconds> surely_reached_;  // the lowest value that the library's may have
  std::vector<std::optional<unix_seconds>> floors_;
  std::vector<gap> lasting_;                      // gaps that no connection will fill
  std::vector<gap> open_gaps_;                    // of the last connection
  std::uint64_t ephemeral_told_ = 0;              // missed ephemeral events up to this order were reported
  std::optional<std::uint64_t> first_caught_up_;  // the order of that REQ
  std::set<std::size_t> paged_;                   // genuine stored events of the first answers and of pages
  std::uint64_t first_told_ = 0;                  // the order of the REQ whose EOSE was reported first
  bool is_caught_up_ = false;
};

std::chrono::seconds overlap_for(event_kind, std::chrono::seconds resume_overlap);

}  // namespace uvnostr::sim
