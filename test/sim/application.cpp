// SPDX-License-Identifier: MIT
#include "sim/application.hpp"

#include <algorithm>

namespace uvnostr::sim {

using std::chrono::milliseconds;

std::vector<relay_id> application::ids_of(const std::vector<unsigned>& numbers) {
  std::vector<relay_id> ids;
  for (const unsigned each : numbers) ids.push_back(relay_id{each});
  return ids;
}

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
