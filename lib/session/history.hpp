// SPDX-License-Identifier: MIT
// The progress of one request at one relay, and what it must ask for to miss nothing. Uses no sockets and no timers.
//
// A REQ stays open on each connection for live events; its stored answer, and pages asked beside it, bring the past:
//
//   begin() -> REQ -> note_stored()... -> answered(): EOSE
//           -> next_page() -> REQ with `until` -> note_stored()... -> answered() -> ... until a page brings no news
//           -> is_caught_up(), with the gaps
//
// reached: the newest date up to which the relay's events were received, except for what is missing. Only verified
//   events move it, never the passing of time, and never a date later than our clock or the relay's.
// missing: stretches of dates that still have to be asked for. They survive the loss of a connection.
// floor: where the application's `limit` cut off a filter's events. Nothing older is ever asked for.
//
// What can go wrong:
//   an answer is cut off silently         only a page without news, or NIP-67's `finish`, proves that there is no more
//   a second has more events than an      it cannot be paged through and becomes a gap. Unless the relay showed a smaller
//     answer holds                        cap, one of at least `least_cap` is assumed
//   an event of an old date is published  it may stand at the end of an answer: pages overlap, so the next one shows what
//     meanwhile                           that one had left out. See asked_stretch
//   one filter uses up the answer         a filter counts as complete only if the whole answer is
//   two filters want the same event       it does not show how far either of them got: they are asked separately
//   dates are in the past on purpose      gift wraps (NIP-59) are asked for with a longer overlap, by a filter of
//                                         their own, so that a busy filter is not
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <uvnostr/filter.hpp>
#include <uvnostr/gap.hpp>
#include <uvnostr/subscription.hpp>

#include "session/asked_stretch.hpp"
#include "session/gap_list.hpp"
#include "session/observed_cap.hpp"
#include "wire/event_ends.hpp"

namespace uvnostr::session {

/// The part that outlives a history: the next one with the same filters continues from here.
struct history_position {
  bool answered = false;  // whether the first REQ was, on any connection
  std::optional<unix_seconds> reached{};
  std::vector<std::optional<unix_seconds>> floors{};  // by filter
  std::vector<missing_stretch> missing{};
  std::vector<gap> untold{};  // that nothing will close, and that on_caught_up has not reported
};

class history {
 public:
  /// A second with this many events at the end of an answer may have more.
  static constexpr std::uint32_t least_cap = 100;

  history(const std::vector<filter>& filters, std::chrono::seconds overlap) noexcept;

  /// A connection was made at this time (the lesser of our clock and the relay's). Returns the filters of the REQ that
  /// stays open. They have no limit but the application's: how much a relay sends at a time is its own affair. If all that
  /// came is remembered, and was no more than a page, it is asked for once more, for the sake of imports.
  std::vector<filter> begin(unix_seconds now, std::uint32_t page, bool all_is_remembered = false);
  /// Records a stored event of the current answer, which is verified or known. False if it had come in an earlier one,
  /// so that it is known whatever was forgotten meanwhile.
  bool note_stored(const event_id&, const event_view&);
  /// The same for a request with only one stretch, so that the event need not be read.
  bool note_stored(const event_id&, unix_seconds created_at);
  bool needs_event() const noexcept { return filters_.size() > 1 || asked_.size() > 1 || is_part_asked(); }
  /// An event came that was too big to be kept: that it stands there is all that counts, and a gap tells of it.
  void note_too_big(const wire::event_ends&, unix_seconds now);
  /// A verified event came after EOSE.
  void note_live(const event_id&, unix_seconds created_at, unix_seconds now);
  /// The same for one that says nothing of how far the relay has come, because others are still on their way.
  void note_published(const event_id&, unix_seconds created_at);
  /// Records the EOSE of the current answer.
  void answered(eose_hint, unix_seconds now);
  /// The filters of the next page; empty if there is none.
  std::vector<filter> next_page(std::uint32_t page);
  /// The page was refused or not answered: its dates stay missing, and become a gap of this connection.
  void give_up_page(gap_reason);
  /// An event of this date was not delivered, because too many entries were evicted to know whether it had been before.
  void note_doubtful(unix_seconds created_at) { gaps_.add(created_at, created_at, gap_reason::memory); }
  /// An event of this second came, but was lost on our side. `of_answer`: it was one of the current answer's.
  void ask_for_second(unix_seconds, bool of_answer);
  /// The page was not answered, and may be asked for again.
  void interrupted_page() noexcept;
  /// The connection is lost. Unanswered stretches are still missing.
  void interrupted(unix_seconds now) noexcept;

