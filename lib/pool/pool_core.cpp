// SPDX-License-Identifier: MIT
// The life of a pool: making and ending it, its relays, its turns of the loop.
#include "pool/pool_core.hpp"

#include <algorithm>
#include <utility>

#include "pool/option_check.hpp"
#include "pool/turn.hpp"

namespace uvnostr {

using session::relay_session;

namespace {

error unknown(relay_id id) {
  return {errc::unknown_relay, "relay_id " + std::to_string(static_cast<std::uint32_t>(id))};
}

}  // namespace

pool_core::pool_core(port::world& world, pool_options options, pool_callbacks callbacks,
                     const dedup::seen_events::key& secret)
    : options_(std::move(options)),
      callbacks_(std::move(callbacks)),
      world_(world),
      reactor_(world.reactor()),
      budget_(reactor_, times_.callbacks),
      later_(reactor_, budget_),
      log_(options_.log_level, callbacks_, later_),
      dialler_(reactor_, timers_, relays_, options_.max_dials),
      desk_(reactor_, world_.transport(), timers_, later_),
      seen_(options_.seen_entries, secret),
      subscriptions_(later_, callbacks_, seen_),
      receiver_(reactor_, *this, subscriptions_, seen_, budget_, options_, times_) {}

pool_core::~pool_core() { shutdown(); }

result<base::ref<pool_core>> pool_core::make(port::world& world, pool_options options,
                                             pool_callbacks callbacks) noexcept {
  error wrong = check_options(options);
  if (!wrong) wrong = check_options(options.relay_defaults, "pool_options::relay_defaults.", world.transport());
  dedup::seen_events::key secret;
  if (!wrong && !world.reactor().random_bytes(std::as_writable_bytes(std::span(secret))))
    wrong = errc::random_unavailable;
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

result<relay_id> pool_core::add_relay(std::string_view url) { return add_checked(url, options_.relay_defaults); }

result<relay_id> pool_core::add_relay(std::string_view url, relay_options options) {
  if (closed()) return errc::closed;
  if (error wrong = check_options(options, "relay_options::", world_.transport())) return wrong;
  return add_checked(url, std::move(options));
}

result<relay_id> pool_core::add_checked(std::string_view text, relay_options options) {
  if (closed()) return errc::closed;
  result<base::url> url = base::url::parse(text);
  if (!url) return error(url.error().code(), base::url::shown(text));
  if (relays_.find_url(url->text) != nullptr) return error(errc::duplicate_relay, url->text);
  const turn guard(*this);
  const auto added =
      base::make_ref<relay_session>(relays_.next_id(), relays_.free_slot(), std::move(*url), std::move(options),
                                    session::surroundings{.reactor = reactor_,
                                                          .transport = world_.transport(),
                                                          .timers = timers_,
                                                          .listener = *this,
                                                          .messages = receiver_,
                                                          .times = times_,
                                                          .log = log_});
  relays_.add(added);
  seen_.add_relay(added->slot());
  reactor_.hold_loop(true);
  subscriptions_.add_relay(added);
  added->dial_now();
  return added->id();
}

error pool_core::remove_relay(relay_id id) {
  if (closed()) return errc::closed;
  const turn guard(*this);
  const base::ref<relay_session> removed = relays_.remove(id);
  if (!removed) return unknown(id);
  subscriptions_.remove_relay(*removed);
  desk_.forget(id, errc::relay_removed);
  if (removed->stopped()) {
    session_stopped(*removed);
  } else {
    removed->stop(errc::relay_removed);
  }
  if (relays_.empty()) reactor_.hold_loop(false);
  return {};
}

error pool_core::information(relay_id id, callback<void(const result<relay_information>&)> take,
                             std::chrono::seconds max_age) {
  if (closed()) return errc::closed;
  relay_session* const found = relays_.find(id);
  if (found == nullptr) return unknown(id);
  const turn guard(*this);
  desk_.ask(*found, std::move(take), max_age);
  return {};
}

error pool_core::reconnect(relay_id id) {
  if (closed()) return errc::closed;
  relay_session* const found = relays_.find(id);
  if (found == nullptr) return unknown(id);
  const turn guard(*this);
  found->dial_now();
  return {};
}

error pool_core::reconnect() {
  if (closed()) return errc::closed;
  const turn guard(*this);
  dialler_.forget_silence();
  for (const auto& [id, each] : relays_.present()) each->start_over();
  return {};
}

void pool_core::on_session_state(relay_session& session) noexcept {
  subscriptions_.on_progress();
  log_state(session);
  if (callbacks_.on_relay_state) {
    const relay_status at_this_time = session.status();
    later_.add([this, now = at_this_time, keep = base::ref<relay_session>::retain(session),
                text = std::string(at_this_time.text), words = std::string(at_this_time.words)]() mutable {
      // It was dialled again and removed before this could be told: only its last end counts.
      const bool is_undone = now.state == relay_state::stopped && keep->status().cause != now.cause;
      if (is_undone && relays_.find(now.relay) == nullptr) return;
      now.text = text;
      now.words = words;
      callbacks_.on_relay_state(now);
    });
  }
  if (session.stopped()) session_stopped(session);
}

void pool_core::on_auth(relay_session& session, auth_step step, const std::optional<pubkey>& user,
                        std::string_view challenge, std::string_view words) noexcept {
  log_auth(session, step, user, words);
  if (!callbacks_.on_auth) return;
  later_.add([this, relay = session.id(), step, user, challenge = std::string(challenge), words = std::string(words)] {
    callbacks_.on_auth({.relay = relay, .step = step, .challenge = challenge, .user = user, .words = words});
  });
}

void pool_core::session_stopped(relay_session& session) {
  if (base::ref<relay_session> left = relays_.take_leaving(session)) {
    seen_.remove_relay(session.slot());
    later_.add([left = std::move(left)] {});  // destroyed later, because the session may be calling us
  }
  if (phase_ == phase::closing) {
    finish_close_later();
  } else if (closes_with_last_relay_) {
    later_.add([this] { close(); });
  }
}

// Turns of the loop.

void pool_core::on_alarm() noexcept {
  const turn guard(*this);
  armed_.reset();
  finish_turn();
  budget_.end_turn();
}

void pool_core::on_wake() noexcept {
  const turn guard(*this);
  receiver_.pump();
  if (phase_ != phase::over) finish_turn();
  budget_.end_turn();
}

/// If the loop stood still, answers that relays gave in time are still in the sockets. So the sockets are read before
/// any time limit is checked.
void pool_core::run_timers() noexcept {
  constexpr std::chrono::milliseconds standstill{100};
  constexpr std::chrono::milliseconds time_to_read{10};
  const std::chrono::microseconds now = reactor_.now().time_since_epoch();
  const std::optional<std::chrono::microseconds> next = timers_.next_deadline();
  if (!next) return;
  if (!sockets_first_until_ && now - *next > standstill) {
    sockets_first_until_ = now + time_to_read;
    const auto late = std::chrono::floor<std::chrono::milliseconds>(now - *next);
    log_.write(log_level::warning, "the loop stood still", {}, {{"milliseconds", late.count()}});
  }
  if (sockets_first_until_ && now < *sockets_first_until_) return;
  sockets_first_until_.reset();
  timers_.run_due(now);
}

void pool_core::finish_turn() noexcept {
  run_timers();
  dialler_.start_due();
  later_.run();
}

void pool_core::rearm() noexcept {
  if (phase_ == phase::over) return;
  std::optional<std::chrono::microseconds> next = timers_.next_deadline();
  if (next && sockets_first_until_) next = std::max(*next, *sockets_first_until_);
  if (next == armed_) return;
  // Many messages of one turn may each move the next deadline away. The turn's own end arms the alarm again.
  if (armed_ && (!next || *next > *armed_) && !later_.empty()) return;
  armed_ = next;
  if (next) {
    reactor_.set_alarm(port::time_point(*next));
  } else {
    reactor_.clear_alarm();
  }
}

// The end.

void pool_core::close() {
  if (closed()) return;
  const turn guard(*this);
  phase_ = phase::closing;
  for (base::intrusive_list<publish_record>::cursor each(publishes_); publish_record* const p = each.next();) {
    give_up_signing(*p, errc::closed);
  }
  for (const auto& [id, each] : relays_.present()) each->stop(errc::closed);
  subscriptions_.end_all(close_reason::pool_closed);
  desk_.close(errc::closed);
  finish_close_later();
}

void pool_core::finish_close_later() {
  if (std::exchange(finish_is_due_, true)) return;
  later_.add([this] {
    finish_is_due_ = false;
    finish_close();
  });
}

void pool_core::finish_close() {
  if (phase_ != phase::closing || !relays_.all_stopped()) return;
  if (!later_.empty()) {  // pending calls precede the last one
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
  budget_.stop();
  log_.stop();
  receiver_.stop();
  relays_.abort_all();
  subscriptions_.fall_silent();
  while (publish_record* const p = publishes_.front()) {
    p->hook.unlink();
    p->forget_signer();
    p->release();
  }
  later_.clear();
  dialler_.clear();
  desk_.clear();
  world_.release();
}

// Queries.

std::vector<relay_id> pool_core::relays() const {
  std::vector<relay_id> ids;
  for (const auto& [id, each] : relays_.present()) ids.push_back(id);
  return ids;
}

std::string_view pool_core::url(relay_id id) const noexcept {
  const relay_session* const found = relays_.find(id);
  return found == nullptr ? std::string_view() : std::string_view(found->url().text);
}

std::vector<relay_id> pool_core::seen_on(const event_id& id) const {
  std::vector<relay_id> ids;
  seen_.seen_on(id, [&](std::uint32_t slot) {
    // A removed relay keeps its slot until its connection is closed.
    const relay_session* const sender = relays_.in_slot(slot);
    if (sender != nullptr && relays_.find(sender->id()) != nullptr) ids.push_back(sender->id());
  });
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

pool_stats pool_core::stats() const {
  pool_stats all;
  all.verified = receiver_.verified();
  all.seen_entries = seen_.size();
  all.times = times_;
  relays_.add_to(all);
  return all;
}

}  // namespace uvnostr
