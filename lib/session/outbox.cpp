// SPDX-License-Identifier: MIT
#include "session/outbox.hpp"

#include "session/relay_session.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr::session {

void delivery::on_timer() noexcept { outbox_->on_timer(*this); }

std::error_code outbox::add(delivery& d) {
  if (d.message_.size() > session_.options().max_publish_bytes - bytes_) return errc::queue_full;
  bytes_ += d.message_.size();
  queued_.push_back(d.hook);
  d.outbox_ = this;
  if (d.options_.send_timeout.count() != 0) {
    d.send_until_ = session_.now() + d.options_.send_timeout;
    session_.timers().schedule(d.timer_, d.send_until_);
  }
  session_.pump_soon();
  return {};
}

bool outbox::pump() {
  while (delivery* const next = queued_.front()) {
    delivery& d = *next;
    if (!session_.send(d.message_)) return false;
    d.hook.unlink();
    d.state_ = delivery::state::unanswered;
    d.sent_ = true;
    unanswered_.push_back(d.hook);
    by_id_.emplace(d.id_, &d);
    d.unread_before_ = session_.unread_time();
    session_.timers().schedule(d.timer_, session_.now() + d.options_.ok_timeout);
  }
  return true;
}

void outbox::on_disconnected() noexcept {
  // What was sent first comes first again.
  list behind;
  while (delivery* const d = queued_.front()) {
    d->hook.unlink();
    behind.push_back(d->hook);
  }
  by_id_.clear();
  for (list* const sent : {&unanswered_, &held_}) {
    while (delivery* const d = sent->front()) requeue(*d);
  }
  while (delivery* const d = behind.front()) {
    d->hook.unlink();
    queued_.push_back(d->hook);
  }
}

/// To those that wait, for what is left of its time.
void outbox::requeue(delivery& d) noexcept {
  d.hook.unlink();
  d.state_ = delivery::state::queued;
  d.auth_tried_ = false;
  queued_.push_back(d.hook);
  if (d.options_.send_timeout.count() != 0) {
    session_.timers().schedule(d.timer_, d.send_until_);
  } else {
    d.timer_.cancel();
  }
}

bool outbox::on_ok(const event_id& id, bool accepted, std::string_view text) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return false;
  delivery& d = *found->second;
  if (accepted) {
    finish(d, outcome::accepted, text, {});
    return true;
  }
  const std::string_view prefix = wire::reason_prefix(text);
  const bool wants_auth = prefix == "auth-required" || prefix == "restricted";
  if (wants_auth && !d.auth_tried_ && session_.want_auth()) {
    forget_unanswered(d);
    d.hook.unlink();
    d.timer_.cancel();
    d.auth_tried_ = true;
    d.state_ = delivery::state::held;
    held_.push_back(d.hook);
    return true;
  }
  finish(d, outcome::rejected, text, prefix == "auth-required" ? errc::auth_required : errc::refused);
  return true;
}

void outbox::on_auth(bool accepted, std::string_view text) {
  while (delivery* const d = held_.front()) {
    if (accepted) {
      d->hook.unlink();
      d->state_ = delivery::state::queued;
      queued_.push_back(d->hook);
    } else {
      finish(*d, outcome::rejected, text, errc::auth_required);
    }
  }
  session_.pump_soon();
}

void outbox::fail_all(std::error_code cause) noexcept {
  for (list* const each : {&queued_, &unanswered_, &held_}) {
    while (delivery* const d = each->front()) {
      finish(*d, d->sent_ ? outcome::timed_out : outcome::not_sent, {}, cause);
    }
  }
}

void outbox::on_timer(delivery& d) noexcept {
  if (d.state_ == delivery::state::unanswered) {
    const std::chrono::microseconds unread = session_.unread_since(d.unread_before_);
    if (unread.count() > 0) return session_.timers().schedule(d.timer_, session_.now() + unread);
    finish(d, outcome::timed_out, {}, errc::ok_timeout);
  } else {
    finish(d, d.sent_ ? outcome::timed_out : outcome::not_sent, {}, errc::send_timeout);
  }
}

void outbox::forget_unanswered(delivery& d) noexcept {
  const auto [begin, end] = by_id_.equal_range(d.id_);
  for (auto at = begin; at != end; ++at) {
    if (at->second == &d) {
      by_id_.erase(at);
      return;
    }
  }
}

void outbox::finish(delivery& d, outcome what, std::string_view text, std::error_code cause) noexcept {
  if (d.state_ == delivery::state::unanswered) forget_unanswered(d);
  d.hook.unlink();
  d.timer_.cancel();
  bytes_ -= d.message_.size();
  session_.listener().on_delivery_done(session_, d, what, text, cause);
}

}  // namespace uvnostr::session