  /// Whether the REQ was answered and this connection cannot give any more of what is missing.
  bool is_caught_up() const noexcept { return answered_now_ && missing_.empty() && asked_.empty(); }
  /// The gaps since the last report.
  std::span<const gap> gaps() const noexcept { return gaps_.all(); }
  /// The gaps were reported to the application; the next connection begins a new list.
  void told() noexcept { told_ = true; }
  /// The hint of the last EOSE.
  eose_hint last_hint() const noexcept { return last_hint_; }
  /// Whether EOSE came on any connection.
  bool ever_answered() const noexcept { return ever_answered_; }
  /// The newest date that still has to be asked for; nothing if there is none.
  std::optional<unix_seconds> next_until() const noexcept;

  /// Nothing before the first REQ.
  std::optional<history_position> position() const;
  /// Restores the position of an earlier history with the same filters. To be called before the first connection.
  void restore(history_position);

 private:
  using asking = asked_stretch;
  bool is_part_asked() const noexcept {
    return !asked_.empty() && asked_.front().of.kinds != missing_stretch::part::whole;
  }
  /// What one answer says about all its stretches.
  struct verdict {
    bool is_complete;    // nothing was left out
    bool brought_news;   // about any stretch
    bool may_be_cut;     // as a whole
    bool is_of_one;      // has a single stretch
    bool is_full;        // of some filter came as much as was asked for
    std::uint32_t came;  // of all filters; 0 if that is not known
    bool says_more;      // says that there is more (NIP-67)
    unix_seconds now;
  };

  std::vector<asking> parts_of_all(bool everything);
  std::optional<unix_seconds> floor_of(std::uint32_t number) const noexcept;
  unix_seconds end_of_limits() const noexcept;
  bool has_limit_left(std::uint32_t number) const noexcept;
  bool is_clock_time(std::uint32_t number, unix_seconds floor) const noexcept;
  std::optional<unix_seconds> since_of(const asking&) const noexcept;
  unix_seconds until_of(const asking&) const noexcept;
  filter as_asked(const asking&) const;
  std::vector<filter> ask(std::vector<asking>, std::uint32_t page);
  bool takes(const asking&, unix_seconds created_at) const noexcept;
  bool note_unread(const wire::event_ends&);
  void note_newest(unix_seconds created_at) noexcept;
  void note_size(const std::vector<asking>& asked) noexcept;
  void drop_what_is_complete(const std::vector<asking>& asked);
  void drop_what_came(const asking&);
  bool is_over(asking&, const verdict&);
  bool pass(asking&, const verdict&);
  void ask_for_unproven(asking&, std::optional<unix_seconds> older);
  bool is_decided(asking&);
  void note_end(asking&, const verdict&) const noexcept;
  bool covers(const asking&, const asking&) const noexcept;
  void put_back(asking&&);
  void add_gap(std::optional<unix_seconds> from, unix_seconds to, gap_reason);

  const std::vector<filter>& filters_;
  const std::chrono::seconds overlap_;
  std::optional<unix_seconds> reached_;
  std::vector<std::optional<unix_seconds>> floors_;  // by filter
  std::vector<asking> missing_;                      // pages will ask for these
  std::vector<asking> asked_;                        // the current answer is for these
  gap_list gaps_;
  std::optional<unix_seconds> begun_;           // the beginning of this connection
  std::optional<unix_seconds> reached_before_;  // at that time
  std::optional<unix_seconds> lost_;            // the end of the last connection
  std::optional<unix_seconds> newest_live_;     // the newest live date that was not in the future
  std::optional<unix_seconds> newest_;          // in the answer of the REQ that stays open
  std::optional<event_id> last_id_;             // that counted, in the answer being received
  std::uint32_t came_ = 0;                      // events in the current answer, including copies and others
  std::uint32_t largest_ = 0;                   // number of one filter's events in one answer so far
  std::uint32_t largest_answer_ = 0;            // number of all events in one answer so far
  observed_cap own_cap_;                        // of one filter's events
  observed_cap whole_cap_;                      // of the events of all filters of a REQ
  std::uint64_t noted_ = 0;                     // events, on all connections
  bool restored_ = false;                       // earlier events are not known here
  eose_hint last_hint_ = eose_hint::none;
  bool main_answer_ = false;  // the current answer is that of the REQ that stays open
  bool answered_now_ = false;
  bool told_ = false;
  bool ever_answered_ = false;
};

}  // namespace uvnostr::session
