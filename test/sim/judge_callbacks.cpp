// SPDX-License-Identifier: MIT
// Checks each callback of the application against what has happened so far.
#include "sim/judge.hpp"

#include <algorithm>

namespace uvnostr::sim {

bool judge::called(const char* what) {
  if (over_) state_.fail(what, " after the end");
  if (in_call) state_.fail(what, " from inside a call of the application");
  return !state_.has_failed();
}

bool judge::called(const char* what, const watched_subscription& s) {
  if (s.close_told) state_.fail(what, " of subscription ", s.number, " after its on_close");
  if (s.silent) state_.fail(what, " of subscription ", s.number, ", whose handle was destroyed");
  return called(what);
}

bool judge::known(const char* what, relay_id id) {
  const watched_relay* const r = relay(static_cast<unsigned>(id));
  if (r == nullptr) state_.fail(what, " from relay ", static_cast<unsigned>(id), ", which does not exist");
  if (r != nullptr && r->removed) state_.fail(what, " from relay ", r->id, ", which was removed");
  return !state_.has_failed();
}

void judge::on_event(watched_subscription& s, relay_id from, const event_view& e) {
  if (!called("on_event", s) || !known("on_event", from)) return;
  if (s.over) return state_.fail("an event for subscription ", s.number, ", which is closed");
  const event_set& all = event_set::get();
  const std::size_t n = all.find(e.id().to_hex());
  if (n == event_set::npos || e.json() != all.events[n].real.json())
    return state_.fail("a false event was delivered: ", e.json());
  state_.log("   subscription ", s.number, " gets event ", n, " from relay ", static_cast<unsigned>(from));
  if (!any_matches(s.filters, all.events[n]))
    return state_.fail("subscription ", s.number, " got event ", n, ", which does not match");
  const watched_relay& r = *relay(static_cast<unsigned>(from));
  watched_subscription::at_relay& at = s.at[r.id];
  while (at.read < at.log.size() && !(at.log[at.read].event == n && at.log[at.read].genuine)) ++at.read;
  if (at.read == at.log.size())
    return state_.fail("subscription ", s.number, " got event ", n, " out of the order in which the relay sent it");
  const watched_subscription::frame& f = at.log[at.read++];
  if (s.had[n] && !(f.live && may_have_forgotten(s, n)))
    return state_.fail("subscription ", s.number, " got event ", n, " twice");
  if (s.before && s.before->done[n]) {
    // A relay that is sent it now sends it as a live one.
    if (f.asked && !f.live && !may_come_again(s, r, all.events[n]))
      return state_.fail("subscription ", s.number, " got event ", n, " again after a restart, though it was done");
    state_.saw(situation::repeated_after_restart);
  }
  if (s.paused) return state_.fail("subscription ", s.number, " is paused and got event ", n);
  s.had[n] = true;
  s.given.push_back(n);
  if (s.options.max_unacknowledged != 0 && s.given.size() - s.acknowledged > s.options.max_unacknowledged) {
    return state_.fail("subscription ", s.number, " got more events than it wants without acknowledging them");
  }
  ++deliveries_;
  if (f.live && r.current != nullptr && r.current->number == f.link)
    s.books[r.host].live_event_done(all.events[n].at, clock(r));
}

void judge::on_eose(watched_subscription& s, relay_id from) {
  if (!called("on_eose", s) || !known("on_eose", from)) return;
  state_.log("   subscription ", s.number, " gets EOSE from relay ", static_cast<unsigned>(from));
  if (s.over) return state_.fail("on_eose of subscription ", s.number, ", which is closed");
  const watched_relay& r = *relay(static_cast<unsigned>(from));
  if (std::exchange(s.at[r.id].eose_told, true)) return state_.fail("on_eose twice");
  delivery_book& book = s.books[r.host];
  if (!book.was_asked() || !book.last_open()->answered) return state_.fail("on_eose before that relay's EOSE");
  if (!book.was_told_first_answer()) book.first_answer_told(s.filters, network_.relays[r.host]->events);
}

void judge::on_all_eose(watched_subscription& s) {
  if (!called("on_all_eose", s)) return;
  state_.log("   subscription ", s.number, ": all EOSE");
  if (s.over) return state_.fail("on_all_eose of subscription ", s.number, ", which is closed");
  if (std::exchange(s.all_eose_told, true)) state_.fail("on_all_eose twice");
}

void judge::on_relay_closed(watched_subscription& s, const relay_closed& told) {
  if (!called("on_relay_closed", s)) return;
  const unsigned from = static_cast<unsigned>(told.relay);
  constexpr const char* names[] = {"after a pause", "on the next connection", "never"};
  state_.log("   subscription ", s.number, " is closed by relay ", from, " and asked again ",
             names[static_cast<int>(told.asked_again)], ", ", told.pause.count(), " ms");
  if (s.over) return state_.fail("on_relay_closed of subscription ", s.number, ", which is closed");
  watched_relay* const r = relay(from);
  if (r == nullptr || r->removed) return;
  watched_subscription::at_relay& at = s.at[from];
  at.closed_told = told.asked_again;
  if (std::exchange(at.asked_before_told, false)) {
    if (told.pause != 0ms) state_.fail("a pause is told of, though subscription ", s.number, " has asked again");
    return;
  }
  if (told.asked_again == relay_closed::again::never) state_.saw(situation::never_asked_again);
  if (told.asked_again != relay_closed::again::after_pause || r->current == nullptr) return;
  if (std::exchange(at.refused_on, r->current->number) != r->current->number) at.refusals = 0;
  const auto least = std::min<std::chrono::milliseconds>(4s * (1 << std::min(at.refusals++, 10U)), 240s);
  if (told.pause < least)
    state_.fail("subscription ", s.number, " is asked for again after ", told.pause.count(),
                " ms, though it was refused ", at.refusals, " times");
  at.may_ask_from = state_.now() + told.pause - 50ms;
}

void judge::on_close(watched_subscription& s, close_reason why) {
  if (!called("on_close", s)) return;
  state_.log("   subscription ", s.number, " is over");
  if (why == close_reason::all_eose && !(s.options.close_on_eose && s.all_eose_told))
    return state_.fail("a subscription was closed before all EOSE");
  if (why == close_reason::requested && !s.over) return state_.fail("a subscription was closed that nobody closed");
  if (why == close_reason::pool_closed && !closing_)
    return state_.fail("a subscription was closed with a pool that is open");
  if (!std::exchange(s.over, true)) s.over_step = state_.step;
  s.close_told = true;
}

void judge::on_receipt(watched_publish& p, const receipt& r) {
  if (!called("on_receipt")) return;
  const unsigned from = static_cast<unsigned>(r.relay);
  constexpr const char* names[] = {"accepted", "rejected", "timed out", "not sent"};
  state_.log("   event ", p.event, ": ", names[static_cast<int>(r.outcome)], " by relay ", from, ", cause ",
             r.cause.value());
  if (std::find(p.targets.begin(), p.targets.end(), from) == p.targets.end())
    return state_.fail("a receipt of a relay that was not asked");
  if (p.done) return state_.fail("a receipt after on_done");
  if (!p.receipts.emplace(from, r.outcome).second) return state_.fail("two receipts of one relay");
  watched_relay& at = *relay(from);
  const duration waited = state_.now() - p.made_at + 2ms;
  const auto [accepted, rejected] = at.oks[p.event];
  if (r.outcome == outcome::accepted && (accepted == 0 || r.cause))
    return state_.fail("a receipt says accepted, but the relay did not");
  if (r.outcome == outcome::rejected &&
      (rejected == 0 || (r.cause != errc::refused && r.cause != errc::auth_required))) {
    return state_.fail("a receipt says rejected, but the relay did not");
  }
  if (r.outcome != outcome::timed_out && r.outcome != outcome::not_sent) return;
  if (r.cause == errc::ok_timeout) {
    if (waited < p.options.ok_timeout) state_.fail("ok_timeout too early");
  } else if (r.cause == errc::send_timeout) {
    if (p.options.send_timeout.count() == 0 || waited < p.options.send_timeout) state_.fail("send_timeout too early");
  } else if (r.cause == errc::connection_lost || r.cause == errc::closed_by_relay) {
    if (losses_since(at, p.made_at) < 2) state_.fail("blamed for a connection that was not lost twice");
  } else if (r.cause == errc::relay_removed) {
    if (!at.removed) state_.fail("relay_removed, but it was not");
  } else if (r.cause == errc::closed) {
    if (!closing_) state_.fail("closed, but the pool is open");
  } else if (r.cause == errc::retries_exhausted) {
    if (at.options.reconnect.max_retries == 0) state_.fail("retries_exhausted of a relay that is tried for ever");
  } else if (r.cause == errc::closed_by_relay || r.cause == errc::connection_lost) {
    // As far as anybody can tell, it ended the connection over this event.
  } else if (r.cause != errc::queue_full) {
    state_.fail("a receipt with an odd cause: ", r.cause.message());
  }
}

void judge::on_done(watched_publish& p, std::size_t accepted, std::size_t asked) {
  if (!called("on_done")) return;
  if (std::exchange(p.done, true)) return state_.fail("on_done twice");
  if (asked != p.targets.size() || p.receipts.size() != asked) return state_.fail("on_done before all receipts");
  const auto yes = std::count_if(p.receipts.begin(), p.receipts.end(),
                                 [](const auto& each) { return each.second == outcome::accepted; });
  if (accepted != static_cast<std::size_t>(yes)) state_.fail("on_done counts ", accepted, " instead of ", yes);
}

void judge::on_pool_event(relay_id from, const event_view& e) {
  // The subscription's own callback may just have removed the relay.
  if (!called("the pool's on_event") || relay(static_cast<unsigned>(from)) == nullptr) return;
  const std::size_t n = event_set::get().find(e.id().to_hex());
  if (n == event_set::npos || e.json() != event_set::get().events[n].real.json())
    return state_.fail("a false event was given to the pool");
  if (pool_had_[n]++ != 0 && !may_forget()) state_.fail("the pool got event ", n, " twice");
}

void judge::on_pool_eose(relay_id, subscription_id) { called("the pool's on_eose"); }

void judge::on_notice(relay_id from) {
  if (called("on_notice")) known("on_notice", from);
}

void judge::on_relay_state(const relay_status& now) {
  if (!called("on_relay_state")) return;
  watched_relay* const r = relay(static_cast<unsigned>(now.relay));
  constexpr const char* names[] = {"connecting", "connected", "waiting", "closing", "stopped"};
  state_.log("   relay ", static_cast<unsigned>(now.relay), " is ", names[static_cast<int>(now.state)],
             now.text.empty() ? "" : ": ", now.text);
  if (r == nullptr) return state_.fail("the state of a relay that does not exist");
  if (r->removed && r->stop_told) return state_.fail("the state of relay ", r->id, " after it was removed and stopped");
  if (now.state == relay_state::stopped && !r->removed && !closing_) {
    state_.saw(situation::stopped_for_good);
    if (!now.cause) state_.fail("a relay stopped without a cause");
    if (r->options.reconnect.max_retries == 0)
      state_.fail("relay ", r->id, " gave up, though it was to be tried for ever");
  }
  if (now.state == relay_state::waiting && !now.next_attempt) state_.fail("waiting without end");
  r->stop_told = now.state == relay_state::stopped;
}

void judge::on_pool_close() {
  if (!called("the pool's on_close")) return;
  state_.log("   the pool is closed");
  if (!closing_) state_.fail("on_close of a pool that nobody closed");
  for (const auto& p : publishes) {
    if (!p->done) state_.fail("the pool closed before the receipts of event ", p->event);
  }
  for (const auto& s : subscriptions) {
    if (!s->close_told && !s->silent) state_.fail("the pool closed before on_close of subscription ", s->number);
  }
  over_ = true;
}

}  // namespace uvnostr::sim
