// SPDX-License-Identifier: MIT
// The pool's life: making and ending it, its relays, its turns of the loop.
#include "pool/pool_core.hpp"

#include <algorithm>
#include <utility>

#include "pool/option_check.hpp"
#include "pool/turn.hpp"

namespace uvnostr {

using session::relay_session;

namespace {

error unknown(relay_id id) { return {errc::unknown_relay, "relay_id " + std::to_string(static_cast<std::uint32_t>(id))}; }

}  // namespace

pool_core::pool_core(port::world& world, pool_options options, pool_callbacks callbacks, const dedup::gate::key& secret)
    : options_(std::move(options)),
      callbacks_(std::move(callbacks)),
      world_(world),
      reactor_(world.reactor()),
      inbound_(reactor_, *this, options_, secret) {}

pool_core::~pool_core() { shutdown(); }

result<base::ref<pool_core>> pool_core::make(port::world& world, pool_options options, pool_callbacks callbacks) noexcept {
  error wrong = check_options(options);
  if (!wrong) wrong = check_options(options.relay_defaults, "pool_options::relay_defaults.", world.transport());
  dedup::gate::key secret;
  if (!wrong && !world.reactor().random_bytes(std::as_writable_bytes(std::span(secret)))) wrong = errc::random_unavailable;
  if (wrong) {
    world.release();
    return wrong;
  }
  const std::vector<std::string> urls = std::move(options.relays);
  auto core = base::ref<pool_core>::adopt(new pool_core(world, std::move(options), std::move(callbacks), secret));
  world.attach(*core);
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (const result<relay_id> added = core->add_relay(urls[i]); !added) {
      return error(added.error().code(), "relays[" + std::to_string(i) + "] (" + added.error().subject() + ")");
    }
  }
  return core;
}

// Relays.

result<relay_id> pool_core::add_relay(std::string_view url) {
  return add_checked(url, options_.relay_defaults);
}

result<relay_id> pool_core::add_relay(std::string_view url, relay_options options) {
  if (closed()) return errc::closed;
  if (error wrong = check_options(options, "relay_options::", world_.transport())) return wrong;
  return add_checked(url, std::move(options));
}

result<relay_id> pool_core::add_checked(std::string_view text, relay_options options) {
  if (closed()) return errc::closed;
  result<base::url> url = base::url::parse(text);
  if (!url) return error(url.error().code(), base::url::shown(text));
  for (const auto& [id, each] : sessions_) {
    if (each->url().text == url->text) return error(errc::duplicate_relay, each->url().text);
  }
  const turn guard(*this);
  const relay_id id{++last_relay_};
  auto added = base::make_ref<relay_session>(
      id, std::move(*url), std::move(options),
      session::surroundings{.reactor = reactor_, .transport = world_.transport(), .timers = timers_, .listener = *this});
  const auto free = std::find(slots_.begin(), slots_.end(), nullptr);
  added->slot = static_cast<std::uint32_t>(free - slots_.begin());
  if (free == slots_.end()) {
    slots_.push_back(added.get());
  } else {
    *free = added.get();
  }
  inbound_.gate().add_relay(added->slot);
  sessions_.emplace(id, added);
  reactor_.hold_loop(true);
  for (base::intrusive_list<subscription_record>::cursor each(subscriptions_); subscription_record* const s = each.next();) {
    if (s->is_for_all_relays) s->add_leg(added);
  }
  added->dial_now();
  return id;
}

error pool_core::remove_relay(relay_id id) {
  if (closed()) return errc::closed;
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return unknown(id);
  const turn guard(*this);
  const base::ref<relay_session> removed = found->second;
  sessions_.erase(found);
  leaving_.push_back(removed);
  for (base::intrusive_list<subscription_record>::cursor each(subscriptions_); subscription_record* const s = each.next();) {
    s->remove_leg(*removed);
    call_later([this, keep = base::ref<subscription_record>::retain(*s)] { check_all_eose(*keep); });
  }
  if (removed->stopped()) {
    session_stopped(*removed);
  } else {
    removed->stop(errc::relay_removed);
  }
  if (sessions_.empty()) reactor_.hold_loop(false);
  return {};
}

error pool_core::reconnect(relay_id id) {
  if (closed()) return errc::closed;
  relay_session* const found = find(id);
  if (found == nullptr) return unknown(id);
  const turn guard(*this);
  found->dial_now();
  return {};
}

relay_session* pool_core::find(relay_id id) const noexcept {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second.get();
}

relay_session* pool_core::session_in_slot(std::uint32_t slot) noexcept { return slot < slots_.size() ? slots_[slot] : nullptr; }

/// Dials are not made in the call that wants them: at most max_dials at a time, from the loop.
void pool_core::on_session_wants_dial(relay_session& session) noexcept {
  dial_queue_.push_back(base::ref<relay_session>::retain(session));
  reactor_.wake_soon();
}

void pool_core::on_session_dial_over(relay_session& session) noexcept {
  const auto queued = std::find_if(dial_queue_.begin(), dial_queue_.end(), [&](const auto& each) { return each.get() == &session; });
  if (queued != dial_queue_.end()) {
    dial_queue_.erase(queued);
    return;
  }
  --dials_;
  if (!dial_queue_.empty()) reactor_.wake_soon();
}

void pool_core::start_dials() noexcept {
  while (!dial_queue_.empty() && dials_ < options_.max_dials) {
    const base::ref<relay_session> next = std::move(dial_queue_.front());
    dial_queue_.pop_front();
    ++dials_;
    next->dial();
  }
}

