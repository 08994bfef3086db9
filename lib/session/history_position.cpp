// SPDX-License-Identifier: MIT
// What outlives a history, for cursors and for the next connection to a relay.
//
// What can go wrong:
//   it is taken in the middle of an answer   the dates of that answer are still missing
//   a probe is under way                     what it was to prove is missing, not what it asks for
//   a gap was not reported yet               it is carried on, unless its dates are asked for again anyway
#include <algorithm>
#include <iterator>
#include <utility>

#include "session/history.hpp"

namespace uvnostr::session {

std::optional<history_position> history::position() const {
  if (!begun_ && !restored_) return std::nullopt;
  history_position here{.answered = ever_answered_, .reached = reached_, .floors = floors_};
  const auto add = [this, &here](const asking& a) {
    if (!a.is_probe) {
      here.missing.push_back(a.rest());
      missing_stretch& left_over = here.missing.back();
      if (left_over.left && answered_now_)
        left_over.until = std::min(left_over.until.value_or(unix_seconds::max()), end_of_limits());
    }
    if (a.unproven)
      here.missing.push_back({.filter = a.of.filter,
                              .kinds = a.of.kinds,
                              .since = a.unproven,
                              .until = a.unproven,
                              .left = {},
                              .proof_since = a.of.since.value_or(unix_seconds{})});
  };
  std::for_each(missing_.begin(), missing_.end(), add);
  if (!main_answer_) std::for_each(asked_.begin(), asked_.end(), add);
  if (told_) return here;
  const auto all = gaps_.all();
  std::copy_if(all.begin(), all.end(), std::back_inserter(here.untold), [](const gap& each) {
    return each.reason != gap_reason::refused && each.reason != gap_reason::no_answer;
  });
  return here;
}

void history::restore(history_position from) {
  restored_ = true;
  ever_answered_ = from.answered;
  reached_ = from.reached;
  if (ever_answered_) lost_ = reached_.value_or(unix_seconds{});
  for (const gap& each : from.untold) gaps_.add(each.from, each.to, each.reason);
  floors_ = std::move(from.floors);
  floors_.resize(filters_.size());
  missing_.clear();
  for (const missing_stretch& each : from.missing) {
    asking a;
    a.of = each;
    put_back(std::move(a));
  }
}

}  // namespace uvnostr::session
