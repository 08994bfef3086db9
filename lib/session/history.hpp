// SPDX-License-Identifier: MIT
// How far one request got at one relay, and what it has to ask there to miss nothing. Knows no socket and no timer.
//
// A REQ stays open on each connection for live events; its stored answer, and pages asked beside it, bring the past:
//
//   begin() -> REQ -> note_stored()... -> answered(): EOSE
//           -> next_page() -> REQ with `until` -> note_stored()... -> answered() -> ... until a page brings no news
//           -> is_caught_up(), with the gaps
//
// reached: the newest date up to which the relay's events were received, except for what is missing. Only verified
//   events move it, never time that passes, and never a date later than our clock or the relay's.
// missing: stretches of dates that still have to be asked for. They survive the loss of a connection.
// floor: where the application's `limit` cut off a filter's events. Nothing older is ever asked for.
//
// What can go wrong:
//   an answer is cut off without a word   only a page without news, or NIP-67's `finish`, proves that there is no more
//   a second has more events than an      it cannot be passed: it becomes a gap. Unless the relay showed a smaller
//     answer holds                        cap, one of at least `least_cap` is assumed
//   one filter uses up the answer         a filter counts as complete only if the whole answer was not cut off
//   two filters want the same event       it does not say how far either of them got: they are asked apart
//   dates lie in the past on purpose      gift wraps (NIP-59) are asked for with a longer overlap, by a filter of
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
#include "wire/event_ends.hpp"

namespace uvnostr::session {

/// What outlives a history: the next one of the same filters goes on from here.
struct history_position {
  bool answered = false;  // the first REQ was, on any connection
  std::optional<unix_seconds> reached{};
  std::vector<std::optional<unix_seconds>> floors{};  // by filter
  std::vector<missing_stretch> missing{};
};

class history {
 public:
  /// A second with so many events at the end of an answer may have had more.
  static constexpr std::uint32_t least_cap = 100;

  history(const std::vector<filter>& filters, std::chrono::seconds overlap) noexcept;

  /// A connection was made at that time (the lesser of our clock and the relay's). The filters of the REQ that stays
  /// open; an answer holds at most `page` events of each.
  std::vector<filter> begin(unix_seconds now, std::uint32_t page, bool all_is_remembered = false);
  /// A stored event came: of the answer that is being received, verified or known. False if it had come in an earlier
  /// one, so that it is known whatever was forgotten meanwhile.
  bool note_stored(const event_id&, const event_view&);
  /// The same where the request has one stretch only, so that the event need not be read.
  bool note_stored(const event_id&, unix_seconds created_at);
  bool needs_event() const noexcept { return filters_.size() > 1 || asked_.size() > 1 || is_part_asked(); }
  /// An event came that was too big to be kept: that it stands there is all that counts, and a gap tells of it.
  void note_too_big(const wire::event_ends&, unix_seconds now);
  /// A verified event came after EOSE.
  void note_live(const event_id&, unix_seconds created_at, unix_seconds now);
  /// The same for one that says nothing of how far the relay has come, because others are still on their way.
  void note_published(const event_id&, unix_seconds created_at);
  /// EOSE of the answer that is being received.
  void answered(eose_hint, unix_seconds now);
  /// The filters of the next page; empty if there is none to ask.
  std::vector<filter> next_page(std::uint32_t page);
  /// The page was refused or not answered: its dates stay missing, and are told as a gap of this connection.
  void give_up_page(gap_reason);
  /// An event of that date was not given, because too much was forgotten to know whether it had been before.
  void note_doubtful(unix_seconds created_at) { gaps_.add(created_at, created_at, gap_reason::memory); }
  /// The page is not answered, and may be asked again.
  void interrupted_page() noexcept;
  /// The connection is lost. What was not answered is still missing.
  void interrupted(unix_seconds now) noexcept;

  /// The REQ was answered and nothing is missing that this connection could still give.
  bool is_caught_up() const noexcept { return answered_now_ && missing_.empty() && asked_.empty(); }
  /// What could not be had, since it was last told.
  std::span<const gap> gaps() const noexcept { return gaps_.all(); }
  /// The application was told of the gaps: those of the next connection are others.
  void told() noexcept { told_ = true; }
  /// Of the last EOSE.
  eose_hint last_hint() const noexcept { return last_hint_; }
  /// EOSE came on any connection.
  bool ever_answered() const noexcept { return ever_answered_; }
  /// The newest date that is still to be asked for; none: nothing is.
  std::optional<unix_seconds> next_until() const noexcept;

  /// None before the first REQ.
  std::optional<history_position> position() const;
  /// Instead of a first connection: what an earlier history of the same filters had come to.
  void restore(history_position);

 private:
  using asking = asked_stretch;
  bool is_part_asked() const noexcept {
    return !asked_.empty() && asked_.front().of.kinds != missing_stretch::part::whole;
  }
  /// What one answer says of all its stretches.
  struct verdict {
    bool is_complete;   // nothing was left out
    bool brought_news;  // of any stretch
    bool may_be_cut;    // as a whole
    bool is_of_one;     // stretch
    bool says_more;     // there is more (NIP-67)
    unix_seconds now;
  };

  std::vector<asking> parts_of_all(bool everything);
  std::optional<unix_seconds> floor_of(std::uint32_t number) const noexcept;
  std::optional<unix_seconds> since_of(const asking&) const noexcept;
  unix_seconds until_of(const asking&) const noexcept;
  filter as_asked(const asking&) const;
  std::vector<filter> ask(std::vector<asking>, std::uint32_t page);
  bool takes(const asking&, unix_seconds created_at) const noexcept;
  void note_newest(unix_seconds created_at) noexcept;
  void note_size(const std::vector<asking>& asked) noexcept;
  bool is_over(asking&, const verdict&);
  bool pass(asking&, const verdict&);
  void ask_for_unproven(asking&, std::optional<unix_seconds> older);
  bool is_decided(asking&);
  void note_cut(std::uint32_t at) noexcept;
  bool covers(const asking&, const asking&) const noexcept;
  void put_back(asking&&);
  void add_gap(std::optional<unix_seconds> from, unix_seconds to, gap_reason);

  const std::vector<filter>& filters_;
  const std::chrono::seconds overlap_;
  std::optional<unix_seconds> reached_;
  std::vector<std::optional<unix_seconds>> floors_;  // by filter
  std::vector<asking> missing_;                      // what pages will ask for
  std::vector<asking> asked_;                        // what the answer being received is for
  gap_list gaps_;
  std::optional<unix_seconds> begun_;        // this connection
  std::optional<unix_seconds> lost_;         // the last connection
  std::optional<unix_seconds> newest_live_;  // that was not in the future
  std::optional<unix_seconds> newest_;       // in the answer of the REQ that stays open
  std::optional<event_id> last_id_;          // that counted, in the answer being received
  std::uint32_t came_ = 0;                   // in the answer being received, copies and others included
  std::uint32_t largest_ = 0;                // number of one filter's events in one answer so far
  std::uint32_t last_cut_ = 0;               // the number of events after which an answer was last seen to be cut off
  std::uint32_t largest_answer_ = 0;         // number of all events in one answer so far
  std::uint32_t cap_ = 0;                    // the relay was seen to cut an answer off at that number
  std::uint64_t noted_ = 0;                  // events, on all connections
  bool restored_ = false;                    // what came before is not known here
  eose_hint last_hint_ = eose_hint::none;
  bool main_answer_ = false;  // the one being received
  bool answered_now_ = false;
  bool told_ = false;
  bool ever_answered_ = false;
};

}  // namespace uvnostr::session
