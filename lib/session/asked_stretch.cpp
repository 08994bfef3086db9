// SPDX-License-Identifier: MIT
#include "session/asked_stretch.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace uvnostr::session {

namespace {

constexpr std::size_t most_of_one_second = 10'000;
constexpr std::size_t most_overlap = 16;

bool is_in(const std::vector<event_stamp>& sorted, const event_stamp& e) {
  return std::binary_search(sorted.begin(), sorted.end(), e);
}

}  // namespace

bool asked_stretch::note(const event_id& id, unix_seconds at) {
  const event_stamp stamp{at, id};
  const bool was_had = (!known.empty() && is_in(known, stamp)) || (!heard.empty() && is_in(heard, stamp));
  ++came;
  if (!was_had) ++news;
  if (at > ceiling_) return !was_had;
  newest_first = newest_first && (lowest.empty() || at <= lowest.back().at);
  lowest.push_back(stamp);
  if (lowest.size() >= full_at_) keep_lowest();
  return !was_had;
}

/// Drops what is newer, but nothing of a second of which something is kept.
void asked_stretch::keep_lowest() {
  if (newest_first && keep_last()) return;
  sort_lowest();
  const std::size_t all = lowest.size();
  if (lowest.size() > most_lowest) {
    const unix_seconds last = lowest[most_lowest].at;
    const auto end =
        std::find_if(lowest.begin() + most_lowest, lowest.end(), [last](const event_stamp& e) { return e.at != last; });
    lowest.erase(end, lowest.end());
  }
  if (lowest.size() > most_of_one_second) lowest.erase(lowest.begin() + most_of_one_second, lowest.end());
  if (lowest.size() < all) ceiling_ = lowest.back().at;
  sorted_ = lowest.size();
  full_at_ = 2 * std::max(lowest.size(), most_lowest);
}

/// The same for what came newest first, as relays send it, so that nothing has to be sorted. Returns false if most of it
/// is of one second.
bool asked_stretch::keep_last() {
  auto first = lowest.end() - most_lowest;
  while (first != lowest.begin() && (first - 1)->at == first->at) --first;
  if (first - lowest.begin() < static_cast<std::ptrdiff_t>(lowest.size() / 4)) return false;
  ceiling_ = first->at;
  lowest.erase(lowest.begin(), first);
  return true;
}

/// Without duplicates. Cheap if the relay sends the newest first or the oldest first, as they do.
void asked_stretch::sort_lowest() {
  newest_first = false;
  const auto added = lowest.begin() + static_cast<std::ptrdiff_t>(sorted_);
  if (std::is_sorted(added, lowest.end(), std::greater<>())) {
    std::reverse(added, lowest.end());
  } else if (!std::is_sorted(added, lowest.end())) {
    std::sort(added, lowest.end());
  }
  if (added != lowest.begin() && added != lowest.end() && *added < *(added - 1)) {
    if (lowest.back() < lowest.front()) {
      std::rotate(lowest.begin(), added, lowest.end());
    } else {
      std::sort(lowest.begin(), lowest.end());
    }
  }
  lowest.erase(std::unique(lowest.begin(), lowest.end()), lowest.end());
  sorted_ = lowest.size();
}

void asked_stretch::note_published(const event_id& id, unix_seconds at, bool meanwhile) {
  const event_stamp stamp{at, id};
  std::vector<event_stamp>& in = meanwhile ? published : heard;
  const auto place = std::lower_bound(in.begin(), in.end(), stamp);
  if (in.size() < most_of_one_second && (place == in.end() || *place != stamp)) in.insert(place, stamp);
}

void asked_stretch::settle() {
  const bool is_whole = lowest.size() == came;
  sort_lowest();
  again = live = 0;
  std::uint32_t had = 0;
  for (const event_stamp& each : lowest) {
    const bool was_known = is_in(known, each);
    const bool came_live = is_in(published, each);
    if (was_known) ++again;
    if (came_live) ++live;
    if (was_known || came_live || is_in(heard, each)) ++had;
  }
  if (is_whole) {
    came = static_cast<std::uint32_t>(lowest.size());
    news = came - had;
  }
  // What was published meanwhile may have come after the answer's end, with a date that says nothing of it.
  if (live != 0 && live < lowest.size())
    std::erase_if(lowest, [this](const event_stamp& e) { return is_in(published, e); });
  sorted_ = lowest.size();
}

std::optional<unix_seconds> asked_stretch::oldest() const noexcept {
  const auto first = std::min_element(lowest.begin(), lowest.end());
  return first == lowest.end() ? std::nullopt : std::optional(first->at);
}

missing_stretch asked_stretch::rest() const {
  missing_stretch left_over = of;
  if (frontier) left_over.until = *frontier;
  if (!of.left) return left_over;
  // Of these the second comes again, and then counts.
  const auto of_second =
      std::count_if(known.begin(), known.end(), [&](const event_stamp& e) { return e.at == left_over.until; });
  *left_over.left += static_cast<std::uint32_t>(of_second);
  return left_over;
}

void asked_stretch::go_on_from(unix_seconds until) {
  frontier = lowest.empty() ? until : std::min(until, lowest.front().at);
  std::vector<event_stamp> both;  // what was published meanwhile is added by forget_answer()
  std::set_union(lowest.begin(), lowest.end(), known.begin(), known.end(), std::back_inserter(both));
  const auto end = std::find_if(both.begin(), both.end(), [until](const event_stamp& e) { return e.at > until; });
  both.erase(end, both.end());
  known = std::move(both);
  std::erase_if(heard, [until](const event_stamp& e) { return e.at > until; });
  of.until = until;
}

void asked_stretch::end_at(unix_seconds until) {
  of.until = until;
  if (frontier) frontier = std::min(*frontier, until);
  cut_at = all_cut_at = 0;
  for (auto* const each : {&known, &heard}) {
    std::erase_if(*each, [until](const event_stamp& e) { return e.at > until; });
  }
}

std::size_t asked_stretch::overlap() const noexcept {
  return std::clamp<std::size_t>(came / 4, 1, std::min(most_overlap, lowest.size()));
}

void asked_stretch::advance() {
  unix_seconds until = lowest[overlap() - 1].at;
  if (of.until && until >= *of.until) until = lowest.front().at;
  go_on_from(until);
}

bool asked_stretch::retreat() {
  if (lowest.empty() || !of.until || lowest.front().at >= *of.until) return false;
  go_on_from(lowest.front().at);
  return true;
}

void asked_stretch::leave_unproven() {
  const unix_seconds second = lowest.front().at;
  unproven = second;
  at_unproven.clear();
  std::copy_if(lowest.begin(), lowest.end(), std::back_inserter(at_unproven),
               [second](const event_stamp& e) { return e.at == second; });
}

void asked_stretch::step_over() {
  leave_unproven();
  go_on_from(*unproven - std::chrono::seconds(1));
}

void asked_stretch::become_probe() {
  leave_unproven();
  is_probe = alone = true;
  of.since = *of.proof_since == unix_seconds{} ? std::nullopt : of.proof_since;
  of.proof_since.reset();
  of.until = frontier = *unproven - std::chrono::seconds(1);
  known.clear();
  heard.clear();
}

void asked_stretch::forget_answer() {
  came = news = again = live = shared = 0;
  lowest = {};
  full_at_ = 2 * most_lowest;
  sorted_ = 0;
  ceiling_ = unix_seconds::max();
  newest_first = true;
  for (const event_stamp& each : std::exchange(published, {})) {
    if (!of.until || each.at <= *of.until) note_published(each.id, each.at, false);
  }
}

}  // namespace uvnostr::session
