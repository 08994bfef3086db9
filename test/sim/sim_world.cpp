// SPDX-License-Identifier: MIT
#include "sim/sim_world.hpp"

#include <algorithm>
#include <cstdlib>

namespace uvnostr::sim {

void sim_world::release() noexcept {
  if (released_) state_.fail("release() twice");
  state_.log("the core gives the world back");
  released_ = true;
  listener_ = nullptr;
  alarm_.reset();
  woken_ = false;
}

bool sim_world::step(port::time_point until) {
  ++state_.step;
  const bool due = !state_.is_empty() && state_.next() <= state_.now();
  if (woken_ && !(due && state_.random.one_in(2))) {
    woken_ = false;
    listener_->on_wake();
    return true;
  }
  const port::time_point ring = alarm_ ? *alarm_ + late_ : port::time_point::max();
  const port::time_point next = state_.is_empty() ? port::time_point::max() : state_.next();
  if (std::min(ring, next) > until) {
    state_.move_to(until);
    return false;
  }
  state_.move_to(std::min(ring, next));
  if (ring <= next) {
    alarm_.reset();
    listener_->on_alarm();
  } else {
    state_.do_next();
  }
  return true;
}

bool sim_world::is_empty() const {
  return released_ && work_under_way == 0 &&
         std::all_of(network_.links.begin(), network_.links.end(), [](const auto& each) { return each->has_ended(); });
}

port::time_point sim_world::now() noexcept {
  check("now");
  if (clock_ticks) state_.move_to(state_.now() + state_.random.between(0us, 250us));
  return state_.now();
}

unix_seconds sim_world::wall_clock() noexcept {
  check("wall_clock");
  return state_.our_date();
}

bool sim_world::random_bytes(std::span<std::byte> out) noexcept {
  for (std::byte& each : out) each = static_cast<std::byte>(state_.random.next());
  return true;
}

void sim_world::set_alarm(port::time_point at) noexcept {
  check("set_alarm");
  alarm_ = at;
  late_ = state_.random.one_in(4) ? state_.random.between(0ms, 2ms) : 0ms;
}

void sim_world::clear_alarm() noexcept {
  check("clear_alarm");
  alarm_.reset();
}

void sim_world::wake_soon() noexcept {
  check("wake_soon");
  woken_ = !released_;
}

bool sim_world::run_on_worker(port::work& work) noexcept {
  check("run_on_worker");
  if (workers_refuse && state_.random.one_in(4)) {
    state_.saw(situation::worker_refused);
    return false;
  }
  ++work_under_way;
  const duration until_run = state_.random.between(10us, slowest_work);
  state_.after(until_run, [&work] { work.run(); });
  state_.after(until_run + state_.random.between(1us, slowest_work), [this, &work, number = ++works_] {
    if (number < last_done_) state_.saw(situation::worker_late);
    last_done_ = number;
    --work_under_way;
    work.done();
  });
  return true;
}

result<port::connection*> sim_world::dial(const port::dial_request& request,
                                          port::connection_listener& listener) noexcept {
  check("dial");
  const unsigned host = static_cast<unsigned>(std::strtoul(request.url.host.c_str() + 1, nullptr, 10));
  sim_relay& at = *network_.relays[host];
  const unsigned relay = dials_.on_dial(host);
  if (relay == 0) state_.fail("a dial to ", request.url.text, ", which is in the pool no longer");
  if (const std::error_code error = at.on_dial()) {
    state_.log(at.name(), ": a dial fails at once");
    dials_.on_dial_failed(relay);
    return error;
  }
  network_.links.push_back(
      std::make_shared<link>(state_, observer_, at, listener, relay, static_cast<unsigned>(network_.links.size() + 1)));
  state_.log(at.name(), ": connection ", network_.links.size(), " is dialled");
  at.on_dialled(network_.links.back());
  return static_cast<port::connection*>(network_.links.back().get());
}

}  // namespace uvnostr::sim
