// SPDX-License-Identifier: MIT
#include "sim/judge.hpp"

#include <algorithm>

namespace uvnostr::sim {

namespace {

bool has_limit(const std::vector<filter_model>& filters) {
  return std::any_of(filters.begin(), filters.end(), [](const filter_model& f) { return f.limit.value_or(0) != 0; });
}

constexpr std::size_t largest_message = 4000;  // including the cost of keeping it
}  // namespace

bool watched_subscription::is_for(unsigned relay) const {
  return named.empty() || std::find(named.begin(), named.end(), relay) != named.end();
}

std::size_t watched_subscription::done_count() const {
  if (options.max_unacknowledged != 0) return acknowledged;
  return given.size() - (in_on_event ? 1 : 0);
}

watched_relay* judge::relay(unsigned id) { return id == 0 || id > relays.size() ? nullptr : relays[id - 1].get(); }

watched_relay* judge::relay_at(unsigned host) {
  const auto found = std::find_if(relays.begin(), relays.end(),
                                  [&](const auto& each) { return each->host == host && !each->removed; });
  return found == relays.end() ? nullptr : found->get();
}

std::vector<watched_relay*> judge::present() {
  std::vector<watched_relay*> all;
  for (const auto& each : relays) {
    if (!each->removed) all.push_back(each.get());
  }
  return all;
}

watched_subscription* judge::subscription_number(unsigned n) {
  const auto found =
      std::find_if(subscriptions.begin(), subscriptions.end(), [&](const auto& each) { return each->number == n; });
  return found == subscriptions.end() ? nullptr : found->get();
}

unix_seconds judge::clock(const watched_relay& r) const {
  return r.knows_clock ? std::min(state_.our_date(), network_.relays[r.host]->date()) : state_.our_date();
}

// Actions of the application.

void judge::relay_added(unsigned id, unsigned host, relay_options options) {
  if (id != relays.size() + 1) return state_.fail("relay_id ", id, " is not a new one");
  relays.push_back(std::make_unique<watched_relay>(id, host, std::move(options)));
  must_be_dialled_by(*relays.back(), state_.now() + 1s);
  for (const auto& s : subscriptions) s->was_asked = s->was_asked || (!s->over && s->named.empty());
}

void judge::relay_removed(unsigned id) {
  watched_relay& r = *relay(id);
  r.removed = true;
  // Events that it had sent but that were not delivered are asked for, by their dates, when it is added again.
  for (const auto& s : subscriptions) {
    for (const std::size_t each : std::exchange(s->books[r.host].received, {})) {
      if (!s->had[each]) s->asked_again.insert(event_set::get().events[each].at);
    }
  }
}

void judge::reconnect_asked(unsigned id) {
  watched_relay& r = *relay(id);
  if (r.up != 0) return;
  r.earliest = {};
  r.stop_told = false;
  r.backoff.asked();
  must_be_dialled_by(r, state_.now() + 4s);
}

watched_subscription& judge::subscribed(unsigned number, std::vector<filter_model> filters,
                                        const subscribe_options& options, std::vector<unsigned> named,
                                        std::optional<saved_cursor> before) {
  auto made = std::make_unique<watched_subscription>();
  made->number = number;
  made->filters = std::move(filters);
  made->options = options;
  made->named = std::move(named);
  made->had.resize(event_set::get().events.size());
  made->was_asked = !made->named.empty() || !present().empty();
  if (before) {
    made->asked_again = before->asked_again;
    for (const auto& [host, book] : before->books) {
      delivery_book& goes_on = made->books.emplace(host, book.snapshot()).first->second;
      const std::set<std::size_t> received = goes_on.received;
      for (const std::size_t each : received) {
        if (before->done[each]) continue;
        // A complete answer decides what a limit lets through.
        const bool was_due = book.was_told_first_answer() || !has_limit(made->filters) || before->given[each];
        const auto& stored = network_.relays[host]->events;
        const bool is_stored =
            std::any_of(stored.begin(), stored.end(), [each](const sim_relay::stored& e) { return e.event == each; });
        if (was_due && is_stored) {
          goes_on.owed.insert(each);
        } else {
          goes_on.received.erase(each);  // it is not due, or cannot be had again
        }
      }
    }
  }
  made->before = std::move(before);
  subscriptions.push_back(std::move(made));
  return *subscriptions.back();
}

saved_cursor judge::saved(const watched_subscription& s, std::string text) {
  saved_cursor now{.text = std::move(text), .done = s.before ? s.before->done : std::vector<bool>(s.had.size())};
  now.had_forgotten = may_forget() || (s.before && s.before->had_forgotten);
  now.asked_again = s.asked_again;
  if (s.before) now.undone = s.before->undone;  // some of these may not have come again yet
  now.given.resize(s.had.size());
  for (std::size_t i = 0; i < s.given.size(); ++i) {
    now.given[s.given[i]] = true;
    if (i < s.done_count()) {
      now.done[s.given[i]] = true;
      continue;
    }
    now.add_undone(event_set::get().events[s.given[i]].at);
  }
  // Events that were received but wait for delivery are not done either.
  for (const auto& [host, book] : s.books) {
    for (const std::size_t each : book.received) {
      if (!s.had[each]) now.add_undone(event_set::get().events[each].at);
    }
  }
  for (const auto& [host, book] : s.books) now.books.emplace(host, book.snapshot());
  return now;
}

void judge::asked_again(watched_subscription& s, unsigned relay_id, bool answer) {
  watched_subscription::at_relay& at = s.at[relay_id];
  const watched_relay* const r = relay(relay_id);
  const auto open = r->current == nullptr ? nullptr : r->current->open_requests[s.number];
  // That a relay refused is told at the end of a turn of the loop.
  if (answer && !at.closed_told && !(open && open->closed))
    state_.fail("ask_again() says that relay ", relay_id, " had refused subscription ", s.number);
  if (!answer) return;
  at.asked_before_told = !at.closed_told;
  at.closed_told = relay_closed::again::after_pause;
  at.may_ask_from = {};
  at.refusals = 0;
}

void judge::clock_was_set() {
  for (const auto& s : subscriptions) {
    for (auto& [host, book] : s->books) {
      if (const watched_relay* const r = relay_at(host)) book.clock_is(clock(*r));
    }
  }
}

void judge::unsubscribed(watched_subscription& s, bool silently) {
  if (!std::exchange(s.over, true)) s.over_step = state_.step;
  s.silent = s.silent || silently;
}

void judge::closing() {
  closing_ = true;
  for (const auto& s : subscriptions) {
    if (!std::exchange(s->over, true)) s->over_step = state_.step;
  }
}

// Events on the network.

unsigned judge::on_dial(unsigned host) {
  watched_relay* const r = relay_at(host);
  if (r == nullptr) return 0;
  if (closing_ || over_) state_.fail("a dial after the end");
  if (r->up != 0) state_.fail("a second connection to relay ", r->id);
  if (state_.now() < r->earliest)
    state_.fail("relay ", r->id, " was dialled ", (r->earliest - state_.now()).count() / 1000, " ms too early");
  ++dialling_;
  ++r->dials;
  r->up = 1;
  r->dialled_at = state_.now();
  // Relays of three kinds have their own places, and a silent one gives up its place.
  const auto fresh = std::count_if(relays.begin(), relays.end(), [&](const auto& each) {
    return each->up != 0 && each->dialled_at + 100ms > state_.now() && each->current == nullptr;
  });
  if (static_cast<std::size_t>(fresh) > 3 * options_.max_dials) state_.fail("more than max_dials at a time");
  return r->id;
}

void judge::on_dial_failed(unsigned id) {
  watched_relay& r = *relay(id);
  --dialling_;
  r.backoff.was_sent_away(false);
  r.backoff.attempt_failed();
  attempt_over(r, std::nullopt);
}

void judge::on_link_opened(link& l) {
  --dialling_;
  watched_relay* const r = relay(l.relay_number);
  if (r == nullptr) return;
  r->current = &l;
  r->knows_clock = r->knows_clock || l.peer_date().has_value();
}

void judge::on_link_ended(link& l) {
  watched_relay* const r = relay(l.relay_number);
  const bool was_open = l.opened_at != port::time_point{};
  if (!was_open) --dialling_;
  if (r == nullptr) return;
  if (r->current == &l) r->current = nullptr;
  r->backoff.was_sent_away(l.sent_away);
  if (was_open) {
    r->lost_at.push_back(state_.now());
    r->backoff.lost_after(state_.now() - l.opened_at);
  } else {
    r->backoff.attempt_failed();
  }
  attempt_over(*r, l.retry_after);
}

void judge::attempt_over(watched_relay& r, std::optional<std::chrono::seconds> retry_after) {
  r.up = 0;
  r.earliest = state_.now() + r.backoff.shortest(retry_after);
  // If nothing can be reached, there are pauses of up to three seconds between dials.
  must_be_dialled_by(r, state_.now() + r.backoff.longest(retry_after) + 4s);
}

unsigned judge::losses_since(const watched_relay& r, port::time_point when) const {
  return static_cast<unsigned>(
      std::count_if(r.lost_at.begin(), r.lost_at.end(), [=](const port::time_point& each) { return each >= when; }));
}

/// A relay that is not dialled when it is due will never be: the usual form of reconnect bugs.
void judge::must_be_dialled_by(watched_relay& r, port::time_point at) {
  state_.after(at - state_.now(), [this, &r, dials = r.dials] {
    if (r.dials != dials || r.removed || closing_ || over_ || r.backoff.may_be_exhausted()) return;
    if (dialling_ < options_.max_dials) {
      state_.fail("relay ", r.id, " is not dialled again");
    } else {
      must_be_dialled_by(r, state_.now() + 1s);
    }
  });
}

void judge::on_frame_given(link& l, const down_frame& f) {
  watched_relay& r = *relay(l.relay_number);
  ++r.frames;
  ++frames_;
  if (f.kind == down_frame::what::ok && f.event != event_set::npos)
    ++(f.accepted ? r.oks[f.event].first : r.oks[f.event].second);
  if (!f.to) return;
  watched_subscription* const s = subscription_number(f.to->subscription);
  if (s != nullptr && !s->over) {
    // What comes after a CLOSE is not given.
    if (f.kind == down_frame::what::event && !f.to->withdrawn)
      s->at[r.id].log.push_back({f.event, f.genuine, f.to->answered && !f.to->is_page,
                                 any_matches(f.to->filters, event_set::get().events[f.event]), l.number});
    if (f.kind != down_frame::what::event || any_matches(s->filters, event_set::get().events[f.event]))
      s->books[r.host].given(f, clock(r));
  }
  if (f.kind == down_frame::what::eose) {
    f.to->answered = !f.to->withdrawn;
    f.to->answered_at = state_.now();
  }
  if (f.kind == down_frame::what::eose && f.to->lies) state_.saw(situation::lied_of_finish);
  if (f.kind == down_frame::what::closed) f.to->closed = true;
}

void judge::on_request_sent(link& l, const std::shared_ptr<asked_request>& asked) {
  watched_subscription* const s = subscription_number(asked->subscription);
  if (s == nullptr) return state_.fail("a REQ that nobody asked for");
  if (s->over && s->over_step < state_.step)
    state_.fail("a REQ for subscription ", s->number, " was sent after its end");
  if (!s->is_for(l.relay_number)) state_.fail("a REQ for subscription ", s->number, " went to relay ", l.relay_number);
  if (asked->filters.front().since && !s->filters.front().since) state_.saw(situation::resumed);
  std::shared_ptr<asked_request>& open = l.open_requests[s->number];
  // The REQ that stays open is sent again only after the application was told of its end, or after AUTH, or because it
  // came too soon. At a relay that allows few open REQs, subscriptions take turns, and a withdrawn REQ is sent again.
  const bool ended =
      open && open->closed && (open->wants_auth || open->comes_too_soon || s->at[l.relay_number].closed_told);
  asked->is_page = open && !open->withdrawn && !ended;
  if (asked->is_page) {
    state_.saw(situation::paged);
    if (!open->answered)
      state_.fail("subscription ", s->number, " was asked for twice on connection ", l.number, ", ",
                  asked->filters.front().to_filter().to_json());
  } else {
    check_pause(*s, l, *asked);
    open = asked;
  }
  s->books[relay(l.relay_number)->host].sent(asked);
}

void judge::on_request_come(link& l, const std::shared_ptr<asked_request>& asked) {
  const watched_relay& r = *relay(l.relay_number);
  watched_subscription* const s = subscription_number(asked->subscription);
  if (s != nullptr && !asked->is_page) s->books[r.host].come(asked, clock(r));
}

/// After a refusal, the REQ is sent again at the time of which the application was told, and not before.
void judge::check_pause(watched_subscription& s, link& l, const asked_request& asked) {
  watched_subscription::at_relay& at = s.at[l.relay_number];
  const std::optional<relay_closed::again> told = std::exchange(at.closed_told, std::nullopt);
  if (!told) return;
  const bool same = at.refused_on == l.number;
  if (*told == relay_closed::again::never) state_.fail("subscription ", s.number, " was to be asked for never again");
  if (*told == relay_closed::again::on_next_connection && same)
    state_.fail("subscription ", s.number, " was to be asked for on the next connection");
  if (*told == relay_closed::again::after_pause && same && asked.sent_at < at.may_ask_from)
    state_.fail("subscription ", s.number, " was asked for before the pause was over");
}

// Checks of the state.

void judge::check_counters(const pool_stats& stats) {
  if (stats.messages.sum() != stats.messages_in)
    state_.fail("the pool received ", stats.messages_in, " messages and counted ", stats.messages.sum());
  for (const relay_stats& each : stats.relays) {
    const watched_relay& r = *relay(static_cast<unsigned>(each.relay));
    if (each.messages.sum() != each.messages_in)
      state_.fail("relay ", r.id, " sent ", each.messages_in, " messages, counted were ", each.messages.sum());
    if (each.messages_in != r.frames)
      state_.fail("relay ", r.id, " sent ", r.frames, " messages, received were ", each.messages_in);
    if (each.unverified_bytes > r.options.max_unverified_bytes + largest_message)
      state_.fail(each.unverified_bytes, " bytes are pending instead of ", r.options.max_unverified_bytes);
    if (each.publish_bytes > r.options.max_publish_bytes) state_.fail(each.publish_bytes, " bytes are queued");
  }
  if (stats.seen_entries > options_.seen_entries) state_.fail(stats.seen_entries, " entries in the cache");
}

void judge::check_at_rest(const pool_stats& stats) {
  if (stats.messages_in != frames_) state_.fail(frames_, " messages were sent, the pool counted ", stats.messages_in);
  if (stats.messages.unverified != 0) state_.fail(stats.messages.unverified, " messages are pending for ever");
  if (stats.messages.delivered != deliveries_)
    state_.fail(deliveries_, " events were delivered, the pool counted ", stats.messages.delivered);
  for (const relay_stats& each : stats.relays) {
    if (each.state != relay_state::connected) state_.fail(each.url, " is not connected though it is healthy");
    if (each.unverified_bytes != 0 || each.publish_bytes != 0 || each.reading_paused)
      state_.fail(each.url, " has bytes that are left over");
  }
  for (const auto& p : publishes) {
    if (!p->done) state_.fail("the publish of event ", p->event, " was never answered");
  }
  for (const auto& s : subscriptions) check_subscription_at_rest(*s);
}

void judge::check_subscription_at_rest(watched_subscription& s) {
  if (s.over) {
    if (!s.close_told && !s.silent && !s.detached) state_.fail("subscription ", s.number, " ended without on_close");
    return;
  }
  if (s.was_asked && !s.all_eose_told) state_.fail("subscription ", s.number, " was never told of all EOSE");
  if (s.was_asked && s.options.close_on_eose) state_.fail("subscription ", s.number, " did not close on EOSE");
  for (const watched_relay* const r : present()) {
    if (!s.is_for(r->id) || r->current == nullptr) continue;
    if (s.detached && s.at[r->id].closed_told == relay_closed::again::never) continue;  // no handle can ask again
    if (!s.at[r->id].eose_told) state_.fail("subscription ", s.number, " was never told of the EOSE of relay ", r->id);
    if (s.books[r->host].caught_up_on != r->current->number) {
      state_.fail("subscription ", s.number, " was not told that it caught up at relay ", r->id, " on connection ",
                  r->current->number);
    }
    check_nothing_lost(s, *r, at_rest);
  }
}

void judge::check_publish_arrived(const watched_publish& p) {
  for (const unsigned each : p.targets) {
    const auto found = p.receipts.find(each);
    if (found == p.receipts.end() || found->second != outcome::accepted)
      state_.fail("event ", p.event, " was published to relay ", each, ", which was well, and not accepted");
  }
}

}  // namespace uvnostr::sim