void pool_core::on_session_state(relay_session& session) noexcept {
  if (callbacks_.on_relay_state) {
    const relay_status at_this_time = session.status();
    call_later([this, now = at_this_time, keep = base::ref<relay_session>::retain(session), text = std::string(at_this_time.text),
                words = std::string(at_this_time.words)]() mutable {
      now.text = text;
      now.words = words;
      callbacks_.on_relay_state(now);
    });
  }
  if (session.stopped()) session_stopped(session);
}

void pool_core::session_stopped(relay_session& session) {
  const auto left = std::find_if(leaving_.begin(), leaving_.end(), [&](const auto& each) { return each.get() == &session; });
  if (left != leaving_.end()) {
    // The caller may be a function of the session.
    call_later([keep = std::move(*left)] {});
    leaving_.erase(left);
    // Nobody is left who could get what is still being verified.
    message_counts counts = session.stats.messages;
    counts.unknown_subscription += std::exchange(counts.unverified, 0);
    gone_counts_ += counts;
    gone_frames_ += session.stats.messages_in;
    gone_bytes_ += session.stats.bytes_in;
    inbound_.gate().remove_relay(session.slot);
    slots_[session.slot] = nullptr;
  }
  if (phase_ == phase::closing) {
    finish_close_later();
  } else if (closes_with_last_relay_) {
    call_later([this] { close(); });
  }
}

// Turns of the loop.

void pool_core::on_alarm() noexcept {
  const turn guard(*this);
  armed_.reset();
  timers_.run_due(reactor_.now().time_since_epoch());
  start_dials();
  run_later_calls();
}

void pool_core::on_wake() noexcept {
  const turn guard(*this);
  inbound_.pump();
  if (phase_ == phase::over) return;
  timers_.run_due(reactor_.now().time_since_epoch());
  start_dials();
  run_later_calls();
}

void pool_core::rearm() noexcept {
  if (phase_ == phase::over) return;
  const std::optional<std::chrono::microseconds> next = timers_.next_deadline();
  if (next == armed_) return;
  armed_ = next;
  if (next) {
    reactor_.set_alarm(port::time_point(*next));
  } else {
    reactor_.clear_alarm();
  }
}

void pool_core::call_later(callback<void()> call) {
  later_.push_back(std::move(call));
  reactor_.wake_soon();
}

void pool_core::run_later_calls() noexcept {
  // What these calls add waits for the next turn, so that an application cannot keep the loop from its sockets.
  for (std::size_t left = later_.size(); left != 0 && !later_.empty(); --left) {
    callback<void()> call = std::move(later_.front());
    later_.pop_front();
    call();
  }
  if (!later_.empty()) reactor_.wake_soon();
}

// The end.

void pool_core::close() {
  if (closed()) return;
  const turn guard(*this);
  phase_ = phase::closing;
  for (const auto& [id, each] : sessions_) each->stop(errc::closed);
  for (base::intrusive_list<subscription_record>::cursor each(subscriptions_); subscription_record* const s = each.next();) {
    end_subscription(*s, close_reason::pool_closed);
  }
  finish_close_later();
}

void pool_core::finish_close_later() {
  if (std::exchange(finish_is_due_, true)) return;
  call_later([this] {
    finish_is_due_ = false;
    finish_close();
  });
}

void pool_core::finish_close() {
  if (phase_ != phase::closing || !leaving_.empty()) return;
  for (const auto& [id, each] : sessions_) {
    if (!each->stopped()) return;
  }
  if (!later_.empty()) {  // calls that are due come before the last one
    finish_close_later();
    return;
  }
  callback<void()> last = std::move(callbacks_.on_close);
  shutdown();
  if (last) last();
}

void pool_core::destroy() noexcept {
  const turn guard(*this);
  shutdown();
}

void pool_core::shutdown() noexcept {
  if (phase_ == phase::over) return;
  phase_ = phase::over;
  inbound_.stop();
  for (const auto& [id, each] : sessions_) each->abort();
  for (const auto& each : leaving_) each->abort();
  while (subscription_record* const s = subscriptions_.front()) {
    s->hook.unlink();
    s->core = nullptr;
    s->remove_all_legs();
    s->release();
  }
  while (publish_record* const p = publishes_.front()) {
    p->hook.unlink();
    p->release();
  }
  later_.clear();
  dial_queue_.clear();
  world_.release();
}

// What can be asked.

std::vector<relay_id> pool_core::relays() const {
  std::vector<relay_id> ids;
  for (const auto& [id, each] : sessions_) ids.push_back(id);
  return ids;
}

std::string_view pool_core::url(relay_id id) const noexcept {
  const relay_session* const found = find(id);
  return found == nullptr ? std::string_view() : std::string_view(found->url().text);
}

std::vector<relay_id> pool_core::seen_on(const event_id& id) const {
  std::vector<relay_id> ids;
  inbound_.gate().seen_on(id, [&](std::uint32_t slot) {
    // One that was removed keeps its slot until its connection is closed.
    if (slots_[slot] != nullptr && find(slots_[slot]->id()) != nullptr) ids.push_back(slots_[slot]->id());
  });
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

pool_stats pool_core::stats() const {
  pool_stats all;
  all.messages = gone_counts_;
  all.messages_in = gone_frames_;
  all.bytes_in = gone_bytes_;
  all.verified = inbound_.verified();
  all.seen_entries = inbound_.gate().size();
  for (const auto& [id, each] : sessions_) {
    relay_stats one = each->stats;
    one.state = each->state();
    one.publish_bytes = each->publish_bytes();
    all.messages += one.messages;
    all.messages_in += one.messages_in;
    all.bytes_in += one.bytes_in;
    all.relays.push_back(std::move(one));
  }
  return all;
}

}  // namespace uvnostr
