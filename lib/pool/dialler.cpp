// SPDX-License-Identifier: MIT
#include "pool/dialler.hpp"

#include <algorithm>
#include <utility>

namespace uvnostr {

using session::relay_session;

namespace {

/// Whether the attempt ended without any sign that the network was reached.
bool is_silence(std::error_code cause) noexcept {
  for (const errc each : {errc::host_not_found, errc::resolver_failed, errc::network_unreachable,
                          errc::connection_failed, errc::connect_timeout}) {
    if (cause == each) return true;
  }
  return false;
}

}  // namespace

dialler::kind dialler::kind_of(const relay_session& session) noexcept {
  if (session.has_served()) return kind::has_served;
  return session.failures() == 0 ? kind::never_tried : kind::only_failed;
}

void dialler::want(relay_session& session) {
  queue_.push_back({base::ref<relay_session>::retain(session), kind_of(session)});
  reactor_.wake_soon();
}

void dialler::over(const relay_session& session) noexcept {
  if (!queue_.empty()) reactor_.wake_soon();
  const auto in_queue =
      std::find_if(queue_.begin(), queue_.end(), [&](const waiting& each) { return each.session.get() == &session; });
  if (in_queue != queue_.end()) {
    queue_.erase(in_queue);
    return;
  }
  std::erase_if(dialling_, [&](const dial& each) { return each.session == &session; });
  if (!session.open() && !session.last_cause()) return;  // the session was stopped
  if (session.open() || !is_silence(session.last_cause())) {
    silent_.clear();
  } else if (std::find(silent_.begin(), silent_.end(), session.id()) == silent_.end()) {
    silent_.push_back(session.id());
  }
}

bool dialler::network_is_down() const noexcept {
  return silent_.size() >= enough_silence && std::none_of(relays_.present().begin(), relays_.present().end(),
                                                          [](const auto& each) { return each.second->open(); });
}

/// If it returns false, try_again_at() was called, or the end of a dial will make room.
bool dialler::may_start(const waiting& next) noexcept {
  const std::chrono::microseconds right_now = now();
  std::size_t of_its_kind = 0;
  std::size_t at_its_host = 0;
  std::size_t fresh = 0;
  std::chrono::microseconds first_silent = right_now + patience;
  for (const dial& each : dialling_) {
    if (each.session->url().host == next.session->url().host) ++at_its_host;
    if (each.kind != next.kind) continue;
    ++of_its_kind;
    if (each.since + patience <= right_now) continue;
    ++fresh;
    first_silent = std::min(first_silent, each.since + patience);
  }
  if (at_its_host >= most_at_host || of_its_kind >= max_dials_ * crowd) return false;
  if (fresh < max_dials_) return true;
  try_again_at(first_silent);
  return false;
}

void dialler::start(std::size_t place) noexcept {
  const waiting next = std::move(queue_[place]);
  queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(place));
  dialling_.push_back({next.session.get(), now(), next.kind});
  next.session->dial();
}

void dialler::start_due() noexcept {
  timer_.cancel();
  if (queue_.empty()) return;
  const bool down = network_is_down();
  for (const kind each : {kind::has_served, kind::never_tried, kind::only_failed}) {
    for (std::size_t at = 0; at < queue_.size();) {
      const bool is_probe = down && each != kind::never_tried;
      std::chrono::microseconds& probe_at = next_probe_[static_cast<std::size_t>(each)];
      if (is_probe && now() < probe_at) {
        try_again_at(probe_at);
        break;
      }
      if (queue_[at].kind != each || !may_start(queue_[at])) {
        ++at;
        continue;
      }
      if (is_probe) probe_at = next_probe();
      start(at);
    }
  }
}

std::chrono::microseconds dialler::next_probe() noexcept {
  const double part = 0.5 + relay_session::random_fraction(reactor_);
  return now() + std::chrono::milliseconds(static_cast<std::int64_t>(part * static_cast<double>(probe_pause.count())));
}

void dialler::try_again_at(std::chrono::microseconds when) noexcept {
  if (!timer_.is_scheduled() || timer_.deadline() > when) timers_.schedule(timer_, when);
}

void dialler::forget_silence() noexcept {
  silent_.clear();
  reactor_.wake_soon();
}

void dialler::clear() noexcept {
  queue_.clear();
  dialling_.clear();
  timer_.cancel();
}

}  // namespace uvnostr
