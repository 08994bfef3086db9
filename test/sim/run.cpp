// SPDX-License-Identifier: MIT
#include "sim/run.hpp"

#include "sim/application.hpp"

namespace uvnostr::sim {

namespace {

constexpr std::uint64_t most_steps = 2'000'000;
/// Longer than all delays, timeouts and pauses of the library combined.
constexpr duration recovery_time = 3600s;

pool_options some_pool_options(random_source& random) {
  pool_options o;
  const auto mode = random.below(10);
  o.verification = mode < 7 ? verification::threads : mode < 9 ? verification::on_loop : verification::off;
  o.seen_entries = random.one_in(4) ? 200 : random.one_in(4) ? 60 + random.index(400) : 20'000;
  o.max_dials = random.one_in(4) ? 1 : 32;
  return o;
}

/// One run of the program: its pool and its judge.
struct life {
  life(run_state& s, sim_network& n, const period& around, const pool_options& options)
      : watching(s, n, options), world(s, n, watching, watching), program(s, watching, world, n, around, options) {}

  judge watching;
  sim_world world;
  application program;
};

class world_run {
 public:
  world_run(std::uint64_t seed, bool logged)
      : state_(seed, logged),
        period_(event_set::get().periods[state_.random.index(3)]),
        options_(some_pool_options(state_.random)) {
    state_.first_date =
        period_.begin + std::chrono::seconds(state_.random.below(static_cast<std::uint64_t>(period_.span.count() / 2)));
  }

  verdict run() {
    make_relays();
    plan_clock();
    begin_life();
    for (unsigned host = 0; host < network_.relays.size(); ++host) {
      if (!state_.random.one_in(5)) program().add_relay(host);
    }
    for (int i = 0; i < 3; ++i) program().subscribe();
    plan_events();
    plan_faults();
    plan_acts();
    const bool cut_short = state_.random.percent(20);
    pass(cut_short ? state_.random.between(1ms, left()) : left());
    if (!cut_short) check_recovery();
    end();
    return {state_.failure(), state_.take_log(), state_.situations, state_.step, state_.elapsed()};
  }

 private:
  application& program() { return lives_.back()->program; }
  judge& watching() { return lives_.back()->watching; }
  sim_world& world() { return lives_.back()->world; }
  duration left() const { return std::chrono::seconds(period_.begin + period_.span - state_.true_date()); }

  void make_relays() {
    random_source& random = state_.random;
    const bool with_auth = random.one_in(5);
    state_.log("a world of ", period_.span.count() / 60, " minutes, ", options_.seen_entries,
               " seen entries, verification ",
               options_.verification == verification::threads   ? "on threads"
               : options_.verification == verification::on_loop ? "on the loop"
                                                                : "off");
    for (unsigned n = 0, count = 1 + static_cast<unsigned>(random.below(4)); n < count; ++n) {
      network_.relays.push_back(std::make_unique<sim_relay>(state_, n, with_auth && random.one_in(2)));
      const sim_relay& r = *network_.relays.back();
      constexpr const char* sequences[] = {"newest first", "oldest first", "in any order"};
      state_.log(r.name(), ": a cap of ", r.traits.cap, r.traits.cap_is_for_req ? " for a REQ, " : " for a filter, ",
                 sequences[static_cast<int>(r.traits.answers)], r.traits.shuffles_seconds ? ", shuffles seconds" : "",
                 r.traits.repeats ? ", repeats" : "", ", NIP-67 ", static_cast<int>(r.traits.nip_67),
                 ", its clock is off by ", r.traits.clock_error.count(), " s and ",
                 r.traits.shows_date ? "shown" : "not shown");
    }
  }

  /// In some worlds our clock is wrong, and is set right or wrong while the program runs.
  void plan_clock() {
    if (!state_.random.one_in(3)) return;
    constexpr std::chrono::seconds errors[] = {0s, 30s, 3600s, 7200s, 48h, -30s, -3600s, -48h};
    state_.our_error = state_.random.of(errors);
    for (std::uint64_t n = state_.random.below(3); n != 0; --n) {
      state_.after(state_.random.between(1s, left()), [this, error = state_.random.of(errors)] {
        state_.saw(situation::clock_set);
        state_.log("our clock is off by ", error.count(), " s from now on");
        watching().clock_was_set();
        state_.our_error = error;
        watching().clock_was_set();
      });
    }
  }

  void begin_life() {
    lives_.push_back(std::make_unique<life>(state_, network_, period_, options_));
    life& l = *lives_.back();
    l.world.clock_ticks = options_.verification == verification::on_loop;
    l.world.workers_refuse = workers_refuse_;
    l.world.slowest_work = slowest_work_;
  }

  /// The program is killed, and another continues with only the cursors.
  void restart() {
    restart_is_due_ = false;
    if (program().is_destroyed() || watching().is_over() || watching().is_closing()) return;
    state_.log("the program is killed and started again");
    state_.saw(situation::restarted);
    std::vector<application::resumable> all = program().to_go_on_with();
    std::vector<unsigned> hosts;
    for (const watched_relay* const each : watching().present()) hosts.push_back(each->host);
    program().destroy();
    if (state_.random.one_in(2)) program().forget();
    begin_life();
    program().is_quiet = is_healthy_;
    for (const unsigned host : hosts) {
      if (is_healthy_ || !state_.random.one_in(10)) program().add_relay(host);
    }
    for (application::resumable& each : all) program().go_on_with(std::move(each));
  }

