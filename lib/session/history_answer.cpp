// SPDX-License-Identifier: MIT
// The half of history that reads an answer: what of it is new, whether it was cut off, and what has to be asked for next.
#include <algorithm>
#include <utility>

#include "session/history.hpp"

namespace uvnostr::session {

namespace {

using part = missing_stretch::part;

constexpr event_kind first_ephemeral = 20'000, last_ephemeral = 29'999;  // NIP-01

bool may_have_ephemeral(const filter& f) noexcept {
  return f.kinds.empty() || std::any_of(f.kinds.begin(), f.kinds.end(),
                                        [](event_kind k) { return k >= first_ephemeral && k <= last_ephemeral; });
}

}  // namespace

/// Whether nothing of this stretch is left to ask for after the answer.
bool history::is_over(asking& a, const verdict& v) {
  const filter& f = filters_[a.of.filter];
  if (a.limit == 0U) return true;  // asked for live events alone
  if (a.is_probe) {
    if (a.came != 0) ask_for_unproven(a, a.oldest());
    return true;
  }
  if (!f.ids.empty() && a.came >= f.ids.size()) return true;
  if (!f.search.empty()) {
    // The best matches come first (NIP-50), so there are no pages.
    if (!v.is_complete && !a.of.left && a.is_full()) add_gap(since_of(a), until_of(a), gap_reason::relay_cap);
    return true;
  }
  if (a.is_doubtful) return is_decided(a);
  if (a.shared != 0 && !v.is_complete) {
    a.alone = true;
    a.cut_at = 0;
    return false;
  }
  if (a.of.left) {
    *a.of.left -= std::min(*a.of.left, a.news);
    if (a.of.left == 0U) {
      if (f.limit != 0U) floors_[a.of.filter] = std::min(a.oldest().value_or(until_of(a)), v.now);
      return true;
    }
  }
  if (a.news != 0) {
    if (v.is_of_one) own_cap_.note_cut(std::exchange(a.cut_at, 0));
    ask_for_unproven(a, a.oldest());
    if (v.is_complete) return true;
    note_end(a, v);
    a.advance();
    return false;
  }
  if (v.is_complete) return true;
  if (a.came == 0) return false;      // others may have used up the answer
  if (a.lowest.empty()) return true;  // nothing came but events of unknown dates: a gap tells of all
  // What does not come again was cut off, or the relay does not store it: an ephemeral event, or one that was replaced.
  if (a.lacks_known()) {
    if (a.retreat()) return false;
  } else if (!v.may_be_cut && !a.is_full() && 2 * a.came <= largest_) {
    return true;
  }
  return !v.brought_news && pass(a, v);
}

/// The answer held nothing but what had come before, and was perhaps cut off there. It goes on before its last second.
bool history::pass(asking& a, const verdict& v) {
  const bool is_cut = v.says_more || a.came >= (own_cap_.value() != 0 ? own_cap_.value() : least_cap) ||
                      (!v.is_of_one && whole_cap_.value() != 0 && v.came >= whole_cap_.value());
  if (v.is_of_one && a.of.until == a.oldest() && since_of(a) == a.of.until) {
    if (is_cut) add_gap(a.oldest(), until_of(a), gap_reason::relay_cap);
    if (is_cut || !a.of.proof_since || later(filters_[a.of.filter].since, *a.of.proof_since) >= *a.of.until)
      return true;
    a.become_probe();
    return false;
  }
  note_end(a, v);
  a.step_over();
  const bool is_over = *a.of.until < since_of(a).value_or(unix_seconds{});
  if (is_over || is_cut) ask_for_unproven(a, std::nullopt);
  return is_over;
}

/// A second that was stepped over may have more events than came of it. If an older event is known, it is asked for as well:
/// where that comes, there was room for all of the second.
void history::ask_for_unproven(asking& a, std::optional<unix_seconds> older) {
  if (!a.unproven) return;
  asking second;
  second.of = {
      .filter = a.of.filter, .kinds = a.of.kinds, .since = older ? older : a.unproven, .until = a.unproven, .left = {}};
  second.known = std::move(a.at_unproven);
  second.alone = true;
  second.is_doubtful = older.has_value();
  if (!older) second.of.proof_since = a.of.since.value_or(unix_seconds{});
  a.unproven.reset();
  if (older) {
    missing_.push_back(std::move(second));
  } else {
    put_back(std::move(second));
  }
}

/// An answer of the second `until` and something older, of which all that is older had come.
bool history::is_decided(asking& a) {
  if (a.came == 0 || *a.oldest() < *a.of.until) return true;
  if (a.news != 0) {
    a.advance();
    return false;
  }
  add_gap(*a.of.until, *a.of.until, gap_reason::relay_cap);
  return true;
}

/// Should the next answer bring news, this one was cut off there.
void history::note_end(asking& a, const verdict& v) const noexcept {
  a.cut_at = v.is_of_one && !a.is_full() ? a.came : 0;
  a.all_cut_at = v.is_full ? 0 : v.came;
}

/// How much the relay was seen to send at a time. Of the REQ that stays open that may include live events, so half of it
/// is relied on.
void history::note_size(const std::vector<asking>& asked) noexcept {
  std::uint32_t all = 0;
  for (const asking& a : asked) {
    const std::uint32_t own = a.came - std::min(a.came, a.shared + a.live);
    all += own;
    largest_ = std::max(largest_, own);
    if (a.of.until) own_cap_.note_page(own);
  }
  largest_answer_ = std::max(largest_answer_, all);
  if (!main_answer_) whole_cap_.note_page(all);
}

/// What a whole answer asked for need not be asked for separately.
void history::drop_what_is_complete(const std::vector<asking>& asked) {
  const auto has = [&](const asking& other, part kinds) {
    return std::any_of(asked.begin(), asked.end(), [&](const asking& a) {
      const auto since = since_of(a), wanted = since_of(other);
      return a.of.filter == other.of.filter && (a.of.kinds == part::whole || a.of.kinds == kinds) && !a.is_doubtful &&
             a.limit != 0U && until_of(other) <= until_of(a) && (!since || (wanted && *since <= *wanted));
    });
  };
  std::erase_if(missing_, [&](const asking& other) {
    if (other.is_proof() || other.unproven) return false;
    return has(other, other.of.kinds) || (has(other, part::other_kinds) && has(other, part::blurred_kinds));
  });
}

/// Nor what is newer than the oldest events of an answer, as it was in it. The very oldest may have been published
/// meanwhile, with an old date.
void history::drop_what_came(const asking& a) {
  if (a.is_proof() || a.live != 0 || a.shared != 0 || a.lowest.size() < 2) return;
  const unix_seconds from = a.lowest[std::max<std::size_t>(a.overlap(), 2) - 1].at + std::chrono::seconds(1);
  std::erase_if(missing_, [&](asking& other) {
    const bool is_of_it = a.of.filter == other.of.filter && (a.of.kinds == part::whole || a.of.kinds == other.of.kinds);
    if (is_of_it && other.is_probe) return *other.unproven >= from && *other.unproven <= until_of(a);
    // One with a limit counts what comes.
    if (!is_of_it || other.is_proof() || other.unproven || other.of.left || until_of(other) > until_of(a)) return false;
    const auto since = since_of(other);
    if (from <= unix_seconds{} || (since && *since >= from)) return true;
    if (until_of(other) >= from) other.end_at(from - std::chrono::seconds(1));
    return false;
  });
}

void history::answered(eose_hint hint, unix_seconds now) {
  last_hint_ = hint;
  std::vector<asking> asked = std::exchange(asked_, {});
  for (asking& a : asked) a.settle();
  note_size(asked);
  // An event that two filters want may have been counted once or twice.
  const bool is_shared = std::any_of(asked.begin(), asked.end(), [](const asking& a) { return a.shared != 0; });
  std::uint32_t came = 0;
  for (const asking& a : asked) came += is_shared ? 0 : a.came;
  // A relay that sends as many events as we asked for may have more.
  const bool is_full =
      std::any_of(asked.begin(), asked.end(), [](const asking& a) { return a.limit != 0U && a.is_full(); });
  const bool is_empty = std::all_of(asked.begin(), asked.end(), [](const asking& a) { return a.came == 0; });
  const verdict v{.is_complete = is_empty || (hint == eose_hint::finish && !is_full),
                  .brought_news = std::any_of(asked.begin(), asked.end(), [](const asking& a) { return a.news != 0; }),
                  .may_be_cut = 2 * came_ > largest_answer_,
                  .is_of_one = asked.size() == 1,
                  .is_full = is_full,
                  .came = came,
                  .says_more = hint == eose_hint::more,
                  .now = now};
  std::uint32_t cut_at = 0;
  for (const asking& a : asked) {
    if (a.news != 0) cut_at = std::max(cut_at, a.all_cut_at);
  }
  whole_cap_.note_cut(cut_at);
  if (v.is_complete) drop_what_is_complete(asked);
  for (const asking& each : asked) drop_what_came(each);
  for (asking& each : asked) {
    if (!is_over(each, v)) put_back(std::move(each));
  }
  if (!std::exchange(main_answer_, false)) return;
  if (lost_ && ever_answered_ && std::any_of(filters_.begin(), filters_.end(), may_have_ephemeral)) {
    add_gap(*lost_, now, gap_reason::ephemeral);
  }
  answered_now_ = ever_answered_ = true;
  lost_.reset();
  if (newest_ && *newest_ <= now) reached_ = later(reached_, *newest_);  // else the clock was set back meanwhile
}

}  // namespace uvnostr::session
