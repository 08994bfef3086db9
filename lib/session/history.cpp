// SPDX-License-Identifier: MIT
#include "session/history.hpp"

#include <algorithm>
#include <utility>

#include "wire/filter_match.hpp"

namespace uvnostr::session {

namespace {

using part = missing_stretch::part;

constexpr event_kind gift_wrap = 1059;                                   // NIP-59
constexpr std::chrono::seconds blur = std::chrono::hours(49);            // its dates lie up to two days back
constexpr std::chrono::seconds farthest_ahead = std::chrono::hours(24);  // the clock is then wrong
constexpr std::size_t most_stretches = 64;

bool may_have(const filter& f, event_kind kind) noexcept {
  return f.kinds.empty() || std::find(f.kinds.begin(), f.kinds.end(), kind) != f.kinds.end();
}

bool is_blurred_only(const filter& f) noexcept { return f.kinds.size() == 1 && f.kinds.front() == gift_wrap; }

/// Nothing: from the beginning.
std::optional<unix_seconds> earlier_since(std::optional<unix_seconds> a, std::optional<unix_seconds> b) noexcept {
  return a && b ? std::optional(std::min(*a, *b)) : std::nullopt;
}

/// The ids of two events in a row are rarely the same, and then differ at once.
bool is_same(const std::optional<event_id>& a, const event_id& b) noexcept {
  return a && a->bytes.front() == b.bytes.front() && *a == b;
}

unix_seconds end_of(const missing_stretch& of) noexcept { return of.until.value_or(unix_seconds::max()); }

bool is_same_part(const missing_stretch& a, const missing_stretch& b) noexcept {
  return a.filter == b.filter && a.kinds == b.kinds;
}

}  // namespace

history::history(const std::vector<filter>& filters, std::chrono::seconds overlap) noexcept
    : filters_(filters), overlap_(overlap), floors_(filters.size()) {}

/// The stretches of the REQ that stays open: at first everything that each filter matches, later what is newer than
/// `reached`.
std::vector<history::asking> history::parts_of_all(bool everything) {
  std::vector<asking> parts;
  for (std::uint32_t i = 0; i < filters_.size(); ++i) {
    const filter& f = filters_[i];
    // Limit 0 wants nothing from before the first REQ, but everything after it, even if that REQ was never answered.
    const bool is_first = !ever_answered_ && (f.limit != 0U || (!begun_ && !restored_));
    const auto add = [&](part kinds, std::optional<unix_seconds> since) {
      if (since) since = std::max(*since, unix_seconds{});
      asking& made = parts.emplace_back();
      made.of = {.filter = i, .kinds = kinds, .since = since, .until = {}, .left = is_first ? f.limit : std::nullopt};
    };
    const auto floor = floor_of(i);
    // Events requested by id may have any date.
    if (is_first || (!reached_ && !floor) || !f.ids.empty() || (everything && !f.limit)) {
      add(part::whole, is_first ? std::nullopt : floor);
      // A new gift wrap may be dated before the floor.
      if (!is_first && floor && may_have(f, gift_wrap)) add(part::blurred_kinds, *floor - std::max(overlap_, blur));
      continue;
    }
    // Our clock may have been ahead when the floor was set, and live events may have any date. While the limit is not
    // used up, the floor is only where the pages begin.
    if (floor && (is_clock_time(i, *floor) || has_limit_left(i))) parts.emplace_back().of = {.filter = i, .left = 0};
    const unix_seconds since = reached_ ? later(floor, *reached_ - overlap_) : *floor;
    const unix_seconds since_of_blurred = (reached_ ? later(floor, *reached_) : *floor) - std::max(overlap_, blur);
    if (!may_have(f, gift_wrap)) {
      add(part::whole, since);
    } else if (is_blurred_only(f)) {
      add(part::whole, since_of_blurred);
    } else {
      // Without a list of kinds the other kinds cannot be named, so the whole filter is asked for.
      add(f.kinds.empty() ? part::whole : part::other_kinds, since);
      add(part::blurred_kinds, since_of_blurred);
    }
  }
  return parts;
}

std::optional<unix_seconds> history::floor_of(std::uint32_t number) const noexcept {
  std::optional<unix_seconds> floor = floors_[number];
  // If a limit is not used up yet, pages bring older events.
  for (const asking& each : missing_) {
    if (each.of.filter == number && each.of.left && each.of.until) floor = later(floor, *each.of.until);
  }
  // If the clock was ahead, live events show it, unless their dates are blurred.
  if (floor && newest_live_ && is_clock_time(number, *floor) &&
      std::none_of(filters_.begin(), filters_.end(), [](const filter& f) { return may_have(f, gift_wrap); })) {
    floor = std::min(*floor, std::max(*newest_live_, *floor - farthest_ahead));
  }
  return floor;
}

bool history::has_limit_left(std::uint32_t number) const noexcept {
  return std::any_of(missing_.begin(), missing_.end(), [number](const asking& each) {
    return each.of.filter == number && each.of.left && each.of.until;
  });
}

/// A floor that is no event's date was set by our clock, which may have been ahead.
bool history::is_clock_time(std::uint32_t number, unix_seconds floor) const noexcept {
  return filters_[number].limit == 0U || !reached_ || floor > *reached_;
}

std::optional<unix_seconds> history::since_of(const asking& a) const noexcept {
  const auto& of_filter = filters_[a.of.filter].since;
  return a.of.since ? later(of_filter, *a.of.since) : of_filter;
}

/// Events may be dated in the future, so without `until` there is no end.
unix_seconds history::until_of(const asking& a) const noexcept {
  return std::min(a.frontier.value_or(end_of(a.of)), filters_[a.of.filter].until.value_or(unix_seconds::max()));
}

filter history::as_asked(const asking& a) const {
  filter f = filters_[a.of.filter];
  if (a.of.kinds == part::blurred_kinds) f.kinds = {gift_wrap};
  if (a.of.kinds == part::other_kinds) std::erase(f.kinds, gift_wrap);
  f.since = since_of(a);
  if (a.of.until) f.until = f.until ? std::min(*f.until, *a.of.until) : *a.of.until;
  if (f.since && f.until) f.since = std::min(*f.since, *f.until);
  f.limit = a.limit;
  return f;
}

std::vector<filter> history::ask(std::vector<asking> parts, std::uint32_t page) {
  asked_ = std::move(parts);
  came_ = 0;
  last_id_.reset();
  std::vector<filter> filters;
  for (asking& each : asked_) {
    each.forget_answer();
    // Events that come again must not use up the room of others.
    const auto again = static_cast<std::uint32_t>(each.known.size() + each.heard.size());
    // The REQ that stays open has the application's limit or none: how much comes at a time is the relay's affair.
    if (main_answer_) {
      each.limit = each.of.left;
    } else if (each.is_probe) {
      each.limit = 1;
    } else {
      each.limit = each.of.left == 0U && again == 0 ? 0 : std::min(each.of.left.value_or(page), page) + again;
    }
    filters.push_back(as_asked(each));
  }
  return filters;
}

std::vector<filter> history::begin(unix_seconds now, std::uint32_t page, bool all_is_remembered) {
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    if (filters_[i].limit == 0U && !floors_[i]) floors_[i] = now;
  }
  main_answer_ = true;
  answered_now_ = false;
  reached_before_ = reached_;
  own_cap_.on_connected();
  whole_cap_.on_connected();
  if (std::exchange(told_, false)) gaps_.clear();
  newest_.reset();
  std::vector<filter> filters =
      ask(parts_of_all(all_is_remembered && !restored_ && missing_.empty() && noted_ <= page), page);
  begun_ = now;
  return filters;
}

