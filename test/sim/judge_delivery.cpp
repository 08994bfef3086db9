// SPDX-License-Identifier: MIT
// Checks that everything was delivered, each event once, and that every reported gap is one.
#include "sim/judge.hpp"

#include <algorithm>

namespace uvnostr::sim {

/// Whether a restarted program may get the event again, because its cursor does not cover it: the event was not done,
/// or lies within the overlap, or the relay's past was not finished, or it is asked for by its id, whatever its date.
bool judge::may_come_again(const watched_subscription& s, const watched_relay& r, const known_event& e) const {
  const saved_cursor& from = *s.before;
  if (std::any_of(s.filters.begin(), s.filters.end(),
                  [&](const filter_model& f) { return !f.ids.empty() && f.matches(e); }))
    return true;
  if (s.asked_again.contains(e.at)) return true;
  if (from.undone && e.at >= from.undone->first && e.at <= from.undone->second) return true;
  const auto book = from.books.find(r.host);
  return book == from.books.end() || book->second.may_repeat(e.at, overlap_for(e.kind, s.options.resume_overlap));
}

/// Whether more events came after this one than a fair share of the memory holds. A stored event is then reported as a
/// gap instead of being delivered again. But an event that the relay has only just received may be new.
bool judge::may_have_forgotten(const watched_subscription& s, std::size_t event) const {
  const auto since = s.given.end() - std::find(s.given.begin(), s.given.end(), event);
  return static_cast<std::size_t>(since) * 2 * subscriptions.size() >= options_.seen_entries;
}

void judge::on_caught_up(watched_subscription& s, relay_id from, std::span<const gap> gaps) {
  if (!called("on_caught_up", s) || !known("on_caught_up", from)) return;
  state_.log("   subscription ", s.number, " caught up at relay ", static_cast<unsigned>(from), " with ", gaps.size(),
             " gaps");
  if (s.over) return state_.fail("on_caught_up of subscription ", s.number, ", which is closed");
  watched_relay& r = *relay(static_cast<unsigned>(from));
  delivery_book& book = s.books[r.host];
  if (!s.at[r.id].eose_told) return state_.fail("on_caught_up before on_eose");
  if (r.current == nullptr || !r.current->open_requests.contains(s.number))
    return state_.fail("on_caught_up without a REQ on this connection");
  book.caught_up_on = r.current->number;
  // Once for each REQ that stays open, and after pages that were asked for later. At a relay that allows few REQs,
  // subscriptions take turns.
  const bool has_asked = std::exchange(book.asked_when_told, book.requests().size()) != book.requests().size();
  if (std::exchange(book.caught_up_by, book.last_open()->order) == book.last_open()->order && !has_asked)
    return state_.fail("on_caught_up twice on one connection");
  if (!book.last_open()->answered) return state_.fail("on_caught_up before that relay's EOSE");
  if (!book.was_lied_to()) {
    for (const gap& each : gaps) check_gap(s, r, each);
  }
  book.caught_up(gaps, clock(r));
  if (book.missed_ephemeral(s.filters, s.options.resume_overlap, network_.relays[r.host]->passed_on)) {
    return state_.fail("LOST: subscription ", s.number, " missed ephemeral events at relay ", r.id,
                       ", and was told of no gap");
  }
  check_nothing_lost(s, r, book.last_open()->order);
}

/// `stored_before`: events that the relay got later may still be on their way.
void judge::check_nothing_lost(watched_subscription& s, const watched_relay& r, std::uint64_t stored_before) {
  const delivery_book& book = s.books[r.host];
  if (book.was_lied_to()) return;
  for (const std::size_t n : book.received) {
    if (stored_before == at_rest && !s.has(n) && !book.is_in_told_gap(event_set::get().events[n].at)) {
      return state_.fail("LOST: subscription ", s.number, " never got event ", n, ", which relay ", r.id, " (r", r.host,
                         ") sent");
    }
  }
  for (const sim_relay::stored& e : network_.relays[r.host]->events) {
    const known_event& event = event_set::get().events[e.event];
    if (e.order > stored_before || s.has(e.event) || !any_matches(s.filters, event)) continue;
    if (book.is_in_told_gap(event.at)) continue;
    if (is_hidden_by_unknown_cap(s, r, event)) continue;
    if (book.is_due(s.filters, s.options.resume_overlap, e)) {
      return state_.fail("LOST: subscription ", s.number, " never got event ", e.event, ", which relay ", r.id, " (r",
                         r.host, ") stores");
    }
    state_.saw(situation::import_not_due);
  }
}

/// A relay that gives fewer than a hundred events at a time may hide some events of a full second, unless it has shown
/// its cap: an answer was cut off, and older events followed. See docs/reconnect.md.
bool judge::is_hidden_by_unknown_cap(const watched_subscription& s, const watched_relay& r,
                                     const known_event& e) const {
  const sim_relay& at = *network_.relays[r.host];
  if (at.traits.cap == 0 || at.traits.cap >= 100) return false;
  const std::vector<known_event>& all = event_set::get().events;
  const auto wanted = [&](const sim_relay::stored& each) { return any_matches(s.filters, all[each.event]); };
  const auto in_second = std::count_if(at.events.begin(), at.events.end(), [&](const sim_relay::stored& each) {
    return all[each.event].at == e.at && wanted(each);
  });
  if (static_cast<unsigned>(in_second) < at.traits.cap) return false;
  return std::none_of(at.events.begin(), at.events.end(), [&](const sim_relay::stored& each) {
    return all[each.event].at < e.at && wanted(each) && s.has(each.event);
  });
}

bool judge::is_missing_in(const watched_subscription& s, const watched_relay& r, const gap& g) const {
  const std::vector<known_event>& all = event_set::get().events;
  return std::any_of(network_.relays[r.host]->events.begin(), network_.relays[r.host]->events.end(),
                     [&](const sim_relay::stored& e) {
                       return all[e.event].at >= g.from && all[e.event].at <= g.to && !s.has(e.event) &&
                              any_matches(s.filters, all[e.event]);
                     });
}

/// Whether a second of the gap has as many events as the relay's largest answer.
bool judge::has_full_second(const watched_subscription& s, const watched_relay& r, const gap& g) const {
  const sim_relay& at = *network_.relays[r.host];
  if (at.traits.cap == 0) return false;
  std::map<unix_seconds, unsigned> count;
  for (const sim_relay::stored& e : at.events) {
    const known_event& event = event_set::get().events[e.event];
    if (event.at >= g.from && event.at <= g.to && any_matches(s.filters, event)) ++count[event.at];
  }
  return std::any_of(count.begin(), count.end(), [&](const auto& each) { return each.second >= at.traits.cap; });
}

/// Whether a page was refused or not answered on this connection, and no other answer covered these dates.
bool judge::was_not_answered(const watched_subscription& s, const watched_relay& r, const gap& g) const {
  const auto& book = s.books.at(r.host);
  std::vector<std::shared_ptr<asked_request>> here;
  for (const auto& each : book.requests()) {
    if (each->sent_at >= book.last_open()->sent_at) here.push_back(each);
  }
  // The core may have given up a page although its CLOSE could not leave yet.
  const auto in_time = [&](const std::shared_ptr<asked_request>& each) {
    return each->answered && each->answered_at - each->sent_at < s.options.eose_timeout;
  };
  const auto failed = [&](const std::shared_ptr<asked_request>& each) {
    return each->is_page && !in_time(each) && (each->closed || state_.now() - each->sent_at >= s.options.eose_timeout);
  };
  if (std::none_of(here.begin(), here.end(), failed)) return false;
  // Events that match the subscription, dated at the ends of the gap.
  for (const filter_model& f : s.filters) {
    filter_model at_any_date = f;
    at_any_date.since = at_any_date.until = std::nullopt;
    bool is_of_none = true;  // of all events that there are
    for (known_event e : event_set::get().events) {
      if (!at_any_date.matches(e)) continue;
      is_of_none = false;
      for (const unix_seconds at : {g.from, g.to}) {
        e.at = at;
        const auto wanting =
            std::count_if(s.filters.begin(), s.filters.end(), [&](const filter_model& w) { return w.matches(e); });
        if (wanting == 0) continue;
        if (wanting > 1) return true;  // each of them asks for it
        if (std::none_of(here.begin(), here.end(),
                         [&](const auto& each) { return in_time(each) && each->shows_all_of(e); }))
          return true;
      }
    }
    // For all that the client knows, the relay has some.
    const auto in_seconds = [](unix_seconds at) { return at.time_since_epoch().count(); };
    const bool wants_these = (!f.since || *f.since <= in_seconds(g.to)) && (!f.until || *f.until >= in_seconds(g.from));
    if (is_of_none && wants_these &&
        std::none_of(here.begin(), here.end(), [&](const auto& each) { return in_time(each) && each->dates.empty(); }))
      return true;
  }
  return false;
}

/// A gap is justified if something is missing, or if the relay did not say that nothing is.
void judge::check_gap(const watched_subscription& s, const watched_relay& r, const gap& g) {
  const auto seconds = [](unix_seconds t) { return t.time_since_epoch().count(); };
  state_.log("      a gap from ", seconds(g.from), " to ", seconds(g.to), ": ", to_string(g.reason));
  const auto is_no_gap = [&] {
    state_.fail("subscription ", s.number, " was told of a gap at relay ", r.id, " from ", seconds(g.from), " to ",
                seconds(g.to), " which is none: ", to_string(g.reason));
  };
  if (g.from > g.to) return is_no_gap();
  switch (g.reason) {
    case gap_reason::relay_cap:
      state_.saw(situation::gap_of_cap);
      if (!is_missing_in(s, r, g) && !has_full_second(s, r, g)) is_no_gap();
      break;
    case gap_reason::refused:
    case gap_reason::no_answer:
      state_.saw(g.reason == gap_reason::refused ? situation::gap_of_refusal : situation::gap_of_silence);
      if (!was_not_answered(s, r, g)) is_no_gap();
      break;
    case gap_reason::ephemeral: {
      state_.saw(situation::gap_of_ephemeral);
      const auto may_have = [](const filter_model& w) {
        return w.kinds.empty() || std::find(w.kinds.begin(), w.kinds.end(), 20'001) != w.kinds.end();
      };
      if (std::none_of(s.filters.begin(), s.filters.end(), may_have)) is_no_gap();
      break;
    }
    case gap_reason::too_big: is_no_gap(); break;  // no event is
    case gap_reason::memory:
      state_.saw(situation::gap_of_memory);
      if (!may_forget() && !(s.before && s.before->had_forgotten)) is_no_gap();
  }
}

}  // namespace uvnostr::sim
