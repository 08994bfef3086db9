// SPDX-License-Identifier: MIT
// What one relay has sent for one subscription, over all its connections and restarts of the program: and so which of
// its events the subscription has to be given.
//
// All that the relay has and that matches is due, with these exceptions and no other:
//   a gap that was told     on_caught_up named its dates; one that a later connection can fill counts for its own only
//   `limit`                 the first answer was to hold the newest few: what is not among them was not wanted. As a client
//                           sees no more than dates, that goes for all that is dated before them, or before the first
//                           REQ if the limit is 0; but not for gift wraps that came later (NIP-59)
//   an import               the relay was asked for that date and had answered before it stored the event, and the date
//                           lies before `reached` less the overlap. A filter of NIP-01 names events by their own dates and
//                           never by when the relay stored them, so no client can ask for such an event without asking
//                           for the whole past again.
// `reached` is computed here beside the library, as high as the library's may be at most: the newest date, not later than
// our clock or the relay's, among live events and complete answers of REQs that stay open.
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

  /// The same, so that what happens to its requests from now on is not seen here.
  delivery_book snapshot() const;

  // What happened. `clock` is the lesser of ours and the relay's.
  void sent(const request_ref& what) { all_.push_back(what); }
  /// One that stays open.
  void come(const request_ref&, unix_seconds clock);
  void given(const down_frame&, unix_seconds clock);
  void clock_is(unix_seconds clock);
  /// on_eose was called: what the limits had to let through is decided.
  void first_answer_told(const std::vector<filter_model>&, const std::vector<sim_relay::stored>&);
  void caught_up(std::span<const gap>, unix_seconds clock);
  /// A live event was given to the application while its connection was up: the library has it in `reached` by now.
  void live_event_done(unix_seconds at, unix_seconds clock);

  /// Whether the subscription has to be given what the relay stores, unless it is within a gap.
  bool is_due(const std::vector<filter_model>&, std::chrono::seconds overlap, const sim_relay::stored&) const;
  bool is_in_told_gap(unix_seconds) const;
  /// Whether the relay had told of all up to now, so that only what lies within the overlap may come again.
  bool may_repeat(unix_seconds at, std::chrono::seconds overlap) const;

  /// Whether an event that the relay only passed on was missed, and no gap has told of it.
  bool missed_ephemeral(const std::vector<filter_model>&, std::chrono::seconds overlap,
                        const std::vector<sim_relay::stored>& passed_on) const;

  const request_ref& last_open() const { return open_.back().what; }
  bool was_asked() const noexcept { return !open_.empty(); }
  bool was_told_first_answer() const noexcept { return first_told_ != 0; }
  /// The relay said that an answer was whole which was not: nothing is promised of it.
  bool was_lied_to() const;
  const std::vector<request_ref>& requests() const noexcept { return all_; }

  std::set<std::size_t> received;  // genuine events, on REQs that stay open
  std::set<std::size_t> owed;      // of an earlier run: received and not done
  unsigned caught_up_on = 0;       // the last connection on which that was told
  std::uint64_t caught_up_by = 0;  // the order of the REQ that it was told of

 private:
  struct open_request {
    request_ref what;
    std::optional<unix_seconds> reached;  // when it came
    unix_seconds clock;
  };
  bool is_due_by(const filter_model&, std::size_t filter, std::chrono::seconds overlap, const sim_relay::stored&) const;
  void count(unix_seconds at, unix_seconds clock);

  std::vector<open_request> open_;  // those that came
  std::vector<request_ref> all_;    // pages too, and those that did not come
  std::optional<unix_seconds> reached_;
  std::set<unix_seconds> ahead_;                // dates that the clocks have not come to
  std::optional<unix_seconds> surely_reached_;  // as low as the library's may be at least
  std::vector<std::optional<unix_seconds>> floors_;
  std::vector<gap> lasting_;                      // gaps that nobody will fill
  std::vector<gap> open_gaps_;                    // of the last connection
  std::uint64_t ephemeral_told_ = 0;              // up to this order, that some of these were missed
  std::optional<std::uint64_t> first_caught_up_;  // the order of that REQ
  std::uint64_t first_told_ = 0;                  // the order of the REQ whose EOSE was the first to be told
  bool is_caught_up_ = false;
};

std::chrono::seconds overlap_for(event_kind, std::chrono::seconds resume_overlap);

}  // namespace uvnostr::sim
