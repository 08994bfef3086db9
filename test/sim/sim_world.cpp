// SPDX-License-Identifier: MIT
#include "sim/sim_world.hpp"

#include <algorithm>
#include <cstdlib>

namespace uvnostr::sim {

void sim_world::release() noexcept {
  if (released_) scene_.broken("release() twice");
  scene_.say("the core gives the world back");
  released_ = true;
  listener_ = nullptr;
  alarm_.reset();
  woken_ = false;
}

bool sim_world::step(port::time_point until) {
  ++scene_.step;
  const bool due = !scene_.is_empty() && scene_.next() <= scene_.now();
  if (woken_ && !(due && scene_.dice.one_in(2))) {
    woken_ = false;
    listener_->on_wake();
    return true;
  }
  const port::time_point ring = alarm_ ? *alarm_ + late_ : port::time_point::max();
  const port::time_point next = scene_.is_empty() ? port::time_point::max() : scene_.next();
  if (std::min(ring, next) > until) {
    scene_.move_to(until);
    return false;
  }
  scene_.move_to(std::min(ring, next));
  if (ring <= next) {
    alarm_.reset();
    listener_->on_alarm();
  } else {
    scene_.do_next();
  }
  return true;
}

bool sim_world::is_empty() const {
  return released_ && work_under_way == 0 && std::all_of(links.begin(), links.end(), [](const auto& each) { return each->has_ended(); });
}

unsigned sim_world::dialling() const {
  return static_cast<unsigned>(std::count_if(links.begin(), links.end(), [](const auto& each) { return each->at == link::state::dialling; }));
}

port::time_point sim_world::now() noexcept {
  check("now");
  if (clock_ticks) scene_.move_to(scene_.now() + scene_.dice.between(0us, 250us));
  return scene_.now();
}

unix_seconds sim_world::wall_clock() noexcept {
  check("wall_clock");
  return wall();
}

bool sim_world::random_bytes(std::span<std::byte> out) noexcept {
  for (std::byte& each : out) each = static_cast<std::byte>(scene_.dice.next());
  return true;
}

void sim_world::set_alarm(port::time_point at) noexcept {
  check("set_alarm");
  alarm_ = at;
  late_ = scene_.dice.one_in(4) ? scene_.dice.between(0ms, 2ms) : 0ms;
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
  if (workers_refuse && scene_.dice.one_in(4)) {
    scene_.met(trouble::worker_refused);
    return false;
  }
  ++work_under_way;
  const duration until_run = scene_.dice.between(10us, slowest_work);
  scene_.after(until_run, [&work] { work.run(); });
  scene_.after(until_run + scene_.dice.between(1us, slowest_work), [this, &work, number = ++works_] {
    if (number < last_done_) scene_.met(trouble::worker_late);
    last_done_ = number;
    --work_under_way;
    work.done();
  });
  return true;
}

result<port::connection*> sim_world::dial(const port::dial_request& request, port::connection_listener& listener) noexcept {
  check("dial");
  const unsigned host = static_cast<unsigned>(std::strtoul(request.url.host.c_str() + 1, nullptr, 10));
  sim_relay& at = *relays[host];
  const unsigned relay = book_.on_dial(host);
  if (relay == 0) scene_.broken("a dial to ", request.url.text, ", which is in the pool no longer");
  if (const std::error_code error = at.on_dial()) {
    scene_.say(at.name(), ": a dial fails at once");
    book_.on_dial_failed(relay);
    return error;
  }
  links.push_back(std::make_shared<link>(scene_, witness_, at, listener, relay, static_cast<unsigned>(links.size() + 1)));
  scene_.say(at.name(), ": connection ", links.size(), " is dialled");
  at.on_dialled(links.back());
  return static_cast<port::connection*>(links.back().get());
}

}  // namespace uvnostr::sim
