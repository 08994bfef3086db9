// SPDX-License-Identifier: MIT
#include "sim/run.hpp"

#include "sim/application.hpp"

namespace uvnostr::sim {

namespace {

constexpr std::uint64_t most_steps = 2'000'000;
/// Longer than every delay, timeout and pause of the library together.
constexpr duration convalescence = 3600s;

pool_options some_pool_options(chance& dice) {
  pool_options o;
  const auto mode = dice.below(10);
  o.verification = mode < 7 ? verification::threads : mode < 9 ? verification::on_loop : verification::off;
  o.seen_entries = dice.one_in(4) ? 5 + dice.index(40) : 20'000;
  o.max_dials = dice.one_in(4) ? 1 : 32;
  return o;
}

class world_line {
 public:
  world_line(std::uint64_t seed, bool told)
      : scene_(seed, told),
        era_(stock::get().eras[scene_.dice.index(3)]),
        options_(some_pool_options(scene_.dice)),
        judge_(scene_, options_),
        world_(scene_, judge_, judge_, era_.begin + std::chrono::seconds(scene_.dice.below(static_cast<std::uint64_t>(era_.span.count() / 2)))) {}

  verdict run() {
    make_relays();
    application_.emplace(scene_, judge_, world_, era_, options_);
    for (unsigned host = 0; host < world_.relays.size(); ++host) {
      if (!scene_.dice.one_in(5)) application_->add_relay(host);
    }
    plan_events();
    plan_weather();
    plan_acts();
    const bool cut_short = scene_.dice.percent(25);
    pass(cut_short ? scene_.dice.between(1ms, left()) : left());
    if (!cut_short) get_well();
    end();
    return {scene_.what_broke(), scene_.take_story(), scene_.troubles, scene_.step, scene_.elapsed()};
  }

 private:
  duration left() const { return std::chrono::seconds(era_.begin + era_.span - world_.wall()); }

  void make_relays() {
    chance& dice = scene_.dice;
    const bool with_auth = dice.one_in(5);
    for (unsigned n = 0, count = 1 + static_cast<unsigned>(dice.below(4)); n < count; ++n) {
      world_.relays.push_back(std::make_unique<sim_relay>(scene_, n, with_auth && dice.one_in(2)));
      world_.relays.back()->watched_by = &judge_;
    }
    world_.clock_ticks = options_.verification == verification::on_loop;
    world_.workers_refuse = dice.one_in(8);
    constexpr duration slowest[] = {100us, 20ms, 300ms};
    world_.slowest_work = dice.of(slowest);
    scene_.say("a world of ", world_.relays.size(), " relays, ", era_.span.count() / 60, " minutes, ", options_.seen_entries, " seen entries, verification ",
               options_.verification == verification::threads ? "on threads" : options_.verification == verification::on_loop ? "on the loop" : "off");
  }

  /// Each event comes to some relays about when it is dated, later, or too late.
  void plan_events() {
    chance& dice = scene_.dice;
    const stock& all = stock::get();
    const auto plan = [&](std::size_t event, port::time_point at, sim_relay& r) {
      if (at <= scene_.now()) {
        r.store(event);
      } else {
        scene_.after(at - scene_.now(), [&r, event] { r.store(event); });
      }
    };
    port::time_point last{};
    for (const std::size_t event : era_.events) {
      const port::time_point dated = world_.when(all.events[event].at);
      for (const auto& r : world_.relays) {
        if (dice.one_in(2)) continue;
        duration lag = dice.between(0s, 2s);
        if (dice.one_in(8)) {
          lag = dice.between(0s, era_.span / 6);
          if (dated + lag > scene_.now()) scene_.met(trouble::backdated);
        } else if (dice.one_in(8)) {
          lag = dice.between(0s, 60s);
        }
        if (dated == last && dated > scene_.now()) scene_.met(trouble::same_second);
        plan(event, dated + lag, *r);
      }
      last = dated;
    }
    for (const std::size_t event : all.ancient) {
      if (dice.one_in(3)) plan(event, scene_.now() + dice.between(0s, left()), *dice.of(world_.relays));
    }
    for (const std::size_t event : all.future) {
      if (!dice.one_in(3)) continue;
      scene_.met(trouble::future);
      plan(event, scene_.now() + dice.between(0s, left()), *dice.of(world_.relays));
    }
  }

