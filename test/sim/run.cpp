// SPDX-License-Identifier: MIT
#include "sim/run.hpp"

#include "sim/application.hpp"

namespace uvnostr::sim {

namespace {

constexpr std::uint64_t most_steps = 2'000'000;
/// Longer than all delays, timeouts and pauses of the library together.
constexpr duration recovery_time = 3600s;

pool_options some_pool_options(random_source& random) {
  pool_options o;
  const auto mode = random.below(10);
  o.verification = mode < 7 ? verification::threads : mode < 9 ? verification::on_loop : verification::off;
  o.seen_entries = random.one_in(4) ? 5 + random.index(40) : 20'000;
  o.max_dials = random.one_in(4) ? 1 : 32;
  return o;
}

class world_run {
 public:
  world_run(std::uint64_t seed, bool logged)
      : state_(seed, logged),
        period_(event_set::get().periods[state_.random.index(3)]),
        options_(some_pool_options(state_.random)),
        judge_(state_, options_),
        world_(state_, judge_, judge_, period_.begin + std::chrono::seconds(state_.random.below(static_cast<std::uint64_t>(period_.span.count() / 2)))) {}

  verdict run() {
    make_relays();
    application_.emplace(state_, judge_, world_, period_, options_);
    for (unsigned host = 0; host < world_.relays.size(); ++host) {
      if (!state_.random.one_in(5)) application_->add_relay(host);
    }
    plan_events();
    plan_faults();
    plan_acts();
    const bool cut_short = state_.random.percent(25);
    pass(cut_short ? state_.random.between(1ms, left()) : left());
    if (!cut_short) check_recovery();
    end();
    return {state_.failure(), state_.take_log(), state_.situations, state_.step, state_.elapsed()};
  }

 private:
  duration left() const { return std::chrono::seconds(period_.begin + period_.span - world_.wall()); }

  void make_relays() {
    random_source& random = state_.random;
    const bool with_auth = random.one_in(5);
    for (unsigned n = 0, count = 1 + static_cast<unsigned>(random.below(4)); n < count; ++n) {
      world_.relays.push_back(std::make_unique<sim_relay>(state_, n, with_auth && random.one_in(2)));
      world_.relays.back()->observer = &judge_;
    }
    world_.clock_ticks = options_.verification == verification::on_loop;
    world_.workers_refuse = random.one_in(8);
    constexpr duration slowest[] = {100us, 20ms, 300ms};
    world_.slowest_work = random.of(slowest);
    state_.log("a world of ", world_.relays.size(), " relays, ", period_.span.count() / 60, " minutes, ", options_.seen_entries, " seen entries, verification ",
               options_.verification == verification::threads ? "on threads" : options_.verification == verification::on_loop ? "on the loop" : "off");
  }

  /// Each event comes to some relays about when it is dated, later, or too late.
  void plan_events() {
    random_source& random = state_.random;
    const event_set& all = event_set::get();
    const auto plan = [&](std::size_t event, port::time_point at, sim_relay& r) {
      if (at <= state_.now()) {
        r.store(event);
      } else {
        state_.after(at - state_.now(), [&r, event] { r.store(event); });
      }
    };
    port::time_point last{};
    for (const std::size_t event : period_.events) {
      const port::time_point dated = world_.when(all.events[event].at);
      for (const auto& r : world_.relays) {
        if (random.one_in(2)) continue;
        duration lag = random.between(0s, 2s);
        if (random.one_in(8)) {
          lag = random.between(0s, period_.span / 6);
          if (dated + lag > state_.now()) state_.saw(situation::backdated);
        } else if (random.one_in(8)) {
          lag = random.between(0s, 60s);
        }
        if (dated == last && dated > state_.now()) state_.saw(situation::same_second);
        plan(event, dated + lag, *r);
      }
      last = dated;
    }
    for (const std::size_t event : all.ancient) {
      if (random.one_in(3)) plan(event, state_.now() + random.between(0s, left()), *random.of(world_.relays));
    }
    for (const std::size_t event : all.future) {
      if (!random.one_in(3)) continue;
      state_.saw(situation::future);
      plan(event, state_.now() + random.between(0s, left()), *random.of(world_.relays));
    }
  }

