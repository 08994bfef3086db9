// SPDX-License-Identifier: MIT
#include "sim/delivery_book.hpp"

#include <algorithm>
#include <map>

namespace uvnostr::sim {

namespace {

/// The library may believe that the relay's clock is this much behind, because a Date header has whole seconds.
constexpr std::chrono::seconds rounding{2};

bool is_lasting(gap_reason why) { return why == gap_reason::relay_cap || why == gap_reason::memory; }

bool any_holds(const std::vector<gap>& gaps, unix_seconds at) {
  return std::any_of(gaps.begin(), gaps.end(), [&](const gap& g) { return at >= g.from && at <= g.to; });
}

}  // namespace

std::chrono::seconds overlap_for(event_kind kind, std::chrono::seconds resume_overlap) {
  return kind == 1059 ? std::max<std::chrono::seconds>(resume_overlap, 49h) : resume_overlap;
}

delivery_book delivery_book::snapshot() const {
  delivery_book copy = *this;
  std::map<asked_request*, request_ref> copied;
  for (request_ref& each : copy.all_) each = copied[each.get()] = std::make_shared<asked_request>(*each);
  for (open_request& each : copy.open_) each.what = copied[each.what.get()];
  return copy;
}

void delivery_book::come(const request_ref& what, unix_seconds clock) {
  clock_is(clock);
  open_.push_back({what, reached_, clock});
  is_caught_up_ = false;
}

void delivery_book::given(const down_frame& f, unix_seconds clock) {
  if (f.kind == down_frame::what::event && f.genuine && !f.to->answered) {
    const known_event& e = event_set::get().events[f.event];
    if (any_matches(f.to->filters, e)) (f.live ? f.to->live_dates : f.to->dates).push_back(e.at);
  }
  // A REQ that stays open on a later connection brings what is new, which counts for no limit.
  if (f.kind == down_frame::what::event && f.genuine && !f.live && (f.to->is_page || first_told_ == 0))
    paged_.insert(f.event);
  if (f.to->is_page) return;
  if (f.kind == down_frame::what::event && f.genuine) {
    received.insert(f.event);
    if (f.to->answered) count(event_set::get().events[f.event].at, clock);
  } else if (f.kind == down_frame::what::eose) {
    for (const auto* dates : {&f.to->dates, &f.to->live_dates}) {
      for (const unix_seconds each : *dates) count(each, clock);
    }
  }
}

void delivery_book::count(unix_seconds at, unix_seconds clock) {
  if (at > clock) {
    ahead_.insert(at);
  } else {
    reached_ = std::max(reached_.value_or(at), at);
  }
}

void delivery_book::clock_is(unix_seconds clock) {
  while (!ahead_.empty() && *ahead_.begin() <= clock) {
    reached_ = std::max(reached_.value_or(*ahead_.begin()), *ahead_.begin());
    ahead_.erase(ahead_.begin());
  }
}

void delivery_book::first_answer_told(const std::vector<filter_model>& filters,
                                      const std::vector<sim_relay::stored>& stored) {
  first_told_ = last_open()->order;
  const std::vector<known_event>& all = event_set::get().events;
  floors_.resize(filters.size());
  // A filter may have been asked for by a page of its own, which holds the newest of its own time.
  std::uint64_t last_page = 0;
  for (const request_ref& each : all_) {
    if (each->answered && each->order != asked_request::never) last_page = std::max(last_page, each->order);
  }
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const std::uint32_t limit = filters[i].limit.value_or(0);
    if (limit == 0) continue;
    for (const open_request& each : open_) {
      if (!each.what->answered) continue;
      // Events that came while pages were asked for may have displaced others, if they are older than the newest.
      unix_seconds newest = unix_seconds::min();
      for (const sim_relay::stored& e : stored) {
        if (e.order < each.what->order && filters[i].matches(all[e.event])) newest = std::max(newest, all[e.event].at);
      }
      std::vector<unix_seconds> dates;
      for (const sim_relay::stored& e : stored) {
        if (filters[i].matches(all[e.event]) && (e.order < last_page || all[e.event].at <= newest))
          dates.push_back(all[e.event].at);
      }
      if (dates.size() < limit) continue;
      std::sort(dates.rbegin(), dates.rend());
      floors_[i] = std::max(floors_[i].value_or(dates[limit - 1]), dates[limit - 1]);
    }
  }
}

