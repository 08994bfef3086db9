// SPDX-License-Identifier: MIT
#include "session/history.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "wire/filter_match.hpp"

namespace uvnostr::session {

namespace {

using part = missing_stretch::part;

constexpr event_kind gift_wrap = 1059;                                   // NIP-59
constexpr std::chrono::seconds blur = std::chrono::hours(49);            // its dates lie up to two days back
constexpr event_kind first_ephemeral = 20'000, last_ephemeral = 29'999;  // NIP-01
constexpr std::size_t most_stretches = 64;
constexpr std::size_t most_gaps = 64;
constexpr std::size_t most_of_one_second = 10'000;

bool may_have(const filter& f, event_kind kind) noexcept {
  return f.kinds.empty() || std::find(f.kinds.begin(), f.kinds.end(), kind) != f.kinds.end();
}

bool may_have_ephemeral(const filter& f) noexcept {
  return f.kinds.empty() ||
         std::any_of(f.kinds.begin(), f.kinds.end(), [](event_kind k) { return k >= first_ephemeral && k <= last_ephemeral; });
}

bool is_blurred_only(const filter& f) noexcept { return f.kinds.size() == 1 && f.kinds.front() == gift_wrap; }

unix_seconds later(std::optional<unix_seconds> a, unix_seconds b) noexcept { return a ? std::max(*a, b) : b; }

}  // namespace

history::history(const std::vector<filter>& filters, std::chrono::seconds overlap) noexcept
    : filters_(filters), overlap_(overlap), floors_(filters.size()) {}

/// What the REQ that stays open asks for: all of each filter at first, afterwards what is newer than `reached`. Where
/// nothing has come yet all is new.
std::vector<history::asking> history::parts_of_all() const {
  std::vector<asking> parts;
  for (std::uint32_t i = 0; i < filters_.size(); ++i) {
    const filter& f = filters_[i];
    if (!ever_answered_) {
      parts.emplace_back().of = {.filter = i, .left = f.limit};
      continue;
    }
    if (!reached_) {
      parts.emplace_back().of = {.filter = i, .since = floors_[i]};
      continue;
    }
    // A floor that was set by a clock which is ahead is not above what came since.
    const auto floor = floors_[i] ? std::optional(std::min(*floors_[i], *reached_)) : std::nullopt;
    const auto add = [&](part kinds, std::chrono::seconds back) {
      parts.emplace_back().of = {.filter = i, .kinds = kinds, .since = later(floor, *reached_ - back)};
    };
    if (!may_have(f, gift_wrap)) {
      add(part::whole, overlap_);
    } else if (is_blurred_only(f)) {
      add(part::whole, std::max(overlap_, blur));
    } else {
      // Without a list of kinds the rest cannot be named: it is the whole filter.
      add(f.kinds.empty() ? part::whole : part::other_kinds, overlap_);
      add(part::blurred_kinds, std::max(overlap_, blur));
    }
  }
  return parts;
}

filter history::as_asked(const asking& a, std::uint32_t page) const {
  filter f = filters_[a.of.filter];
  if (a.of.kinds == part::blurred_kinds) f.kinds = {gift_wrap};
  if (a.of.kinds == part::other_kinds) std::erase(f.kinds, gift_wrap);
  if (a.of.since) f.since = later(f.since, *a.of.since);
  if (a.of.until) f.until = f.until ? std::min(*f.until, *a.of.until) : *a.of.until;
  // Those of the last second come again, and must not use up the room of others.
  const auto again = static_cast<std::uint32_t>(a.at_until.size());
  f.limit = a.of.left == 0U && again == 0 ? 0 : std::min(a.of.left.value_or(page), page) + again;
  return f;
}

std::vector<filter> history::ask(std::vector<asking> parts, std::uint32_t page) {
  asked_ = std::move(parts);
  std::vector<filter> filters;
  for (asking& each : asked_) {
    each.came = 0;
    each.news = 0;
    each.oldest.reset();
    each.at_oldest.clear();
    filters.push_back(as_asked(each, page));
  }
  return filters;
}

std::vector<filter> history::begin(unix_seconds now, std::uint32_t page) {
  main_answer_ = true;
  answered_now_ = false;
  gaps_.clear();
  newest_.reset();
  page_ = page;
  if (!begun_) begun_ = now;
  if (lost_ && ever_answered_ && std::any_of(filters_.begin(), filters_.end(), may_have_ephemeral)) {
    add_gap(std::min(*lost_, now), std::max(*lost_, now), gap_reason::ephemeral);
  }
  return ask(parts_of_all(), page);
}

void history::note(asking& a, const event_id& id, unix_seconds at) {
  // A relay may send what was not asked for. It then says nothing of what was.
  if ((a.of.until && at > *a.of.until) || (a.of.since && at < *a.of.since)) return;
  ++a.came;
  const bool is_again = a.of.until && at == *a.of.until && std::find(a.at_until.begin(), a.at_until.end(), id) != a.at_until.end();
  if (!is_again) ++a.news;
  if (!a.oldest || at < *a.oldest) {
    a.oldest = at;
    a.at_oldest.clear();
  }
  if (at == *a.oldest && a.at_oldest.size() < most_of_one_second) a.at_oldest.push_back(id);
}

void history::note_stored(const event_id& id, unix_seconds created_at) {
  if (asked_.empty()) return;
  note(asked_.front(), id, created_at);
  if (main_answer_) newest_ = later(newest_, created_at);
}

void history::note_stored(const event_id& id, const event_view& event) {
  for (asking& each : asked_) {
    const filter& f = filters_[each.of.filter];
    const bool kind_fits = each.of.kinds == part::whole || (each.of.kinds == part::blurred_kinds) == (event.kind() == gift_wrap);
    if (kind_fits && wire::matches(f, event)) note(each, id, event.created_at());
  }
  if (main_answer_) newest_ = later(newest_, event.created_at());
}

void history::note_live(unix_seconds created_at, unix_seconds now) noexcept {
  if (ever_answered_ && created_at <= now) reached_ = later(reached_, created_at);
}

/// Whether the answer led further into the past, or to more events of the second where it had stopped.
bool history::has_news(const asking& a) noexcept {
  return a.news != 0 && (!a.of.until || *a.oldest < *a.of.until || a.at_oldest.size() > a.at_until.size());
}

/// Whether nothing is left to ask of this stretch, now that an answer has come.
bool history::is_over(asking& a, bool any_news) {
  const filter& f = filters_[a.of.filter];
  if (a.of.left) *a.of.left -= std::min(*a.of.left, a.news);
  if (a.of.left == 0U) {
    if (a.oldest || a.of.until) floors_[a.of.filter] = later(floors_[a.of.filter], a.oldest.value_or(a.of.until.value_or(unix_seconds{})));
    return true;
  }
  if (!f.search.empty()) return true;  // ordered by how well they fit (NIP-50): there are no pages of them
  if (!f.ids.empty() && a.came >= f.ids.size()) return true;
  if (a.passed && a.news != 0) {
    add_gap(*a.passed, *a.passed, gap_reason::relay_cap);
    a.passed.reset();
  }
  a.largest = std::max(a.largest, a.came);
  if (a.oldest) {
    if (a.of.until != a.oldest || a.at_until.size() < a.at_oldest.size()) a.at_until = std::move(a.at_oldest);
    a.of.until = a.oldest;
  }
  if (any_news) return a.of.since && a.of.until && *a.of.until < *a.of.since;
  // A relay that could have sent more has sent all. One that never sent more may have stopped at its cap.
  if (a.came == 0 || a.came < a.largest || a.passed) return true;
  a.passed = a.of.until;
  a.of.until = *a.of.until - std::chrono::seconds(1);
  a.at_until.clear();
  return a.of.since && *a.of.until < *a.of.since;
}

void history::answered(eose_hint hint, unix_seconds now) {
  last_hint_ = hint;
  const bool any_news = std::any_of(asked_.begin(), asked_.end(), [](const asking& a) { return has_news(a); });
  const bool nothing_came = std::all_of(asked_.begin(), asked_.end(), [](const asking& a) { return a.came == 0; });
  for (asking& each : std::exchange(asked_, {})) {
    const bool over = is_over(each, any_news);
    if (!over && hint != eose_hint::finish && !nothing_came) put_back(std::move(each));
  }
  if (!std::exchange(main_answer_, false)) return;
  // A filter with limit 0 wants nothing of before.
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    if (filters_[i].limit == 0U && !floors_[i]) floors_[i] = std::min(begun_.value_or(now), now);
  }
  answered_now_ = ever_answered_ = true;
  lost_.reset();
  if (newest_ && *newest_ <= now) reached_ = later(reached_, *newest_);
}

