// SPDX-License-Identifier: MIT
#include "session/outbox.hpp"

#include <algorithm>
#include <vector>

#include "session/relay_session.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr::session {

namespace {

constexpr std::chrono::milliseconds first_pause{1'000};
constexpr std::chrono::milliseconds longest_pause{30'000};
// How many groups the suspects are split into to find the event over which the relay hung up: two rounds find one among
// a thousand.
constexpr std::size_t groups = 32;
constexpr unsigned char most_fatal = 2;
// How often, within ok_timeout, we check whether an event has left.
constexpr int looks = 8;
// This long after the connection was made, suspects stop waiting for the answers to REQs.
constexpr std::chrono::seconds patience{10};

// Source: RFC 6455, 7.4.1 and the registry of close codes.
constexpr std::uint16_t going_away = 1001;
constexpr std::uint16_t too_big = 1009;
constexpr std::uint16_t service_restart = 1012;
constexpr std::uint16_t try_again_later = 1013;

/// Whether the relay may have ended the connection over something that we sent.
bool may_be_our_fault(const port::disconnect& end) noexcept {
  if (end.cause != errc::closed_by_relay && end.cause != errc::connection_lost) return false;
  return end.close_code != going_away && end.close_code != service_restart && end.close_code != try_again_later;
}

}  // namespace

void delivery::on_timer() noexcept { outbox_->on_timer(*this); }

std::error_code outbox::add(delivery& d, std::chrono::microseconds now) {
  if (d.message_.size() > session_.options().max_publish_bytes - bytes_) return errc::queue_full;
  bytes_ += d.message_.size();
  d.outbox_ = this;
  d.added_at_ = now;
  d.place_ = ++last_place_;
  wait_in(queued_, d);
  session_.pump_soon();
  return {};
}

/// Waits for the rest of its time.
void outbox::wait_in(list& where, delivery& d) noexcept {
  d.hook.unlink();
  where.push_back(d.hook);
  if (d.options_.send_timeout.count() != 0) {
    session_.timers().schedule(d.timer_, d.added_at_ + d.options_.send_timeout);
  } else {
    d.timer_.cancel();
  }
}

bool outbox::pump() {
  if (pause_timer_.is_scheduled() || queued_.empty()) return true;
  // A system call and a reading of the clock; both are right for all that is sent now.
  const std::uint64_t left = session_.bytes_that_left();
  const std::chrono::microseconds now = session_.now();
  while (delivery* const next = queued_.front()) {
    delivery& d = *next;
    if (!may_send(d)) return true;
    if (!session_.send(d.message_)) return false;
    d.hook.unlink();
    d.state_ = delivery::state::unanswered;
    d.sent_ = true;
    unanswered_.push_back(d.hook);
    by_id_.add(d);
    await_ok(d, left, now);
  }
  return true;
}

void outbox::await_ok(delivery& d, std::uint64_t left, std::chrono::microseconds now) noexcept {
  d.unread_before_ = session_.back_pressure_.unread_time();
  d.looked_at_ = d.sent_at_ = now;
  d.left_before_ = left;
  d.leaves_at_ = session_.bytes_handed_over();
  session_.timers().schedule(d.timer_, d.looked_at_ + d.options_.ok_timeout / looks);
}

/// While the event waits for a slow line, the relay's time does not run. Returns true if that wait is over, or does not
/// end.
bool outbox::has_left(delivery& d) noexcept {
  if (d.leaves_at_ == 0) return true;
  const std::chrono::microseconds now = session_.now();
  const std::uint64_t left = session_.bytes_that_left();
  if (left >= d.leaves_at_) {
    d.leaves_at_ = 0;
  } else if (left != d.left_before_) {
    d.left_before_ = left;
    d.looked_at_ = now;
  }
  const std::chrono::microseconds until = d.looked_at_ + d.options_.ok_timeout;
  if (until <= now) return true;
  session_.timers().schedule(d.timer_,
                             d.leaves_at_ == 0 ? until : std::min(until, now + d.options_.ok_timeout / looks));
  return false;
}

/// Whether suspects are in flight, and nothing else.
bool outbox::is_trying() const noexcept { return is_waiting() && unanswered_.front()->suspect_; }

/// While a suspect is unanswered, only others of its group are sent, so that if the relay hangs up, it is over one of
/// them.
bool outbox::may_send(const delivery& d) {
  if (!d.suspect_) return !is_trying();
  if (is_waiting()) return is_trying() && by_id_.size() < group_ && d.fatal_ == 0 && unanswered_.front()->fatal_ == 0;
  const std::chrono::microseconds patient_until = session_.connected_since() + patience;
  if (!session_.requests().answers_are_due() || session_.now() >= patient_until) return true;
  session_.timers().schedule(patience_timer_, patient_until);
  return false;
}

void outbox::on_patience_over() noexcept { session_.pump_soon(); }

void outbox::on_disconnected(const port::disconnect& end, bool asked) noexcept {
  pause_timer_.cancel();
  patience_timer_.cancel();
  if (is_waiting() && may_be_our_fault(end)) suspect(end, asked);
  by_id_.clear();
  for (list* const each : {&unanswered_, &held_, &refused_}) {
    for (list::cursor at(*each); delivery* const d = at.next();) d->auth_tried_ = false;
    put_back(*each);
  }
}

/// The relay has hung up, perhaps over an unanswered event.
void outbox::suspect(const port::disconnect& end, bool asked) noexcept {
  const bool trying = is_trying();
  if (by_id_.size() == 1 && (trying || !asked)) {
    delivery& d = *unanswered_.front();
    d.suspect_ = true;
    d.place_ = ++last_place_;
    // Once is enough if the relay gives the reason.
    d.fatal_ = end.close_code == too_big ? most_fatal : static_cast<unsigned char>(d.fatal_ + 1);
    if (d.fatal_ < most_fatal) return;
    if (end.close_code == too_big) return finish(d, outcome::rejected, end.detail, errc::event_too_big);
    return finish(d, outcome::timed_out, end.detail, end.cause);
  }
  // If the relay says that an event was too big, events no larger than an accepted one are not suspect.
  bool any_larger = false;
  for (list::cursor at(unanswered_); const delivery* const each = at.next();) {
    any_larger = any_larger || each->message_.size() > proven_bytes_;
  }
  std::size_t suspects = 0;
  for (list::cursor at(unanswered_); delivery* const each = at.next();) {
    each->suspect_ = end.close_code != too_big || !any_larger || each->message_.size() > proven_bytes_;
    suspects += each->suspect_ ? 1 : 0;
  }
  group_ = std::max<std::size_t>(1, suspects / groups);
}

/// Returns the deliveries to the queue, each to its place.
void outbox::put_back(list& from) noexcept {
  std::vector<delivery*> all;
  for (list* const each : {&queued_, &from}) {
    while (delivery* const d = each->front()) {
      d->hook.unlink();
      all.push_back(d);
    }
  }
  std::sort(all.begin(), all.end(), [](const delivery* a, const delivery* b) { return a->place_ < b->place_; });
  for (delivery* const d : all) {
    if (d->state_ != delivery::state::queued) {
      d->state_ = delivery::state::queued;
      wait_in(queued_, *d);
    } else {
      queued_.push_back(d->hook);
    }
  }
}

bool outbox::on_ok(const event_id& id, bool accepted, std::string_view text) {
  delivery* const found = by_id_.find(id);
  if (found == nullptr) return false;
  delivery& d = *found;
  session_.times().ok.add(session_.now() - d.sent_at_);
  if (!queued_.empty()) session_.pump_soon();  // queued events may have waited for this answer
  const std::string_view prefix = wire::reason_prefix(text);
  if (accepted || prefix == "duplicate") {
    pauses_ = 0;
    proven_bytes_ = std::max(proven_bytes_, d.message_.size());
    finish(d, outcome::accepted, text, {});
    return true;
  }
  const bool wants_auth = prefix == "auth-required" || prefix == "restricted";
  if (wants_auth && (!d.auth_tried_ || session_.auth().is_challenged())) {
    // The relay may have sent the refusal before AUTH was over.
    const bool was_over = session_.auth().done();
    if (was_over || session_.want_auth()) {
      by_id_.remove(d);
      d.auth_tried_ = true;
      d.state_ = delivery::state::held;
      wait_in(held_, d);
      if (was_over) on_auth(true, {});
      return true;
    }
  }
  if (prefix == "rate-limited" && sends_again_later(d, text)) return true;
  finish(d, outcome::rejected, text, prefix == "auth-required" ? errc::auth_required : errc::refused);
  return true;
}

/// Returns false if the pause would be longer than the application wants to wait.
bool outbox::sends_again_later(delivery& d, std::string_view text) {
  const std::chrono::microseconds now = session_.now();
  if (!pause_timer_.is_scheduled()) {
    const auto pause = std::min(first_pause * (1 << std::min(pauses_, 6U)), longest_pause);
    const auto with_jitter = std::chrono::duration<double, std::milli>(static_cast<double>(pause.count()) *
                                                                       (1.0 + 0.2 * session_.random_fraction()));
    const auto until = now + std::chrono::duration_cast<std::chrono::microseconds>(with_jitter);
    if (until > d.added_at_ + d.options_.retry_timeout) return false;
    ++pauses_;
    session_.timers().schedule(pause_timer_, until);
  } else if (pause_timer_.deadline() > d.added_at_ + d.options_.retry_timeout) {
    return false;
  }
  by_id_.remove(d);
  d.refusal_ = text;
  d.state_ = delivery::state::held;
  wait_in(refused_, d);
  return true;
}

void outbox::on_pause_over() noexcept {
  put_back(refused_);
  session_.pump_soon();
}

void outbox::on_auth(bool accepted, std::string_view text) {
  if (accepted) {
    put_back(held_);
  } else {
    while (delivery* const d = held_.front()) finish(*d, outcome::rejected, text, errc::auth_required);
  }
  session_.pump_soon();
}

void outbox::fail_all(std::error_code cause) noexcept {
  for (list* const each : {&queued_, &unanswered_, &held_, &refused_}) {
    while (delivery* const d = each->front()) {
      finish(*d, d->sent_ ? outcome::timed_out : outcome::not_sent, {}, cause);
    }
  }
}

void outbox::on_timer(delivery& d) noexcept {
  if (d.state_ == delivery::state::unanswered) {
    if (!has_left(d)) return;
    const std::chrono::microseconds unread = session_.back_pressure_.unread_since(d.unread_before_);
    if (unread.count() > 0) return session_.timers().schedule(d.timer_, session_.now() + unread);
    session_.pump_soon();
    return finish(d, outcome::timed_out, {}, errc::ok_timeout);
  }
  if (!d.refusal_.empty()) return finish(d, outcome::rejected, d.refusal_, errc::refused);
  finish(d, d.sent_ ? outcome::timed_out : outcome::not_sent, {}, errc::send_timeout);
}

void outbox::finish(delivery& d, outcome what, std::string_view text, std::error_code cause) noexcept {
  if (d.state_ == delivery::state::unanswered) by_id_.remove(d);
  d.hook.unlink();
  d.timer_.cancel();
  bytes_ -= d.message_.size();
  session_.listener().on_delivery_done(session_, d, what, text, cause);
}

}  // namespace uvnostr::session
