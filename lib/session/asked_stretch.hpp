// SPDX-License-Identifier: MIT
// Dates of one filter that still have to be asked for, and the answer so far.
//
// Pages overlap: each begins among the oldest events of the answer before, so some events come again. They show
//   that an event is new             it is not one of those that were to come again
//   that the answer was not cut off  they came again without anything new, and they are half of an answer at most
//   where the answer really ended    an event that was published meanwhile, with an old date, may stand at its end
// An answer may come in any order. Its lowest dates count, so no order is relied on.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <uvnostr/types.hpp>

namespace uvnostr::session {

/// Events with dates from `since` to `until`, of one filter of a subscription, that still have to be asked for.
struct missing_stretch {
  enum class part : unsigned char { whole, blurred_kinds, other_kinds };

  std::uint32_t filter = 0;  // its index in the subscription
  part kinds = part::whole;
  std::optional<unix_seconds> since{};  // none: from the beginning
  std::optional<unix_seconds> until{};  // none: up to now
  std::optional<std::uint32_t> left{};  // what is left of the application's `limit`
  // Of one second: should its answer seem to be all, something older shall prove it, but not older than this.
  std::optional<unix_seconds> proof_since{};

  friend bool operator==(const missing_stretch&, const missing_stretch&) = default;
};

inline unix_seconds later(std::optional<unix_seconds> a, unix_seconds b) noexcept { return a ? std::max(*a, b) : b; }

/// An event, in the order of dates.
struct event_stamp {
  unix_seconds at;
  event_id id;

  friend auto operator<=>(const event_stamp&, const event_stamp&) = default;
};

struct asked_stretch {
  missing_stretch of{};
  std::vector<event_stamp> known{};        // sorted: came in earlier answers, and come again
  std::vector<event_stamp> heard{};        // sorted: came live, and will come again if the relay stores them
  std::optional<unix_seconds> frontier{};  // everything newer has come; not later than `until`
  bool is_doubtful = false;                // of the second `until` alone: an answer that ended there was cut off
  bool alone = false;                      // to be asked by a REQ of its own
  bool is_probe = false;                   // only to see whether the relay has anything older than `unproven`
  std::uint32_t cut_at = 0;                // events of the last answer, if there were fewer than it was asked for
  std::uint32_t all_cut_at = 0;            // the same of all stretches that were asked for together
  std::optional<unix_seconds> unproven{};  // a second above `until` of which there may be more
  std::vector<event_stamp> at_unproven{};  // sorted: events of that second that came
  // About the answer that is being received:
  std::optional<std::uint32_t> limit{};
  std::uint32_t came = 0;
  std::uint32_t news = 0;                // of these, not had before
  std::uint32_t again = 0;               // of these, known
  std::uint32_t live = 0;                // of these, published meanwhile
  std::uint32_t shared = 0;              // of these, matching another stretch as well
  bool newest_first = true;              // so `lowest` came; they are sorted by date then, but not by id
  std::vector<event_stamp> lowest{};     // of these, the oldest
  std::vector<event_stamp> published{};  // meanwhile: the REQ of a page is sent them as well

  /// Records an event of the stretch. False if it had come in an earlier answer.
  bool note(const event_id&, unix_seconds created_at);
  /// The relay sent an event of the stretch as a live one. Pages will bring it again.
  void note_published(const event_id&, unix_seconds created_at, bool meanwhile);
  /// Goes on as the question whether the relay has anything older than the second that it was of.
  void become_probe();
  /// The answer is at its end: counts each event once.
  void settle();
  std::optional<unix_seconds> oldest() const noexcept;
  /// What is missing, without what has come.
  missing_stretch rest() const;
  bool lacks_known() const noexcept { return again < known.size(); }
  /// How many of the oldest events the next answer is to bring again. Not to be called if there are none.
  std::size_t overlap() const noexcept;
  /// What is newer has come otherwise.
  void end_at(unix_seconds until);
  /// The next answer begins among the oldest events of this one.
  void advance();
  /// The next answer begins at the end of this one, which was cut off before it came to anything new. False if this one
  /// was of the second `until` alone.
  bool retreat();
  /// The next answer begins before the end of this one, whose last second may have had more.
  void step_over();
  /// Asks for what came before, to prove that nothing was left out.
  bool is_proof() const noexcept { return is_doubtful || is_probe; }
  /// As much came as was asked for.
  bool is_full() const noexcept { return limit && came >= *limit; }
  void forget_answer();

 private:
  static constexpr std::size_t most_lowest = 512;

  void leave_unproven();
  void go_on_from(unix_seconds until);
  void keep_lowest();
  bool keep_last();
  void sort_lowest();

  std::size_t full_at_ = 2 * most_lowest;  // `lowest`: then some are dropped. Twice what is kept, so that it is rare
  std::size_t sorted_ = 0;                 // so many of `lowest`, from its beginning, are sorted and distinct
  unix_seconds ceiling_ = unix_seconds::max();  // what is newer would be dropped
};

}  // namespace uvnostr::session