  void plan_faults() {
    for (const auto& each : world_.relays) change_faults(*each);
  }
  void change_faults(sim_relay& r) {
    if (is_healthy_) return;
    r.faults = fault_profile::any(state_.random);
    if (options_.verification == verification::off) r.faults.forges = r.faults.strays = r.faults.garbage = 0;
    state_.log(r.name(), " is ", r.faults.name, " from now on");
    state_.after(state_.random.between(1s, period_.span / 6), [this, &r] { change_faults(r); });
  }

  void plan_acts() {
    for (int i = 0; i < 3; ++i) application_->subscribe();
    for (std::uint64_t n = 10 + state_.random.below(40); n != 0; --n) {
      state_.after(state_.random.between(0s, left()), [this] {
        if (!is_healthy_) application_->act();
      });
    }
  }

  void pass(duration time) {
    const port::time_point until = state_.now() + time;
    while (!state_.has_failed() && world_.step(until)) {
      if (state_.step > most_steps) state_.fail("no rest after ", state_.step, " steps");
      if (!application_->is_destroyed() && !world_.released()) judge_.check_counters(application_->stats());
    }
  }

  /// Once all relays are healthy, nothing may be missing. Then all connections drop at once, and it is checked again.
  void check_recovery() {
    is_healthy_ = application_->is_quiet = true;
    for (const auto& each : world_.relays) each->recover();
    pass(60s);  // dials that are under way may still fail
    application_->reconnect_stopped();
    pass(recovery_time);
    if (state_.has_failed()) return;
    judge_.check_at_rest(world_, application_->stats());
    if (judge_.present().empty()) return;
    const watched_publish& first = application_->publish(probe(), {}, patient());
    pass(30s);
    for (const auto& each : world_.relays) each->drop_all();
    const watched_publish& second = application_->publish(probe(), {}, patient());
    state_.random.of(world_.relays)->store(probe());
    pass(recovery_time);
    if (state_.has_failed()) return;
    judge_.check_publish_arrived(first);
    judge_.check_publish_arrived(second);
    judge_.check_at_rest(world_, application_->stats());
  }
  /// Its time does not stand still while we do not read because of what is being verified.
  static publish_options patient() { return {.send_timeout = 0ms, .ok_timeout = 600s}; }
  std::size_t probe() { return state_.random.of(period_.events); }

  void end() {
    is_healthy_ = application_->is_quiet = true;
    if (state_.has_failed()) {
      // What comes now does not count any more.
    } else if (state_.random.one_in(2)) {
      application_->close();
      pass(10s);
      if (!state_.has_failed() && !judge_.is_over()) state_.fail("no on_close 10 s after close()");
    } else if (state_.random.one_in(2)) {
      application_->destroys_in_callback = true;
      for (const auto& each : world_.relays) each->drop_all();
      pass(60s);
    }
    if (state_.random.one_in(2)) application_->forget();
    if (!application_->is_destroyed()) application_->destroy();
    pass(10s);
    application_->forget();
    if (state_.has_failed()) {
      while (world_.work_under_way != 0) world_.step(port::time_point::max());
      return;
    }
    if (!world_.is_empty()) state_.fail("something is left in the world after the end");
    if (!application_->is_forgotten_by_pool()) state_.fail("the pool was destroyed, but not all that belongs to it");
  }

  run_state state_;
  const period& period_;
  const pool_options options_;
  judge judge_;
  sim_world world_;
  std::optional<application> application_;
  bool is_healthy_ = false;
};

}  // namespace

verdict run(std::uint64_t seed, bool logged) { return world_run(seed, logged).run(); }

}  // namespace uvnostr::sim