/// A relay may send what we did not ask for. Such events say nothing about the answer.
bool history::takes(const asking& a, unix_seconds at) const noexcept {
  const auto since = since_of(a);
  return (!a.of.until || at <= *a.of.until) && (!since || at >= *since);
}

bool history::note_stored(const event_id& id, unix_seconds created_at) {
  ++noted_;
  ++came_;
  if (asked_.empty() || is_same(last_id_, id) || !takes(asked_.front(), created_at)) return true;
  last_id_ = id;
  note_newest(created_at);
  return asked_.front().note(id, created_at);
}

bool history::note_stored(const event_id& id, const event_view& event) {
  ++noted_;
  ++came_;
  // Some relays send an event once for each filter, or more often; then they count it as often, too.
  if (is_same(last_id_, id)) return true;
  const unix_seconds at = event.created_at();
  asking* first = nullptr;
  bool is_shared = false;
  bool is_new = true;
  for (asking& each : asked_) {
    const bool kind_fits =
        each.of.kinds == part::whole || (each.of.kinds == part::blurred_kinds) == (event.kind() == gift_wrap);
    if (!kind_fits || each.of.left == 0U || !takes(each, at) || !wire::matches(filters_[each.of.filter], event))
      continue;
    is_new = each.note(id, at) && is_new;
    if (first == nullptr) {
      first = &each;
    } else {
      if (!std::exchange(is_shared, true)) ++first->shared;
      ++each.shared;
    }
  }
  if (first == nullptr) return true;
  last_id_ = id;
  note_newest(at);
  return is_new;
}