void history::put_back(asking&& a) {
  // A stretch of the same filter that was interrupted again and again is not listed for each time.
  if (missing_.size() >= most_stretches) {
    for (asking& other : missing_) {
      if (other.of.filter != a.of.filter || other.of.kinds != a.of.kinds) continue;
      other.of.since = other.of.since && a.of.since ? std::optional(std::min(*other.of.since, *a.of.since)) : std::nullopt;
      other.of.until = other.of.until && a.of.until ? std::optional(std::max(*other.of.until, *a.of.until)) : std::nullopt;
      other.at_until.clear();
      return;
    }
  }
  missing_.push_back(std::move(a));
}

std::optional<unix_seconds> history::next_until() const noexcept {
  std::optional<unix_seconds> newest;
  for (const auto* each : {&missing_, &asked_}) {
    for (const asking& a : *each) newest = later(newest, a.of.until.value_or(unix_seconds::max()));
  }
  return newest;
}

std::vector<filter> history::next_page(std::uint32_t page) {
  // One stretch of each filter at a time: an event could not be told to belong to one of two.
  if (missing_.empty() || !asked_.empty()) return {};
  std::vector<asking> together;
  for (asking& each : std::exchange(missing_, {})) {
    const bool fits = std::none_of(together.begin(), together.end(), [&](const asking& a) {
      return a.of.filter == each.of.filter && a.of.kinds == each.of.kinds;
    });
    (fits ? together : missing_).push_back(std::move(each));
  }
  return ask(std::move(together), page);
}