  void plan_weather() {
    for (const auto& each : world_.relays) change_weather(*each);
  }
  void change_weather(sim_relay& r) {
    if (is_well_) return;
    r.sky = weather::any(scene_.dice);
    if (options_.verification == verification::off) r.sky.forges = r.sky.strays = r.sky.garbage = 0;
    scene_.say(r.name(), " is ", r.sky.name, " from now on");
    scene_.after(scene_.dice.between(1s, era_.span / 6), [this, &r] { change_weather(r); });
  }

  void plan_acts() {
    for (int i = 0; i < 3; ++i) application_->subscribe();
    for (std::uint64_t n = 10 + scene_.dice.below(40); n != 0; --n) {
      scene_.after(scene_.dice.between(0s, left()), [this] {
        if (!is_well_) application_->act();
      });
    }
  }

  void pass(duration time) {
    const port::time_point until = scene_.now() + time;
    while (!scene_.is_broken() && world_.step(until)) {
      if (scene_.step > most_steps) scene_.broken("no rest after ", scene_.step, " steps");
      if (!application_->is_destroyed() && !world_.released()) judge_.check_counters(application_->stats());
    }
  }

  /// All relays are well; then nothing may be missing. Once more, all are lost at the same time; and again.
  void get_well() {
    is_well_ = application_->is_quiet = true;
    for (const auto& each : world_.relays) each->heal();
    pass(60s);  // dials that are under way may still fail
    application_->reconnect_stopped();
    pass(convalescence);
    if (scene_.is_broken()) return;
    judge_.check_at_rest(world_, application_->stats());
    if (judge_.present().empty()) return;
    const watched_publish& first = application_->publish(probe(), {}, patient());
    pass(30s);
    for (const auto& each : world_.relays) each->drop_all();
    const watched_publish& second = application_->publish(probe(), {}, patient());
    scene_.dice.of(world_.relays)->store(probe());
    pass(convalescence);
    if (scene_.is_broken()) return;
    judge_.check_publish_arrived(first);
    judge_.check_publish_arrived(second);
    judge_.check_at_rest(world_, application_->stats());
  }
  /// Its time does not stand still while we do not read because of what is being verified.
  static publish_options patient() { return {.send_timeout = 0ms, .ok_timeout = 600s}; }
  std::size_t probe() { return scene_.dice.of(era_.events); }

  void end() {
    is_well_ = application_->is_quiet = true;
    if (scene_.is_broken()) {
      // What comes now does not count any more.
    } else if (scene_.dice.one_in(2)) {
      application_->close();
      pass(10s);
      if (!scene_.is_broken() && !judge_.is_over()) scene_.broken("no on_close 10 s after close()");
    } else if (scene_.dice.one_in(2)) {
      application_->is_to_destroy_in_callback = true;
      for (const auto& each : world_.relays) each->drop_all();
      pass(60s);
    }
    if (scene_.dice.one_in(2)) application_->forget();
    if (!application_->is_destroyed()) application_->destroy();
    pass(10s);
    application_->forget();
    if (scene_.is_broken()) {
      while (world_.work_under_way != 0) world_.step(port::time_point::max());
      return;
    }
    if (!world_.is_empty()) scene_.broken("something is left in the world after the end");
    if (!application_->is_forgotten_by_pool()) scene_.broken("the pool was destroyed, but not all that belongs to it");
  }

  scene scene_;
  const era& era_;
  const pool_options options_;
  judge judge_;
  sim_world world_;
  std::optional<application> application_;
  bool is_well_ = false;
};

}  // namespace

verdict run(std::uint64_t seed, bool told) { return world_line(seed, told).run(); }

}  // namespace uvnostr::sim
