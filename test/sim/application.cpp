// SPDX-License-Identifier: MIT
#include "sim/application.hpp"

#include <algorithm>

namespace uvnostr::sim {

using std::chrono::milliseconds;

namespace {

std::vector<relay_id> ids_of(const std::vector<unsigned>& numbers) {
  std::vector<relay_id> ids;
  for (const unsigned each : numbers) ids.push_back(relay_id{each});
  return ids;
}

}  // namespace

relay_options application::some_options(random_source& random) {
  relay_options o;
  o.max_offences = 0;  // these relays misbehave far more than the default allows
  constexpr milliseconds initial[] = {100ms, 1s, 5s};
  constexpr milliseconds longest[] = {10s, 60s, 300s};
  constexpr double factors[] = {1.0, 1.5, 2.0, 3.0};
  constexpr double jitters[] = {0.0, 0.2, 1.0};
  o.reconnect.initial_delay = random.of(initial);
  o.reconnect.max_delay = random.of(longest);
  o.reconnect.multiplier = random.of(factors);
  o.reconnect.jitter = random.of(jitters);
  if (random.one_in(6)) o.reconnect.max_retries = static_cast<unsigned>(1 + random.below(4));
  constexpr milliseconds stable[] = {0ms, 5s, 30s};
  o.reconnect.stable_after = random.of(stable);
  constexpr milliseconds pings[] = {60s, 300s, 1200s};
  o.ping_interval = random.of(pings);
  constexpr std::size_t queues[] = {2'000, 100'000};
  o.max_publish_bytes = random.of(queues);
  constexpr std::size_t pending[] = {1, 3'000, 1'000'000};
  o.max_unverified_bytes = random.of(pending);
  return o;
}

application::application(run_state& s, judge& j, sim_world& w, const sim_network& n, const period& around,
                         const pool_options& options)
    : defaults(some_options(s.random)), state_(s), judge_(j), network_(n), period_(around) {
  core_ = *calling([&] { return pool_core::make(w, options, callbacks()); });
}

pool_callbacks application::callbacks() {
  pool_callbacks all;
  all.on_event = [this, t = token_](relay_id from, const event_view& e) {
    judge_.on_pool_event(from, e);
    in_callback();
  };
  all.on_eose = [this, t = token_](relay_id from, subscription_id id) {
    judge_.on_pool_eose(from, id);
    in_callback();
  };
  all.on_notice = [this, t = token_](relay_id from, std::string_view) {
    judge_.on_notice(from);
    in_callback();
  };
  all.on_relay_state = [this, t = token_](const relay_status& now) {
    judge_.on_relay_state(now);
    in_callback();
  };
  all.on_close = [this, t = token_] { judge_.on_pool_close(); };
  return all;
}

subscription_callbacks application::callbacks(watched_subscription& s) {
  subscription_callbacks all;
  all.on_event = [this, &s, t = token_](relay_id from, const event_view& e) {
    judge_.on_event(s, from, e);
    held* const h = find(s);
    if (h != nullptr && h->handle.delivered() != s.given.size())
      state_.fail("delivered() of subscription ", s.number, " is ", h->handle.delivered());
    if (h != nullptr && s.options.max_unacknowledged != 0) acknowledge(*h);
    s.in_on_event = true;
    in_callback();
    s.in_on_event = false;
  };
  all.on_eose = [this, &s, t = token_](relay_id from, eose_hint) {
    judge_.on_eose(s, from);
    in_callback();
  };
  all.on_caught_up = [this, &s, t = token_](relay_id from, std::span<const gap> gaps) {
    judge_.on_caught_up(s, from, gaps);
    in_callback();
  };
  all.on_all_eose = [this, &s, t = token_] {
    judge_.on_all_eose(s);
    in_callback();
  };
  all.on_relay_closed = [this, &s, t = token_](const relay_closed& told) {
    judge_.on_relay_closed(s, told);
    in_callback();
  };
  all.on_close = [this, &s, t = token_](close_reason why) {
    judge_.on_close(s, why);
    in_callback();
  };
  return all;
}

void application::in_callback() {
  if (state_.has_failed() || is_destroyed()) return;
  if (destroys_in_callback && state_.random.one_in(3)) {
    state_.saw(situation::destroyed_in_callback);
    destroy();
  } else if (!is_quiet && depth_ == 0 && state_.random.one_in(40)) {
    ++depth_;
    state_.saw(situation::from_callback);
    state_.log("   inside the callback:");
    for (std::uint64_t n = 1 + state_.random.below(3); n != 0; --n) act();
    --depth_;
  }
}

void application::act() {
  if (is_destroyed() || judge_.is_over() || judge_.is_closing()) return;
  const auto roll = state_.random.below(120);
  if (roll < 20) {
    subscribe();
  } else if (roll < 33) {
    end_subscription();
  } else if (roll < 55) {
    publish_something();
  } else if (roll < 63) {
    add_relay(static_cast<unsigned>(state_.random.below(network_.relays.size())));
  } else if (roll < 69) {
    remove_relay();
  } else if (roll < 78) {
    reconnect();
  } else if (roll < 84) {
    call_getters();
  } else if (roll < 96) {
    pause_something();
  } else if (roll < 104) {
    acknowledge_something();
  } else if (roll < 114) {
    save_something();
  } else {
    ask_again_something();
  }
}

void application::add_relay(unsigned host) {
  const bool is_there = judge_.relay_at(host) != nullptr;
  relay_options o = state_.random.one_in(2) ? defaults : some_options(state_.random);
  if (network_.relays[host]->wants_auth) o.auth_users = {event_set::get().keys[0]};
  const relay_options given = o;
  const result<relay_id> made = calling([&] { return core_->add_relay(network_.relays[host]->url(), std::move(o)); });
  if (made.has_value() == is_there) return state_.fail("add_relay answered ", made.error().message());
  if (!made) return;
  state_.log("add_relay(", network_.relays[host]->url(), ") is ", static_cast<unsigned>(*made));
  judge_.relay_added(static_cast<unsigned>(*made), host, given);
}

filter_model application::some_filter(unsigned number) {
  random_source& random = state_.random;
  const event_set& all = event_set::get();
  const known_event& any = all.events[random.of(period_.events)];
  const std::int64_t begin = period_.begin.time_since_epoch().count();
  const auto within = [&] {
    return begin + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(period_.span.count())));
  };
  filter_model w;
  w.subscription = number;
  if (random.one_in(2))
    w.kinds = random.one_in(2) ? std::vector<int>{random.one_in(2) ? 1 : 1059} : std::vector<int>{1, 7, 20'001, 1059};
  if (random.one_in(5)) w.authors = {any.author};
  if (random.one_in(6)) w.topics = {"a"};
  if (random.one_in(6)) w.since = within();
  if (random.one_in(10)) w.until = std::max(within(), w.since.value_or(0));
  if (random.one_in(12)) w.ids = {any.id, all.events[random.of(period_.events)].id};
  if (random.one_in(3)) w.limit = static_cast<std::uint32_t>(random.below(8));
  return w;
}

void application::subscribe() {
  random_source& random = state_.random;
  const unsigned number = ++state_.subscriptions;
  if (std::count_if(judge_.subscriptions.begin(), judge_.subscriptions.end(), [](const auto& s) { return !s->over; }) >=
      most_open)
    return;
  std::vector<filter_model> filters{some_filter(number)};
  if (random.one_in(5)) filters.push_back(some_filter(number));
  subscribe_options o;
  std::vector<unsigned> named;
  if (random.one_in(4)) named = some_relays();
  o.close_on_eose = random.one_in(8);
  o.eose_timeout = random.one_in(2) ? 2s : 10s;
  o.resume_overlap = random.one_in(2) ? 100s : 600s;
  constexpr std::uint64_t unacknowledged[] = {1, 3, 20};
  if (random.one_in(3)) o.max_unacknowledged = random.of(unacknowledged);
  open(judge_.subscribed(number, filters, o, named, {}), filters, o, named);
}

void application::open(watched_subscription& watched, const std::vector<filter_model>& filters,
                       const subscribe_options& o, const std::vector<unsigned>& named) {
  std::vector<filter> asked;
  for (const filter_model& each : filters) asked.push_back(each.to_filter());
  result<subscription> made = calling([&] { return core_->subscribe(asked, callbacks(watched), o, ids_of(named)); });
  if (!made) return state_.fail("subscribe answered ", made.error().message(), " ", o.resume_from);
  state_.log("subscribe() is ", watched.number, ": ", asked.front().to_json(),
             asked.size() == 2 ? " and " + asked.back().to_json() : "", o.close_on_eose ? ", to close on EOSE" : "",
             o.max_unacknowledged != 0 ? ", to be acknowledged" : "", named.empty() ? "" : ", at some relays",
             o.resume_from.empty() ? "" : ", from " + o.resume_from);
  handles_.push_back({&watched, std::move(*made)});
}

std::vector<application::resumable> application::to_go_on_with() {
  std::vector<resumable> all;
  for (held& h : handles_) {
    watched_subscription& s = *h.what;
    if (s.over || s.options.close_on_eose) continue;
    if (!h.saved || state_.random.one_in(2)) h.saved = judge_.saved(s, h.handle.cursor());
    resumable r{
        .number = s.number, .filters = s.filters, .options = s.options, .hosts = {}, .from = std::move(*h.saved)};
    for (const unsigned each : s.named) r.hosts.push_back(judge_.relay(each)->host);
    all.push_back(std::move(r));
  }
  return all;
}

void application::go_on_with(resumable r) {
  std::vector<unsigned> named;
  for (const unsigned host : r.hosts) {
    if (const watched_relay* const at = judge_.relay_at(host)) named.push_back(at->id);
  }
  if (named.empty() != r.hosts.empty()) return;
  r.options.resume_from = r.from.text;
  open(judge_.subscribed(r.number, r.filters, r.options, named, std::move(r.from)), r.filters, r.options, named);
}

application::held* application::find(const watched_subscription& s) {
  const auto found = std::find_if(handles_.begin(), handles_.end(), [&](const held& each) { return each.what == &s; });
  return found == handles_.end() ? nullptr : &*found;
}

/// Acknowledges its last event now, or a little later.
void application::acknowledge(held& h) {
  watched_subscription& s = *h.what;
  const auto all = [this, &s](std::uint64_t n) {
    held* const still = find(s);
    if (still == nullptr || is_destroyed()) return;
    s.acknowledged = std::max(s.acknowledged, n);
    calling([&] {
      still->handle.acknowledge(n);
      return 0;
    });
  };
  if (is_quiet || state_.random.one_in(2)) return all(s.given.size());
  state_.saw(situation::held_by_acknowledgement);
  state_.after(state_.random.between(1ms, state_.random.one_in(4) ? duration(period_.span / 20) : duration(2s)),
               [all, n = s.given.size()] { all(n); });
}

void application::pause_something() {
  if (handles_.empty()) return;
  held& h = handles_[state_.random.index(handles_.size())];
  watched_subscription& s = *h.what;
  state_.log("subscription ", s.number, s.paused ? " is resumed" : " is paused");
  const bool pauses = !s.paused;
  if (pauses) state_.saw(situation::held_by_pause);
  s.paused = pauses;
  calling([&] {
    pauses ? h.handle.pause() : h.handle.resume();
    return 0;
  });
  if (!pauses) return;
  state_.after(state_.random.between(1ms, period_.span / 10), [this, &s] {
    held* const still = find(s);
    if (still == nullptr || is_destroyed() || !std::exchange(s.paused, false)) return;
    state_.log("subscription ", s.number, " is resumed");
    calling([&] {
      still->handle.resume();
      return 0;
    });
  });
}

void application::acknowledge_something() {
  if (!handles_.empty()) acknowledge(handles_[state_.random.index(handles_.size())]);
}

void application::save_something() {
  if (handles_.empty()) return;
  held& h = handles_[state_.random.index(handles_.size())];
  if (h.what->over) return;
  h.saved = judge_.saved(*h.what, h.handle.cursor());
  state_.log("subscription ", h.what->number, " is at ", h.saved->text);
}

void application::ask_again_something() {
  if (handles_.empty() || judge_.present().empty()) return;
  watched_subscription& s = *state_.random.of(handles_).what;
  if (!s.over) ask_again(s, state_.random.of(judge_.present())->id);
}

void application::ask_again(watched_subscription& s, unsigned relay) {
  const bool answer = calling([&] { return find(s)->handle.ask_again(relay_id{relay}); });
  state_.log("subscription ", s.number, ": ask_again(", relay, ") is ", answer);
  judge_.asked_again(s, relay, answer);
}

void application::end_subscription() {
  if (handles_.empty()) return;
  const std::size_t n = state_.random.index(handles_.size());
  held& h = handles_[n];
  if (state_.random.one_in(8) && h.what->options.max_unacknowledged == 0 && !h.what->paused) {
    state_.log("subscription ", h.what->number, " is detached");
    h.what->detached = true;
    h.handle.detach();
    handles_.erase(handles_.begin() + static_cast<std::ptrdiff_t>(n));
  } else if (state_.random.one_in(2)) {
    state_.log("subscription ", h.what->number, " is closed");
    judge_.unsubscribed(*h.what, false);
    calling([&] {
      h.handle.close();
      return 0;
    });
  } else {
    state_.log("subscription ", h.what->number, " is destroyed");
    judge_.unsubscribed(*h.what, true);
    calling([&] {
      const subscription gone = std::move(h.handle);
      return 0;
    });
    handles_.erase(handles_.begin() + static_cast<std::ptrdiff_t>(n));
  }
}

std::vector<unsigned> application::some_relays() {
  std::vector<unsigned> some;
  for (const watched_relay* const each : judge_.present()) {
    if (state_.random.one_in(2)) some.push_back(each->id);
  }
  return some;
}

void application::publish_something() {
  publish_options o;
  constexpr milliseconds sends[] = {0ms, 5s, 60s};
  o.send_timeout = state_.random.of(sends);
  o.ok_timeout = state_.random.one_in(2) ? 3s : 10s;
  if (!judge_.present().empty())
    publish(state_.random.of(period_.events), state_.random.one_in(3) ? some_relays() : std::vector<unsigned>(), o);
}

watched_publish& application::publish(std::size_t event, std::vector<unsigned> relays, publish_options o) {
  const std::vector<relay_id> named = ids_of(relays);
  std::vector<unsigned> targets = std::move(relays);
  if (targets.empty()) {
    for (const watched_relay* const each : judge_.present()) targets.push_back(each->id);
  }
  for (const unsigned each : targets) {
    if (judge_.relay(each)->up == 0) state_.saw(situation::publish_waited);
  }
  judge_.publishes.push_back(
      std::make_unique<watched_publish>(watched_publish{event, std::move(targets), o, state_.now()}));
  watched_publish& p = *judge_.publishes.back();
  state_.log("publish(event ", event, ") to ", p.targets.size(), " relays");
  publish_callbacks all;
  all.on_receipt = [this, &p, t = token_](const receipt& r) {
    judge_.on_receipt(p, r);
    in_callback();
  };
  all.on_done = [this, &p, t = token_](std::size_t accepted, std::size_t asked) {
    judge_.on_done(p, accepted, asked);
    in_callback();
  };
  const error wrong =
      calling([&] { return core_->publish(event_set::get().events[event].real, std::move(all), o, named); });
  if (wrong) state_.fail("publish answered ", wrong.message());
  return p;
}

void application::remove_relay() {
  const auto present = judge_.present();
  if (present.empty()) return;
  const unsigned id = state_.random.of(present)->id;
  state_.log("remove_relay(", id, ")");
  judge_.relay_removed(id);
  if (const error wrong = calling([&] { return core_->remove_relay(relay_id{id}); }))
    state_.fail("remove_relay answered ", wrong.message());
}

void application::reconnect() {
  const auto present = judge_.present();
  if (present.empty()) return;
  const unsigned id = state_.random.of(present)->id;
  state_.log("reconnect(", id, ")");
  judge_.reconnect_asked(id);
  if (const error wrong = calling([&] { return core_->reconnect(relay_id{id}); }))
    state_.fail("reconnect answered ", wrong.message());
}

void application::take_all() {
  for (const watched_relay* const each : judge_.present()) {
    if (!each->backoff.may_be_exhausted() || each->up != 0) continue;
    state_.log("reconnect(", each->id, ")");
    judge_.reconnect_asked(each->id);
    calling([&] { return core_->reconnect(relay_id{each->id}); });
  }
  for (held& h : handles_) {
    watched_subscription& s = *h.what;
    if (s.over) continue;
    s.paused = false;
    calling([&] {
      h.handle.resume();
      return 0;
    });
    if (s.options.max_unacknowledged != 0) acknowledge(h);
    for (const watched_relay* const each : judge_.present()) {
      if (s.at[each->id].closed_told == relay_closed::again::never) ask_again(s, each->id);
    }
  }
}

void application::call_getters() {
  const std::size_t n = state_.random.of(period_.events);
  for (const relay_id each : core_->seen_on(event_set::get().events[n].real.id())) {
    const watched_relay* const r = judge_.relay(static_cast<unsigned>(each));
    if (r == nullptr || r->removed) state_.fail("seen_on names a relay that is not there");
  }
  if (core_->relays().size() != judge_.present().size()) state_.fail("relays() gives ", core_->relays().size());
}

void application::close() {
  state_.log("close()");
  judge_.closing();
  calling([&] {
    core_->close();
    return 0;
  });
}

void application::destroy() {
  state_.log("the pool is destroyed");
  judge_.destroyed();
  base::ref<pool_core> core = std::exchange(core_, nullptr);
  calling([&] {
    core->destroy();
    core.reset();
    return 0;
  });
}

void application::forget() { handles_.clear(); }

}  // namespace uvnostr::sim
