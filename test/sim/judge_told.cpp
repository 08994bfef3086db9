// SPDX-License-Identifier: MIT
// What the application is told: each call against what had happened until then.
#include "sim/judge.hpp"

#include <algorithm>

namespace uvnostr::sim {

bool judge::called(const char* what) {
  if (over_) scene_.broken(what, " after the end");
  if (in_call) scene_.broken(what, " from inside a call of the application");
  return !scene_.is_broken();
}

bool judge::called(const char* what, const watched_subscription& s) {
  if (s.close_told) scene_.broken(what, " of subscription ", s.number, " after its on_close");
  if (s.silent) scene_.broken(what, " of subscription ", s.number, ", whose handle was destroyed");
  return called(what);
}

bool judge::known(const char* what, relay_id id) {
  const watched_relay* const r = relay(static_cast<unsigned>(id));
  if (r == nullptr) scene_.broken(what, " from relay ", static_cast<unsigned>(id), ", which does not exist");
  if (r != nullptr && r->removed) scene_.broken(what, " from relay ", r->id, ", which was removed");
  return !scene_.is_broken();
}

void judge::on_event(watched_subscription& s, relay_id from, const event_view& e) {
  if (!called("on_event", s) || !known("on_event", from)) return;
  if (s.over) return scene_.broken("an event for subscription ", s.number, ", which is closed");
  const stock& all = stock::get();
  const std::size_t n = all.find(e.id().to_hex());
  if (n == stock::npos || e.json() != all.events[n].real.json()) return scene_.broken("a false event was delivered: ", e.json());
  scene_.say("   subscription ", s.number, " gets event ", n, " from relay ", static_cast<unsigned>(from));
  if (!any_matches(s.wishes, all.events[n])) return scene_.broken("subscription ", s.number, " got event ", n, ", which does not match");
  if (s.had[n]) {
    if (!may_forget()) return scene_.broken("subscription ", s.number, " got event ", n, " twice");
    scene_.met(trouble::repeat_allowed);
  }
  s.had[n] = true;
  ++deliveries_;
  watched_subscription::stand& at = s.at[static_cast<unsigned>(from)];
  while (at.read < at.log.size() && !(at.log[at.read].event == n && at.log[at.read].genuine)) ++at.read;
  if (at.read == at.log.size()) return scene_.broken("subscription ", s.number, " got event ", n, " out of the order in which the relay sent it");
  ++at.read;
}

void judge::on_eose(watched_subscription& s, relay_id from) {
  if (!called("on_eose", s) || !known("on_eose", from)) return;
  scene_.say("   subscription ", s.number, " gets EOSE from relay ", static_cast<unsigned>(from));
  if (s.over) return scene_.broken("on_eose of subscription ", s.number, ", which is closed");
  watched_subscription::stand& at = s.at[static_cast<unsigned>(from)];
  if (std::exchange(at.eose_told, true)) return scene_.broken("on_eose twice");
  while (at.read < at.log.size() && at.log[at.read].event != stock::npos) ++at.read;
  if (at.read == at.log.size()) return scene_.broken("on_eose before that relay's EOSE");
  at.answered_at = at.log[at.read].asked_at;
  for (std::size_t i = 0; i < at.read; ++i) {
    const auto& f = at.log[i];
    if (f.genuine && any_matches(s.wishes, stock::get().events[f.event]) && !s.had[f.event]) {
      return scene_.broken("on_eose of subscription ", s.number, " before event ", f.event, ", which was sent before it");
    }
  }
}

void judge::on_all_eose(watched_subscription& s) {
  if (!called("on_all_eose", s)) return;
  scene_.say("   subscription ", s.number, ": all EOSE");
  if (s.over) return scene_.broken("on_all_eose of subscription ", s.number, ", which is closed");
  if (std::exchange(s.all_eose_told, true)) scene_.broken("on_all_eose twice");
}

void judge::on_relay_closed(watched_subscription& s, relay_id) {
  if (called("on_relay_closed", s) && s.over) scene_.broken("on_relay_closed of subscription ", s.number, ", which is closed");
}

void judge::on_close(watched_subscription& s, close_reason why) {
  if (!called("on_close", s)) return;
  scene_.say("   subscription ", s.number, " is over");
  if (why == close_reason::all_eose && !(s.options.close_on_eose && s.all_eose_told)) return scene_.broken("a subscription was closed before all EOSE");
  if (why == close_reason::requested && !s.over) return scene_.broken("a subscription was closed that nobody closed");
  if (why == close_reason::pool_closed && !closing_) return scene_.broken("a subscription was closed with a pool that is open");
  if (!std::exchange(s.over, true)) s.over_step = scene_.step;
  s.close_told = true;
}

void judge::on_receipt(watched_publish& p, const receipt& r) {
  if (!called("on_receipt")) return;
  const unsigned from = static_cast<unsigned>(r.relay);
  constexpr const char* names[] = {"accepted", "rejected", "timed out", "not sent"};
  scene_.say("   event ", p.event, ": ", names[static_cast<int>(r.outcome)], " by relay ", from, ", cause ", r.cause.value());
  if (std::find(p.targets.begin(), p.targets.end(), from) == p.targets.end()) return scene_.broken("a receipt of a relay that was not asked");
  if (p.done) return scene_.broken("a receipt after on_done");
  if (!p.receipts.emplace(from, r.outcome).second) return scene_.broken("two receipts of one relay");
  watched_relay& at = *relay(from);
  const duration waited = scene_.now() - p.made_at + 2ms;
  const auto [accepted, rejected] = at.oks[p.event];
  if (r.outcome == outcome::accepted && (accepted == 0 || r.cause)) return scene_.broken("a receipt says accepted, but the relay did not");
  if (r.outcome == outcome::rejected && (rejected == 0 || (r.cause != errc::refused && r.cause != errc::auth_required))) {
    return scene_.broken("a receipt says rejected, but the relay did not");
  }
  if (r.outcome != outcome::timed_out && r.outcome != outcome::not_sent) return;
  if (r.cause == errc::ok_timeout) {
    if (waited < p.options.ok_timeout) scene_.broken("ok_timeout too early");
  } else if (r.cause == errc::send_timeout) {
    if (p.options.send_timeout.count() == 0 || waited < p.options.send_timeout) scene_.broken("send_timeout too early");
  } else if (r.cause == errc::relay_removed) {
    if (!at.removed) scene_.broken("relay_removed, but it was not");
  } else if (r.cause == errc::closed) {
    if (!closing_) scene_.broken("closed, but the pool is open");
  } else if (r.cause == errc::retries_exhausted) {
    if (at.options.reconnect.max_retries == 0) scene_.broken("retries_exhausted of a relay that is tried for ever");
  } else if (r.cause != errc::queue_full) {
    scene_.broken("a receipt with an odd cause: ", r.cause.message());
  }
}

void judge::on_done(watched_publish& p, std::size_t accepted, std::size_t asked) {
  if (!called("on_done")) return;
  if (std::exchange(p.done, true)) return scene_.broken("on_done twice");
  if (asked != p.targets.size() || p.receipts.size() != asked) return scene_.broken("on_done before all receipts");
  const auto yes = std::count_if(p.receipts.begin(), p.receipts.end(), [](const auto& each) { return each.second == outcome::accepted; });
  if (accepted != static_cast<std::size_t>(yes)) scene_.broken("on_done counts ", accepted, " instead of ", yes);
}

void judge::on_pool_event(relay_id from, const event_view& e) {
  // The subscription's own callback may have removed the relay a moment ago.
  if (!called("the pool's on_event") || relay(static_cast<unsigned>(from)) == nullptr) return;
  const std::size_t n = stock::get().find(e.id().to_hex());
  if (n == stock::npos || e.json() != stock::get().events[n].real.json()) return scene_.broken("a false event was given to the pool");
  if (pool_had_[n]++ != 0 && !may_forget()) scene_.broken("the pool got event ", n, " twice");
}

void judge::on_pool_eose(relay_id, subscription_id) { called("the pool's on_eose"); }

void judge::on_notice(relay_id from) {
  if (called("on_notice")) known("on_notice", from);
}

void judge::on_relay_state(const relay_status& now) {
  if (!called("on_relay_state")) return;
  watched_relay* const r = relay(static_cast<unsigned>(now.relay));
  constexpr const char* names[] = {"connecting", "connected", "waiting", "closing", "stopped"};
  scene_.say("   relay ", static_cast<unsigned>(now.relay), " is ", names[static_cast<int>(now.state)], now.text.empty() ? "" : ": ", now.text);
  if (r == nullptr) return scene_.broken("the state of a relay that does not exist");
  if (r->removed && r->stop_told) return scene_.broken("the state of relay ", r->id, " after it was removed and stopped");
  if (now.state == relay_state::stopped && !r->removed && !closing_) {
    scene_.met(trouble::stopped_for_good);
    if (!now.cause) scene_.broken("a relay stopped without a cause");
    if (r->options.reconnect.max_retries == 0) scene_.broken("relay ", r->id, " gave up, though it was to be tried for ever");
  }
  if (now.state == relay_state::waiting && !now.next_attempt) scene_.broken("waiting without end");
  r->stop_told = now.state == relay_state::stopped;
}

void judge::on_pool_close() {
  if (!called("the pool's on_close")) return;
  scene_.say("   the pool is closed");
  if (!closing_) scene_.broken("on_close of a pool that nobody closed");
  for (const auto& p : publishes) {
    if (!p->done) scene_.broken("the pool closed before the receipts of event ", p->event);
  }
  for (const auto& s : subscriptions) {
    if (!s->close_told && !s->silent) scene_.broken("the pool closed before on_close of subscription ", s->number);
  }
  over_ = true;
}

}  // namespace uvnostr::sim