/// Counts an event of the answer of which at most the id and the date are known. Returns false if no stretch takes it.
bool history::note_unread(const wire::event_ends& event) {
  ++came_;
  asking* first = nullptr;
  for (asking& each : asked_) {
    if (event.created_at && !takes(each, *event.created_at)) continue;
    if (event.created_at) {
      each.note(event.id_or_date(), *event.created_at);
    } else {
      ++each.came;
    }
    if (std::exchange(first, first == nullptr ? &each : first) == nullptr) continue;
    ++each.shared;
    first->shared = std::max(first->shared, 1U);
  }
  return first != nullptr;
}

void history::note_too_big(const wire::event_ends& event, unix_seconds now) {
  if (std::exchange(told_, false)) gaps_.clear();
  for (const asking& each : asked_) {
    if (event.created_at && !takes(each, *event.created_at)) continue;
    // Without a date, it cannot be older than what comes after it, but that is not known yet.
    add_gap(event.created_at ? event.created_at : since_of(each),
            event.created_at.value_or(each.oldest().value_or(until_of(each))), gap_reason::too_big);
  }
  if (note_unread(event)) return;
  const unix_seconds at = event.created_at.value_or(now);
  add_gap(at, at, gap_reason::too_big);
}

void history::ask_for_second(unix_seconds at, bool of_answer) {
  if (std::exchange(told_, false)) gaps_.clear();
  if (of_answer) note_unread({.id = {}, .created_at = at});
  for (std::uint32_t i = 0; i < filters_.size(); ++i) {
    asking second;
    second.of = {.filter = i, .since = at, .until = at};
    put_back(std::move(second));
  }
}

void history::note_newest(unix_seconds created_at) noexcept {
  if (main_answer_ && created_at <= *begun_) newest_ = later(newest_, created_at);
}

void history::note_live(const event_id& id, unix_seconds created_at, unix_seconds now) {
  ++noted_;
  if (created_at <= now) {
    reached_ = later(reached_, created_at);
    newest_live_ = later(newest_live_, created_at);
  }
  note_published(id, created_at);
}

void history::note_published(const event_id& id, unix_seconds created_at) {
  for (auto* const each : {&missing_, &asked_}) {
    for (asking& a : *each) {
      if (a.of.until && takes(a, created_at)) a.note_published(id, created_at, each == &asked_);
    }
  }
}

/// Whether all of `b` is contained in `a`.
bool history::covers(const asking& a, const asking& b) const noexcept {
  if (a.is_proof() || b.is_proof() || a.of.filter != b.of.filter ||
      (a.of.kinds != part::whole && a.of.kinds != b.of.kinds))
    return false;
  if (a.of.left || b.of.left || b.unproven || until_of(a) < until_of(b)) return false;
  const auto since = since_of(a), other = since_of(b);
  return !since || (other && *since <= *other);
}