void delivery_book::caught_up(std::span<const gap> gaps, unix_seconds clock) {
  is_caught_up_ = true;
  if (!first_caught_up_) first_caught_up_ = last_open()->order;
  open_gaps_.clear();
  for (const gap& each : gaps) (is_lasting(each.reason) ? lasting_ : open_gaps_).push_back(each);
  if (std::erase_if(open_gaps_, [](const gap& each) { return each.reason == gap_reason::ephemeral; }) != 0)
    ephemeral_told_ = last_open()->order;
  // An answer counts up to the time of its REQ.
  for (const auto* dates : {&last_open()->dates, &last_open()->live_dates}) {
    for (const unix_seconds each : *dates) live_event_done(each, std::min(clock, open_.back().clock));
  }
}

void delivery_book::live_event_done(unix_seconds at, unix_seconds clock) {
  if (at <= clock - rounding) surely_reached_ = std::max(surely_reached_.value_or(at), at);
}

bool delivery_book::is_due(const std::vector<filter_model>& filters, std::chrono::seconds overlap,
                           const sim_relay::stored& e) const {
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (filters[i].matches(event_set::get().events[e.event]) && is_due_by(filters[i], i, overlap, e)) return true;
  }
  return false;
}

bool delivery_book::is_due_by(const filter_model& f, std::size_t filter, std::chrono::seconds overlap,
                              const sim_relay::stored& e) const {
  const known_event& event = event_set::get().events[e.event];
  if (owed.contains(e.event)) return true;
  if (open_.empty()) return false;
  if (f.limit == 0U && e.order < open_.front().what->order) return false;
  std::optional<unix_seconds> floor = filter < floors_.size() ? floors_[filter] : std::nullopt;
  if (f.limit == 0U) floor = open_.front().clock;
  const bool below_floor = floor && (event.at < *floor || (event.at == *floor && f.limit != 0U));
  const bool is_late_wrap = event.wrapped() && first_told_ != 0 && e.order > first_told_;
  if (below_floor && !is_late_wrap) return false;
  // If the first answer did not use up the limit, pages go on, and what was stored meanwhile counts as well.
  const auto newer = std::count_if(paged_.begin(), paged_.end(), [&](std::size_t n) {
    const known_event& other = event_set::get().events[n];
    return other.at > event.at && other.at <= open_.front().clock && f.matches(other);
  });
  if (f.limit.value_or(0) != 0 && newer >= *f.limit && !is_late_wrap) return false;
  const auto next =
      std::find_if(open_.begin(), open_.end(), [&](const open_request& each) { return each.what->order > e.order; });
  const open_request& asked = next == open_.end() ? open_.back() : *next;
  const std::optional<unix_seconds> reached = asked.reached || f.limit != 0U ? asked.reached : open_.front().clock;
  // What is asked for begins at the floor, if the relay has sent nothing newer.
  const std::optional<unix_seconds> begin = reached && floor ? std::max(*reached, *floor) : reached ? reached : floor;
  if (!begin || event.at >= *begin - overlap_for(event.kind, overlap)) return true;
  if (below_floor || f.limit == 0U) return false;
  return std::none_of(all_.begin(), all_.end(), [&](const request_ref& each) {
    return each->answered && each->order < e.order && each->covers(event);
  });
}

bool delivery_book::missed_ephemeral(const std::vector<filter_model>& filters, std::chrono::seconds overlap,
                                     const std::vector<sim_relay::stored>& passed_on) const {
  if (!first_caught_up_) return false;
  return std::any_of(passed_on.begin(), passed_on.end(), [&](const sim_relay::stored& e) {
    const known_event& event = event_set::get().events[e.event];
    if (e.order < *first_caught_up_ || e.order < ephemeral_told_ || e.order > last_open()->order) return false;
    // As with an import, a REQ with `since` does not get older events.
    if (reached_ && event.at < *reached_ - overlap) return false;
    return !received.contains(e.event) && any_matches(filters, event);
  });
}

bool delivery_book::is_in_told_gap(unix_seconds at) const {
  return any_holds(lasting_, at) || any_holds(open_gaps_, at);
}

bool delivery_book::may_repeat(unix_seconds at, std::chrono::seconds overlap) const {
  return !is_caught_up_ || !surely_reached_ || at >= *surely_reached_ - overlap || any_holds(open_gaps_, at);
}

bool delivery_book::was_lied_to() const {
  return std::any_of(all_.begin(), all_.end(), [](const request_ref& each) { return each->answered && each->lies; });
}

}  // namespace uvnostr::sim
