// SPDX-License-Identifier: MIT
#include "session/relay_session.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/printable.hpp"

namespace uvnostr::session {

namespace {

constexpr std::chrono::milliseconds longest_retry_after{600'000};
constexpr std::uint16_t normal_closure = 1000;  // RFC 6455, 7.4.1

std::string sentence(const port::disconnect& end) {
  std::string text = end.cause.message();
  std::string more;
  if (end.http_status != 0) more += " (HTTP " + std::to_string(end.http_status) + ")";
  if (end.close_code != 0) more += " (close code " + std::to_string(end.close_code) + ")";
  if (!end.detail.empty()) more += ": " + base::printable(end.detail);
  if (!more.empty() && text.ends_with('.')) text.pop_back();
  return text + more;
}

/// Whether the relay does not want us back so soon.
/// Source: RFC 6585, 4; RFC 9110, 15.6.4; RFC 6455, 7.4: 1008 is for a violated policy, 4000 to 4999 are private codes.
bool sends_us_away(const port::disconnect& end) noexcept {
  return end.http_status == 429 || end.http_status == 503 || end.close_code == 1008 ||
         (end.close_code >= 4000 && end.close_code <= 4999);
}

}  // namespace

relay_session::relay_session(relay_id id, std::uint32_t slot, base::url url, relay_options options,
                             const surroundings& around)
    : id_(id),
      slot_(slot),
      url_(std::move(url)),
      options_(std::move(options)),
      around_(around),
      backoff_(options_.reconnect) {
  stats_.relay = id;
  stats_.url = url_.text;
}

relay_status relay_session::status() const noexcept {
  return {.relay = id_,
          .url = url_.text,
          .state = state(),
          .previous = previous_,
          .cause = last_end_.cause,
          .text = last_end_text_,
          .redirected_to = open() && connection_ != nullptr ? connection_->reached_url() : std::string_view(),
          .words = last_end_.cause == errc::closed_by_relay ? std::string_view(last_end_.detail) : std::string_view(),
          .close_code = last_end_.close_code,
          .http_status = last_end_.http_status,
          .failures = backoff_.failures(),
          .next_attempt = phase_ == phase::waiting ? delay_ : std::nullopt};
}

relay_stats relay_session::stats() const {
  relay_stats now = stats_;
  now.state = state();
  now.publish_bytes = outbox_.bytes();
  now.waiting_reqs = requests_.waiting();
  now.most_reqs = requests_.most_open();
  return now;
}

bool relay_session::failing() const noexcept {
  return phase_ == phase::stopped || phase_ == phase::closing || (!open() && dial_failed_);
}

void relay_session::enter(phase next) noexcept {
  assert(may_follow(phase_, next));
  phase_timer_.cancel();
  previous_ = state();
  phase_ = next;
  phase_since_ = now();
}

/// Holds whenever no function of this class is running.
bool relay_session::keeps_its_rules() const noexcept {
  const phase_rule& rule = rule_of(phase_);
  return rule.at == phase_ && rule.has_connection == (connection_ != nullptr) &&
         rule.has_timer == phase_timer_.is_scheduled() && (open() || !liveness_.is_watching());
}

void relay_session::dial_now() noexcept {
  if (stop_cause_ || (phase_ != phase::idle && phase_ != phase::waiting && phase_ != phase::stopped)) return;
  if (phase_ == phase::stopped) backoff_.reset();
  enter(phase::queued);
  listener().on_session_wants_dial(*this);
}

void relay_session::start_over() noexcept {
  if (backoff_.sent_away()) return;
  backoff_.reset();
  dial_now();
}

void relay_session::dial() noexcept {
  if (phase_ != phase::queued) return;
  enter(phase::connecting);
  timers().schedule(phase_timer_, phase_since_ + options_.connect_timeout);
  ++stats_.attempts;
  last_end_ = {};
  last_end_text_.clear();
  const result<port::connection*> dialled = around_.transport.dial({.url = url_, .options = options_}, *this);
  if (dialled) {
    connection_ = *dialled;
    assert(keeps_its_rules());
    listener().on_session_state(*this);
  } else {
    connection_over({.cause = dialled.error(), .detail = {}, .retry_after = {}});
  }
}

void relay_session::on_open() noexcept {
  stats_.connect_time = now() - phase_since_;
  times().connect.add(*stats_.connect_time);
  ++stats_.connects;
  dial_failed_ = false;
  if (const std::optional<unix_seconds> date = connection_->peer_date()) relay_clock_ = clock_reading{*date, now()};
  enter(phase::connected);
  listener().on_session_dial_over(*this);
  back_pressure_.on_connected();
  auth_.on_connected();
  requests_.on_connected();
  liveness_.start();
  listener().on_session_state(*this);
  pump_soon();
  touched();
}

void relay_session::on_text(std::string_view message) noexcept {
  liveness_.heard();
  around_.messages.on_text(*this, message);
}

void relay_session::on_too_big(std::size_t bytes, std::string_view beginning, std::string_view end) noexcept {
  liveness_.heard();
  around_.messages.on_too_big(*this, bytes, beginning, end);
}

void relay_session::on_binary(std::size_t) noexcept {
  liveness_.heard();
  around_.messages.on_binary(*this);
}

void relay_session::on_writable() noexcept {
  pump();
  touched();
}

void relay_session::on_disconnect(const port::disconnect& end) noexcept {
  connection_ = nullptr;
  connection_over(end);
  touched();
}

/// The connection has called, so timers that were scheduled meanwhile need the alarm.
void relay_session::touched() noexcept {
  assert(keeps_its_rules());
  around_.reactor.wake_soon();
}

/// The connection is gone; the next phase depends on the previous one.
void relay_session::connection_over(const port::disconnect& end) noexcept {
  const phase was = phase_;
  const std::chrono::microseconds uptime = now() - phase_since_;
  liveness_.stop();
  pump_timer_.cancel();
  back_pressure_.on_disconnected();
  last_end_ = end;
  last_end_text_ = end.cause ? sentence(end) : std::string();
  const bool misbehaved = end.cause == errc::misbehaved;
  if (misbehaved) stats_.offences = 0;
  backoff_.is_sent_away(sends_us_away(end) || misbehaved);
  if (was == phase::connecting) {
    dial_failed_ = true;
    backoff_.failed();
    listener().on_session_dial_over(*this);
  } else {
    ++stats_.disconnects;
    if (was == phase::connected) backoff_.lost_after(uptime);
  }
  auth_.on_disconnected();
  const bool hung_up =
      was == phase::connected && (end.cause == errc::closed_by_relay || end.cause == errc::connection_lost);
  const bool answers_were_due = requests_.answers_are_due();
  // Events are investigated first, because they end with a receipt. Then it is the REQs' turn.
  requests_.on_disconnected(hung_up && !outbox_.is_waiting());
  outbox_.on_disconnected(end, answers_were_due);
  if (was == phase::closing) {
    finish(stop_cause_);
  } else {
    wait_or_stop();
  }
}

void relay_session::note_offence(std::string_view what) noexcept {
  if (log().takes(log_level::debug)) log().write(log_level::debug, "the relay offends", subject(), {{"what", what}});
  ++stats_.offences;
  if (is_unbearable()) pump_soon();  // not here: whoever counts is in the middle of a message
}

void relay_session::note_forgery(std::string_view what) noexcept {
  if (!std::exchange(has_forged_, true)) {
    log().write(log_level::warning, "the relay sends events that do not verify", subject(), {{"what", what}});
  }
  note_offence(what);
}

void relay_session::on_remark(std::string_view what, std::string_view about, std::string_view detail,
                              std::error_code cause) noexcept {
  if (!log().takes(log_level::debug)) return;
  const std::string reason = cause ? cause.message() : std::string();
  log().write(log_level::debug, what, subject(), {{"about", about}, {"cause", reason}, {"detail", detail}});
}

void relay_session::note_unasked() noexcept {
  if (!flood_.note(now())) return;
  ++stats_.flood_messages;
  note_offence("it floods us");
}

void relay_session::learn(const relay_limitation& says) {
  const std::optional<std::uint64_t> before = limitation_.max_message_length;
  limitation_ = says;
  if (says.max_subscriptions) requests_.limit_open(static_cast<std::size_t>(*says.max_subscriptions));
  // Relays write 0 where they have no limit: nothing else makes sense.
  for (std::optional<std::uint64_t>* const each :
       {&limitation_.max_message_length, &limitation_.max_limit, &limitation_.max_event_tags,
        &limitation_.max_content_length, &limitation_.created_at_lower_limit, &limitation_.created_at_upper_limit}) {
    if (*each == 0U) each->reset();
  }
  if (limitation_.max_message_length != before) listener().on_message_limit(*this);
}

void relay_session::on_pump_timer() noexcept {
  if (open() && is_unbearable()) return lost(errc::misbehaved);
  pump();
}

double relay_session::random_fraction(port::reactor& reactor) noexcept {
  std::uint32_t random = 0;
  reactor.random_bytes(std::as_writable_bytes(std::span(&random, 1)));
  return static_cast<double>(random) / 4294967295.0;
}

unix_seconds relay_session::relay_time() noexcept {
  if (!relay_clock_) return wall_clock();
  return relay_clock_->date + std::chrono::floor<std::chrono::seconds>(now() - relay_clock_->at);
}

unix_seconds relay_session::trusted_time() noexcept { return std::min(wall_clock(), relay_time()); }

void relay_session::wait_or_stop() noexcept {
  delay_ = backoff_.next_delay(random_fraction());
  if (!delay_) {
    if (options_.reconnect.enabled) {
      last_end_text_ += "; " + make_error_code(errc::retries_exhausted).message();
    }
    finish(errc::retries_exhausted);
    return;
  }
  if (last_end_.retry_after) {
    const std::chrono::milliseconds asked =
        std::min<std::chrono::milliseconds>(*last_end_.retry_after, longest_retry_after);
    delay_ = std::max(*delay_, backoff_.not_all_at_once(asked, random_fraction()));
  }
  const bool misbehaved = last_end_.cause == errc::misbehaved;
  if (misbehaved) delay_ = std::max(*delay_, backoff_.not_all_at_once(options_.offence_pause, random_fraction()));
  enter(phase::waiting);
  timers().schedule(phase_timer_, phase_since_ + *delay_);
  listener().on_session_state(*this);
  if (failing() || misbehaved) requests_.settle_all();
}

void relay_session::finish(std::error_code cause) noexcept {
  enter(phase::stopped);
  outbox_.fail_all(cause);
  requests_.settle_all();
  listener().on_session_state(*this);
}

void relay_session::stop(std::error_code cause) noexcept {
  if (stop_cause_) return;
  stop_cause_ = cause;
  switch (phase_) {
    case phase::connected:
      pump();  // sends what still fits before the close frame
      outbox_.fail_all(cause);
      liveness_.stop();
      enter(phase::closing);
      connection_->close(normal_closure, {});
      timers().schedule(phase_timer_, phase_since_ + options_.close_timeout);
      listener().on_session_state(*this);
      return;
    case phase::connecting:
      connection_->abort();
      connection_ = nullptr;
      [[fallthrough]];
    case phase::queued: listener().on_session_dial_over(*this); break;
    case phase::idle:
    case phase::waiting: break;
    case phase::closing:
    case phase::stopped: return;
  }
  last_end_ = {};
  last_end_text_.clear();
  finish(cause);
}

void relay_session::abort() noexcept {
  if (phase_ == phase::stopped) return;
  if (connection_ != nullptr) std::exchange(connection_, nullptr)->abort();
  enter(phase::stopped);
  liveness_.stop();
  pump_timer_.cancel();
}

void relay_session::on_phase_timer() noexcept {
  switch (phase_) {
    case phase::waiting:
      enter(phase::queued);
      listener().on_session_wants_dial(*this);
      break;
    case phase::connecting: lost(errc::connect_timeout); break;
    case phase::closing:
      std::exchange(connection_, nullptr)->abort();
      connection_over({.cause = {}, .detail = {}, .retry_after = {}});
      break;
    default: break;
  }
}

void relay_session::lost(errc cause) noexcept {
  std::exchange(connection_, nullptr)->abort();
  connection_over({.cause = cause, .detail = {}, .retry_after = {}});
}

void relay_session::on_pong() noexcept {
  liveness_.on_pong();
  touched();
}

bool relay_session::send(std::string_view message) noexcept {
  if (phase_ != phase::connected || !connection_->send_text(message)) return false;
  ++stats_.messages_out;
  stats_.bytes_out += message.size();
  return true;
}

std::uint64_t relay_session::bytes_that_left() const noexcept {
  const std::uint64_t unsent = connection_ == nullptr ? 0 : connection_->unsent_bytes();
  return stats_.bytes_out - std::min(stats_.bytes_out, unsent);
}

void relay_session::pump_soon() noexcept {
  if (!open() || pump_timer_.is_scheduled()) return;
  timers().schedule(pump_timer_, now());
  around_.reactor.wake_soon();
}

void relay_session::pump() noexcept {
  if (!open() || !auth_.pump() || auth_.gate_closed()) return;
  if (requests_.pump()) outbox_.pump();
}

void relay_session::auth_over(bool accepted, std::string_view text) {
  requests_.on_auth(accepted, text);
  outbox_.on_auth(accepted, text);
}

}  // namespace uvnostr::session
