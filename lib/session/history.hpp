// SPDX-License-Identifier: MIT
// How far one request got at one relay, and what it has to ask there to miss nothing. Knows no socket and no timer.
//
// A REQ stays open on each connection for live events; its stored answer, and pages asked beside it, bring the past:
//
//   begin() -> REQ -> note()... -> answered(): EOSE
//           -> next_page() -> REQ with `until` -> note()... -> answered() -> ... until a page brings nothing new
//           -> is_caught_up(), with the gaps
//
// reached: the newest date up to which the relay's events were received, but for what is listed as missing. Only
//   verified events move it, never time that passes, and never a date later than our clock or the relay's.
// missing: stretches of dates that still have to be asked for. They survive the loss of a connection.
// floor: where the application's `limit` cut off a filter's events. Nothing older is ever asked for.
//
// What can go wrong: relays cut an answer off without a word, so only a page without news (or NIP-67's `finish`) proves
// that there is no more. More events of one second than an answer holds cannot be passed: that second becomes a gap.
// Some kinds carry dates from the past on purpose (NIP-59), and are asked for with a longer overlap by a filter of
// their own, so that a busy filter is not.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <uvnostr/filter.hpp>
#include <uvnostr/gap.hpp>
#include <uvnostr/subscription.hpp>

namespace uvnostr::session {

/// Events with dates from `since` to `until`, of one filter of a subscription, that still have to be asked for.
struct missing_stretch {
  enum class part : unsigned char { whole, blurred_kinds, other_kinds };

  std::uint32_t filter = 0;                // its place in the subscription
  part kinds = part::whole;
  std::optional<unix_seconds> since{};     // none: from the beginning
  std::optional<unix_seconds> until{};     // none: up to now
  std::optional<std::uint32_t> left{};     // of the application's `limit`

  friend bool operator==(const missing_stretch&, const missing_stretch&) = default;
};

class history {
 public:
  history(const std::vector<filter>& filters, std::chrono::seconds overlap) noexcept;

  /// A connection was made at that time (the lesser of our clock and the relay's). The filters of the REQ that stays
  /// open; an answer holds at most `page` events of each. If all that was given is remembered, and it is no more than
  /// a page, filters without a limit are asked for everything again: that also finds events with any older date.
  std::vector<filter> begin(unix_seconds now, std::uint32_t page, bool all_is_remembered = false);
  /// A stored event came: of the answer that is being received, verified or known.
  void note_stored(const event_id&, const event_view&);
  /// The same where the request has one stretch only, so that the event need not be read.
  void note_stored(const event_id&, unix_seconds created_at);
  bool needs_event() const noexcept { return asked_.size() > 1; }
  /// A verified event came after EOSE.
  void note_live(unix_seconds created_at, unix_seconds now) noexcept;
  /// EOSE of the answer that is being received.
  void answered(eose_hint, unix_seconds now);
  /// The filters of the next page; empty if there is none to ask.
  std::vector<filter> next_page(std::uint32_t page);
  /// The page was refused or not answered: its dates stay missing, and are told as a gap of this connection.
  void give_up_page(gap_reason, unix_seconds now);
  /// An event of that date was not given, because too much was forgotten to know whether it had been before.
  void note_doubtful(unix_seconds created_at) { add_gap(created_at, created_at, gap_reason::memory); }
  /// The page is not answered, and may be asked again.
  void interrupted_page() noexcept;
  /// The connection is lost. What was not answered is still missing.
  void interrupted(unix_seconds now) noexcept;

  /// The REQ was answered and nothing is missing that this connection could still give.
  bool is_caught_up() const noexcept { return answered_now_ && missing_.empty(); }
  /// What could not be had on this connection.
  std::span<const gap> gaps() const noexcept { return gaps_; }
  /// Of the last EOSE.
  eose_hint last_hint() const noexcept { return last_hint_; }
  /// EOSE came on any connection.
  bool ever_answered() const noexcept { return ever_answered_; }
  /// The newest date that is still to be asked for; none: nothing is.
  std::optional<unix_seconds> next_until() const noexcept;

  // For cursors.
  std::optional<unix_seconds> reached() const noexcept { return reached_; }
  std::vector<missing_stretch> missing() const;
  std::span<const std::optional<unix_seconds>> floors() const noexcept { return floors_; }
  void restore(std::optional<unix_seconds> reached, std::vector<missing_stretch> missing, std::vector<std::optional<unix_seconds>> floors);

 private:
  /// A stretch that is being asked for, and what has come of it.
  struct asking {
    missing_stretch of;
    std::vector<event_id> at_until;        // those of the second `until` that have come
    std::uint32_t came = 0;                // in this answer
    std::uint32_t largest = 0;             // number in one answer so far
    std::uint32_t news = 0;                // of these, not in the answer before
    std::optional<unix_seconds> oldest{};  // in this answer
    std::vector<event_id> at_oldest{};
    std::optional<unix_seconds> passed{};  // a second that was stepped over, in case there is more before it
  };

  std::vector<asking> parts_of_all(bool everything) const;
  filter as_asked(const asking&, std::uint32_t page) const;
  std::vector<filter> ask(std::vector<asking>, std::uint32_t page);
  static void note(asking&, const event_id&, unix_seconds created_at);
  static bool has_news(const asking&) noexcept;
  bool is_over(asking&, bool any_news);
  void put_back(asking&&);
  void add_gap(std::optional<unix_seconds> from, unix_seconds to, gap_reason);

  const std::vector<filter>& filters_;
  const std::chrono::seconds overlap_;
  std::optional<unix_seconds> reached_;
  std::vector<std::optional<unix_seconds>> floors_;  // by filter
  std::vector<asking> missing_;                      // what pages will ask for
  std::vector<asking> asked_;                        // what the answer being received is for
  std::vector<gap> gaps_;
  std::optional<unix_seconds> begun_;                // the first connection
  std::optional<unix_seconds> lost_;                 // the last connection
  std::optional<unix_seconds> newest_;               // in the answer of the REQ that stays open
  std::uint64_t came_ = 0;                           // events, on all connections
  bool restored_ = false;                            // what came before is not known here
  eose_hint last_hint_ = eose_hint::none;
  bool main_answer_ = false;                         // the one being received
  bool answered_now_ = false;
  bool ever_answered_ = false;
};

}  // namespace uvnostr::session
