// SPDX-License-Identifier: MIT
// What the program does with its subscriptions.
#include <algorithm>

#include "sim/application.hpp"

namespace uvnostr::sim {

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

}  // namespace uvnostr::sim