/// Merges overlapping stretches, so that a request that is interrupted repeatedly does not list and ask for the same
/// dates several times.
void history::put_back(asking&& a) {
  a.forget_answer();
  if (std::any_of(missing_.begin(), missing_.end(), [&](const asking& other) { return covers(other, a); })) return;
  std::erase_if(missing_, [&](const asking& other) { return covers(a, other); });
  for (asking& other : missing_) {
    if (!is_same_part(other.of, a.of) || other.of.left || a.of.left || other.is_proof() || a.is_proof()) continue;
    asking& upper = end_of(other.of) >= end_of(a.of) ? other : a;
    asking& lower = &upper == &a ? other : a;
    const auto since = since_of(upper);
    const bool overlaps = !since || *since <= end_of(lower.of);
    if (!overlaps && missing_.size() < most_stretches) continue;
    upper.of.since = earlier_since(upper.of.since, lower.of.since);
    upper.of.proof_since.reset();
    upper.cut_at = upper.all_cut_at = 0;  // more events now say nothing about the last answer
    upper.alone = upper.alone || lower.alone;
    if (&upper == &a) other = std::move(a);
    return;
  }
  missing_.push_back(std::move(a));
}

std::optional<unix_seconds> history::next_until() const noexcept {
  std::optional<unix_seconds> newest;
  for (const auto* each : {&missing_, &asked_}) {
    for (const asking& a : *each) newest = later(newest, end_of(a.of));
  }
  return newest;
}

std::vector<filter> history::next_page(std::uint32_t page) {
  if (missing_.empty() || !asked_.empty()) return {};
  std::sort(missing_.begin(), missing_.end(),
            [](const asking& a, const asking& b) { return end_of(a.of) > end_of(b.of); });
  // One stretch of each filter at a time, because an event could belong to either of two.
  std::vector<asking> together;
  for (asking& each : std::exchange(missing_, {})) {
    const bool fits = std::none_of(together.begin(), together.end(), [&](const asking& a) {
      return a.alone || each.alone || is_same_part(a.of, each.of);
    });
    (fits ? together : missing_).push_back(std::move(each));
  }
  return ask(std::move(together), page);
}

void history::give_up_page(gap_reason why) {
  for (const auto* each : {&asked_, &missing_}) {
    for (const asking& a : *each) {
      const auto from = a.is_probe ? a.unproven : since_of(a);
      const unix_seconds to = a.is_probe ? *a.unproven : until_of(a);
      if (!from || *from <= to) add_gap(from, to, why);  // else the filter wants nothing of these dates
    }
  }
}

void history::interrupted_page() noexcept {
  if (main_answer_) return;
  for (asking& each : std::exchange(asked_, {})) {
    if (!each.is_probe) ask_for_unproven(each, std::nullopt);
    put_back(std::move(each));
  }
}

void history::interrupted(unix_seconds now) noexcept {
  interrupted_page();
  asked_.clear();  // of the REQ that stays open, which is sent again
  for (asking& each : missing_) {
    if (!each.of.left || !begun_ || end_of(each.of) <= end_of_limits()) continue;
    each.of.until = each.frontier = end_of_limits();
    each.known.clear();
  }
  main_answer_ = false;
  answered_now_ = false;
  if (!lost_) lost_ = now;
}

/// A limit covers only what is older than this. The rest came live on this connection, if its REQ was answered, or is asked
/// for by the next one. If a clock went back, the connection may have begun before what had been reached.
unix_seconds history::end_of_limits() const noexcept {
  if (!reached_before_) return *begun_;
  return std::max(answered_now_ ? *begun_ : std::min(*begun_, *reached_before_), *reached_before_ - overlap_);
}

void history::add_gap(std::optional<unix_seconds> from, unix_seconds to, gap_reason why) {
  gaps_.add(from.value_or(unix_seconds{}), to, why);
}

}  // namespace uvnostr::session