void history::give_up_page(gap_reason why, unix_seconds now) {
  for (const auto* each : {&asked_, &missing_}) {
    for (const asking& a : *each) add_gap(a.of.since, a.of.until.value_or(now), why);
  }
}

void history::interrupted_page() noexcept {
  if (main_answer_) return;
  for (asking& each : std::exchange(asked_, {})) put_back(std::move(each));
}

void history::interrupted(unix_seconds now) noexcept {
  interrupted_page();
  asked_.clear();  // of the REQ that stays open: it is asked anew
  main_answer_ = false;
  answered_now_ = false;
  if (!lost_) lost_ = now;
}

void history::add_gap(std::optional<unix_seconds> from, unix_seconds to, gap_reason why) {
  const unix_seconds begin = from.value_or(unix_seconds{});
  for (gap& each : gaps_) {
    const bool touches = begin <= each.to + std::chrono::seconds(1) && each.from <= to + std::chrono::seconds(1);
    if (each.reason != why || (!touches && gaps_.size() < most_gaps)) continue;
    each.from = std::min(each.from, begin);
    each.to = std::max(each.to, to);
    return;
  }
  gaps_.push_back({begin, to, why});
}

std::vector<missing_stretch> history::missing() const {
  std::vector<missing_stretch> all;
  for (const asking& each : missing_) all.push_back(each.of);
  if (!main_answer_) {
    for (const asking& each : asked_) all.push_back(each.of);
  }
  return all;
}

void history::restore(std::optional<unix_seconds> reached, std::vector<missing_stretch> missing, std::vector<std::optional<unix_seconds>> floors) {
  reached_ = reached;
  ever_answered_ = true;
  floors.resize(filters_.size());
  floors_ = std::move(floors);
  missing_.clear();
  for (const missing_stretch& each : missing) missing_.emplace_back().of = each;
}

}  // namespace uvnostr::session
