// SPDX-License-Identifier: MIT
// Dates of one filter that still have to be asked for, and what has come of the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <uvnostr/types.hpp>

namespace uvnostr::session {

/// Events with dates from `since` to `until`, of one filter of a subscription, that still have to be asked for.
struct missing_stretch {
  enum class part : unsigned char { whole, blurred_kinds, other_kinds };

  std::uint32_t filter = 0;  // its place in the subscription
  part kinds = part::whole;
  std::optional<unix_seconds> since{};  // none: from the beginning
  std::optional<unix_seconds> until{};  // none: up to now
  std::optional<std::uint32_t> left{};  // of the application's `limit`

  friend bool operator==(const missing_stretch&, const missing_stretch&) = default;
};

struct asked_stretch {
  missing_stretch of{};
  std::vector<event_id> at_until{};       // sorted: events of the second `until` that came in earlier answers
  bool alone = false;                     // to be asked by a REQ of its own
  std::uint32_t cut_at = 0;               // events of the last answer, if there were fewer than it was asked for
  std::vector<unix_seconds> published{};  // dates of live events of this stretch: pages bring them as well
  std::optional<unix_seconds> passed{};   // the second above `until` was stepped over
  std::optional<unix_seconds>
      unproven{};  // the same, but the answer that showed no more of it was not of this stretch alone
  std::vector<event_id> at_unproven{};  // sorted: events of that second that came
  // Of the answer that is being received:
  std::uint32_t limit = 0;
  std::uint32_t came = 0;
  std::uint32_t news = 0;    // of these, not in an answer before
  std::uint32_t older = 0;   // of these, dated before `until`
  std::uint32_t shared = 0;  // of these, matching another stretch as well
  std::vector<event_id> new_at_until{};
  std::optional<unix_seconds> oldest{};  // where the answer ends
  std::vector<event_id> at_oldest{};
  std::optional<unix_seconds> before_oldest{};  // the date that was the oldest one before

  /// An event of the stretch came.
  void note(const event_id&, unix_seconds created_at);
  void note_published(unix_seconds created_at);
  /// How many of the stretch's events may have been published since it was first asked for.
  std::uint32_t most_published() const noexcept;
  /// Whether the answer led further into the past, or to more events of the second where the last one had stopped.
  bool has_news() const noexcept;
  /// Whether more came than was published since the last answer: so that was cut off.
  bool shows_cut() const noexcept;
  /// The next answer goes on where this one ends.
  void advance();
  void forget_answer() noexcept;
};

}  // namespace uvnostr::session
