// SPDX-License-Identifier: MIT
#include "sim/judge.hpp"

#include <algorithm>

namespace uvnostr::sim {

namespace {
/// Between what a relay has stored and what has been heard of it: latencies, workers, pauses in reading.
constexpr std::chrono::seconds on_its_way{90};
constexpr std::size_t largest_message = 2000;  // and what it costs to keep it
}  // namespace

bool watched_subscription::is_for(unsigned relay) const {
  return named.empty() || std::find(named.begin(), named.end(), relay) != named.end();
}

bool watched_subscription::has_limit() const {
  return std::any_of(filters.begin(), filters.end(), [](const filter_model& w) { return w.limit.has_value(); });
}

watched_relay* judge::relay(unsigned id) { return id == 0 || id > relays.size() ? nullptr : relays[id - 1].get(); }

watched_relay* judge::relay_at(unsigned host) {
  const auto found = std::find_if(relays.begin(), relays.end(), [&](const auto& each) { return each->host == host && !each->removed; });
  return found == relays.end() ? nullptr : found->get();
}

std::vector<watched_relay*> judge::present() {
  std::vector<watched_relay*> all;
  for (const auto& each : relays) {
    if (!each->removed) all.push_back(each.get());
  }
  return all;
}

watched_subscription* judge::subscription_number(unsigned n) { return n == 0 || n > subscriptions.size() ? nullptr : subscriptions[n - 1].get(); }

// What the application did.

void judge::relay_added(unsigned id, unsigned host, relay_options options) {
  if (id != relays.size() + 1) return state_.fail("relay_id ", id, " is not a new one");
  relays.push_back(std::make_unique<watched_relay>(id, host, std::move(options)));
  must_be_dialled_by(*relays.back(), state_.now() + 1s);
  for (const auto& s : subscriptions) s->was_asked = s->was_asked || (!s->over && s->named.empty());
}

void judge::relay_removed(unsigned id) { relay(id)->removed = true; }

void judge::reconnect_asked(unsigned id) {
  watched_relay& r = *relay(id);
  if (r.up != 0) return;
  r.earliest = {};
  r.stop_told = false;
  r.backoff.asked();
  must_be_dialled_by(r, state_.now() + 1s);
}

watched_subscription& judge::subscribed(std::vector<filter_model> filters, const subscribe_options& options, std::vector<unsigned> named) {
  auto made = std::make_unique<watched_subscription>();
  made->number = static_cast<unsigned>(subscriptions.size() + 1);
  made->filters = std::move(filters);
  made->options = options;
  made->named = std::move(named);
  made->had.resize(event_set::get().events.size());
  made->was_asked = !made->named.empty() || !present().empty();
  subscriptions.push_back(std::move(made));
  return *subscriptions.back();
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

// What happened on the network.

unsigned judge::on_dial(unsigned host) {
  watched_relay* const r = relay_at(host);
  if (r == nullptr) return 0;
  if (closing_ || over_) state_.fail("a dial after the end");
  if (r->up != 0) state_.fail("a second connection to relay ", r->id);
  if (state_.now() < r->earliest) state_.fail("relay ", r->id, " was dialled ", (r->earliest - state_.now()).count() / 1000, " ms too early");
  if (++dialling_ > options_.max_dials) state_.fail("more than max_dials at a time");
  ++r->dials;
  r->up = 1;
  return r->id;
}

void judge::on_dial_failed(unsigned id) {
  watched_relay& r = *relay(id);
  --dialling_;
  r.backoff.attempt_failed();
  attempt_over(r, std::nullopt);
}

void judge::on_link_opened(link&) { --dialling_; }

void judge::on_link_ended(link& l) {
  watched_relay* const r = relay(l.relay_number);
  const bool was_open = l.opened_at != port::time_point{};
  if (!was_open) --dialling_;
  if (r == nullptr) return;
  if (was_open) {
    r->backoff.lost_after(state_.now() - l.opened_at);
  } else {
    r->backoff.attempt_failed();
  }
  attempt_over(*r, l.retry_after);
}

void judge::attempt_over(watched_relay& r, std::optional<std::chrono::seconds> retry_after) {
  r.up = 0;
  r.earliest = state_.now() + r.backoff.shortest(retry_after);
  must_be_dialled_by(r, state_.now() + r.backoff.longest(retry_after) + 1s);
}

/// A relay that is not dialled although it is due will never be: the shape of most reconnect bugs.
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
  if (f.kind == down_frame::what::ok && f.event != event_set::npos) ++(f.accepted ? r.oks[f.event].first : r.oks[f.event].second);
  watched_subscription* const s = subscription_number(f.subscription);
  if (s == nullptr || s->over) return;
  if (f.kind == down_frame::what::event) s->at[r.id].log.push_back({f.event, f.genuine, {}});
  if (f.kind == down_frame::what::eose) s->at[r.id].log.push_back({event_set::npos, false, f.asked_at});
}

void judge::on_request(link& l, unsigned number, bool has_since, port::time_point sent_at, std::uint64_t sent_step) {
  const watched_subscription* const s = subscription_number(number);
  if (s == nullptr) return state_.fail("a REQ that nobody asked for");
  if (s->over && s->over_step < sent_step) state_.fail("a REQ for subscription ", number, " was sent after its end");
  if (!s->is_for(l.relay_number)) state_.fail("a REQ for subscription ", number, " went to relay ", l.relay_number);
  if (has_since && !s->filters.front().since) state_.saw(situation::resumed);
  const auto before = l.asked.find(number);
  if (before != l.asked.end() && sent_at < before->second + 4s && !l.challenged) state_.fail("subscription ", number, " was asked for twice within 4 s on one connection");
  l.asked[number] = sent_at;
}

// The state of things.

void judge::check_counters(const pool_stats& stats) {
  if (stats.messages.sum() != stats.messages_in) state_.fail("the pool received ", stats.messages_in, " messages and counted ", stats.messages.sum());
  for (const relay_stats& each : stats.relays) {
    const watched_relay& r = *relay(static_cast<unsigned>(each.relay));
    if (each.messages.sum() != each.messages_in) state_.fail("relay ", r.id, " sent ", each.messages_in, " messages, counted were ", each.messages.sum());
    if (each.messages_in != r.frames) state_.fail("relay ", r.id, " sent ", r.frames, " messages, received were ", each.messages_in);
    if (each.unverified_bytes > r.options.max_unverified_bytes + largest_message) state_.fail(each.unverified_bytes, " bytes are pending");
    if (each.publish_bytes > r.options.max_publish_bytes) state_.fail(each.publish_bytes, " bytes are queued");
  }
  if (stats.seen_entries > options_.seen_entries) state_.fail(stats.seen_entries, " entries in the cache");
}

/// Whether an event that a relay stores must have been delivered to a subscription that asks that relay.
bool judge::is_due(const sim_world& world, const watched_subscription& s, const watched_subscription::at_relay* at, const sim_relay::stored& e) const {
  const known_event& event = event_set::get().events[e.event];
  // A limit of 0 asks for what is live: what is stored while the relay is away is not.
  const auto asks_for_it = [&](const filter_model& w) { return w.limit != 0U && w.matches(event); };
  if (std::none_of(s.filters.begin(), s.filters.end(), asks_for_it)) return false;
  if (!s.has_limit() && !may_forget()) return true;
  // With a limit, or more events than are remembered, it is asked from what came last, less the overlap.
  const port::time_point dated = world.when(event.at);
  const bool within_overlap = e.since - dated + on_its_way <= s.options.resume_overlap;
  if (!s.has_limit()) return e.since <= at->answered_at || within_overlap;
  return e.since > at->answered_at && dated > at->answered_at + 1s && within_overlap;
}

void judge::check_at_rest(const sim_world& world, const pool_stats& stats) {
  if (stats.messages_in != frames_) state_.fail(frames_, " messages were sent, the pool counted ", stats.messages_in);
  if (stats.messages.unverified != 0) state_.fail(stats.messages.unverified, " messages are pending for ever");
  if (stats.messages.delivered != deliveries_) state_.fail(deliveries_, " events were delivered, the pool counted ", stats.messages.delivered);
  for (const relay_stats& each : stats.relays) {
    if (each.state != relay_state::connected) state_.fail(each.url, " is not connected though it is healthy");
    if (each.unverified_bytes != 0 || each.publish_bytes != 0 || each.reading_paused) state_.fail(each.url, " has bytes that are left over");
  }
  for (const auto& p : publishes) {
    if (!p->done) state_.fail("the publish of event ", p->event, " was never answered");
  }
  for (const auto& s : subscriptions) {
    if (s->over) {
      if (!s->close_told && !s->silent && !s->detached) state_.fail("subscription ", s->number, " ended without on_close");
      continue;
    }
    if (s->was_asked && !s->all_eose_told) state_.fail("subscription ", s->number, " was never told of all EOSE");
    if (s->was_asked && s->options.close_on_eose) state_.fail("subscription ", s->number, " did not close on EOSE");
    for (const watched_relay* const r : present()) {
      if (!s->is_for(r->id)) continue;
      const auto at = s->at.find(r->id);
      if (at == s->at.end() || !at->second.eose_told) {
        state_.fail("subscription ", s->number, " was never told of the EOSE of relay ", r->id);
        continue;
      }
      for (const sim_relay::stored& e : world.relays[r->host]->events) {
        if (!s->had[e.event] && is_due(world, *s, &at->second, e)) {
          state_.fail("LOST: subscription ", s->number, " never got event ", e.event, ", which relay ", r->id, " (r", r->host, ") stores");
        }
      }
    }
  }
}

void judge::check_publish_arrived(const watched_publish& p) {
  for (const unsigned each : p.targets) {
    const auto found = p.receipts.find(each);
    if (found == p.receipts.end() || found->second != outcome::accepted) state_.fail("event ", p.event, " was published to relay ", each, ", which was well, and not accepted");
  }
}

}  // namespace uvnostr::sim