  /// Each event reaches some relays around its date, later, or too late.
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
      const port::time_point dated = state_.when(all.events[event].at);
      for (const auto& r : network_.relays) {
        if (random.one_in(2)) continue;
        duration lag = random.between(0s, 2s);
        if (all.events[event].wrapped() && random.one_in(2)) {
          lag = random.between(0s, std::min<duration>(48h, period_.span / 2));
          state_.saw(situation::backdated);
        } else if (random.one_in(10)) {
          lag = -random.between(1s, std::min<duration>(3h, period_.span / 6));
          state_.saw(situation::future);
        } else if (random.one_in(8)) {
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
      if (random.one_in(3)) plan(event, state_.now() + random.between(0s, left()), *random.of(network_.relays));
    }
    for (const std::size_t event : all.future) {
      if (!random.one_in(3)) continue;
      state_.saw(situation::future);
      plan(event, state_.now() + random.between(0s, left()), *random.of(network_.relays));
    }
  }

  void plan_faults() {
    for (const auto& each : network_.relays) change_faults(*each);
  }
  void change_faults(sim_relay& r) {
    if (is_healthy_) return;
    r.faults = fault_profile::any(state_.random);
    if (options_.verification == verification::off) r.faults.forges = r.faults.strays = r.faults.garbage = 0;
    state_.log(r.name(), " is ", r.faults.name, " from now on");
    state_.after(state_.random.between(1s, period_.span / 6), [this, &r] { change_faults(r); });
  }

  void plan_acts() {
    for (std::uint64_t n = 10 + state_.random.below(40); n != 0; --n) {
      state_.after(state_.random.between(0s, left()), [this] {
        if (!is_healthy_) program().act();
      });
    }
    for (std::uint64_t n = state_.random.one_in(3) ? 1 + state_.random.below(3) : 0; n != 0; --n) {
      state_.after(state_.random.between(0s, left()), [this] { restart_is_due_ = !is_healthy_; });
    }
  }

  void pass(duration time) {
    const port::time_point until = state_.now() + time;
    while (!state_.has_failed() && world().step(until)) {
      if (state_.step > most_steps) state_.fail("no rest after ", state_.step, " steps");
      if (restart_is_due_) restart();
      if (!program().is_destroyed() && !world().released()) watching().check_counters(program().stats());
    }
  }

  /// Once all relays are healthy, nothing may be missing. Then all connections drop at once, or the program is
  /// restarted, and everything is checked again.
  void check_recovery() {
    is_healthy_ = program().is_quiet = true;
    for (const auto& each : network_.relays) each->recover();
    pass(60s);  // dials under way may still fail
    program().take_all();
    pass(60s);  // the end of a connection may be read only now, and be the last that a request is blamed for
    program().take_all();
    pass(recovery_time);
    if (state_.has_failed() || watching().is_over()) return;
    watching().check_at_rest(program().stats());
    if (watching().present().empty()) return;
    const watched_publish& first = program().publish(probe(), {}, patient());
    pass(30s);
    if (state_.random.one_in(4)) {
      watching().check_publish_arrived(first);
      restart();
    } else {
      for (const auto& each : network_.relays) each->drop_all();
    }
    const watched_publish& second = program().publish(probe(), {}, patient());
    state_.random.of(network_.relays)->store(probe());
    pass(recovery_time);
    if (state_.has_failed()) return;
    watching().check_publish_arrived(second);
    watching().check_at_rest(program().stats());
  }
  /// Its time limit runs even while we do not read because verification is behind.
  static publish_options patient() { return {.send_timeout = 0ms, .ok_timeout = 600s}; }
  std::size_t probe() { return state_.random.of(period_.events); }

  void end() {
    is_healthy_ = program().is_quiet = true;
    if (state_.has_failed()) {
      // Events that come now no longer count.
    } else if (state_.random.one_in(2)) {
      program().close();
      pass(10s);
      if (!state_.has_failed() && !watching().is_over()) state_.fail("no on_close 10 s after close()");
    } else if (state_.random.one_in(2)) {
      program().destroys_in_callback = true;
      for (const auto& each : network_.relays) each->drop_all();
      pass(60s);
    }
    if (state_.random.one_in(2)) program().forget();
    if (!program().is_destroyed()) program().destroy();
    pass(10s);
    for (const auto& each : lives_) each->program.forget();
    if (state_.has_failed()) {
      const auto works = [](const auto& each) { return each->world.work_under_way != 0; };
      while (std::any_of(lives_.begin(), lives_.end(), works)) world().step(port::time_point::max());
      return;
    }
    for (const auto& each : lives_) {
      if (!each->world.is_empty()) state_.fail("something is left in the world after the end");
      if (!each->program.is_forgotten_by_pool()) state_.fail("the pool was destroyed, but not all that belongs to it");
    }
  }

  run_state state_;
  const period& period_;
  const pool_options options_;
  const bool workers_refuse_ = state_.random.one_in(8);
  static constexpr duration slowest_[] = {100us, 20ms, 300ms};
  const duration slowest_work_ = state_.random.of(slowest_);
  sim_network network_;
  std::vector<std::unique_ptr<life>> lives_;
  bool is_healthy_ = false;
  bool restart_is_due_ = false;
};

}  // namespace

verdict run(std::uint64_t seed, bool logged) { return world_run(seed, logged).run(); }

}  // namespace uvnostr::sim
