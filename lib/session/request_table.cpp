// SPDX-License-Identifier: MIT
#include "session/request_table.hpp"

#include <algorithm>
#include <charconv>

#include "session/relay_session.hpp"
#include "wire/client_message.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr::session {

namespace {

constexpr std::chrono::milliseconds first_pause{5'000};
constexpr std::chrono::milliseconds longest_pause{300'000};

bool has_limit(const std::vector<filter>& filters) noexcept {
  return std::any_of(filters.begin(), filters.end(), [](const filter& f) { return f.limit.has_value(); });
}

/// A refusal that the same REQ may not meet a little later. An unknown word counts as an error, as NIP-01 has it.
bool is_temporary(std::string_view prefix) noexcept {
  for (const std::string_view lasting : {"invalid", "blocked", "restricted", "unsupported", "mute", "pow", "auth-required"}) {
    if (prefix == lasting) return false;
  }
  return true;
}

}  // namespace

void request::on_timer() noexcept { table_->on_timer(*this); }

/// Relays send the newest stored events first: what came of an answer says nothing of older ones until its EOSE.
void request::note_event(unix_seconds created_at, unix_seconds now) noexcept {
  const unix_seconds at = std::min(created_at, now);
  std::optional<unix_seconds>& reached = step_ == step::live ? newest_ : arrived_;
  reached = reached ? std::max(*reached, at) : at;
  if (!answered_) oldest_stored_ = oldest_stored_ ? std::min(*oldest_stored_, at) : at;
}

/// Where to ask from after a reconnect; empty: for everything again.
///
/// Asking for everything loses nothing, not even events that come late with an old date, and what is known is
/// dropped. It cannot be done if more was delivered than is remembered, nor with a `limit`, which would hide what came
/// meanwhile behind the newest few; then it is from the newest verified event less an overlap.
std::optional<unix_seconds> request::resume_from(unix_seconds now) const noexcept {
  if (!answered_) return std::nullopt;
  const bool limited = has_limit(filters_);
  if (!limited && !forgotten_) return std::nullopt;
  unix_seconds reached = std::min(newest_.value_or(asked_at_.value_or(now)), now);
  if (heard_at_) reached = std::max(reached, std::min(*heard_at_, now));
  unix_seconds from = reached - options_.resume_overlap;
  // Events before these were cut off by the limit: the application did not want them then, nor now.
  if (limited) from = std::max(from, oldest_stored_.value_or(asked_at_.value_or(now)));
  return from;
}

void request_table::add(request& r) {
  requests_.push_back(r.hook);
  r.table_ = this;
  if (session_.open()) {
    r.step_ = request::step::to_ask;
    session_.pump_soon();
  } else if (session_.failing()) {
    settle(r);
  }
}

void request_table::remove(request& r) {
  if ((r.step_ == request::step::asked || r.step_ == request::step::live) && session_.open()) {
    closes_.push_back(wire::close_message(wire_id_of(r)));
  }
  forget_wire_id(r);
  r.timer_.cancel();
  r.hook.unlink();
  session_.pump_soon();
}

request* request_table::find(std::string_view wire_id) const noexcept {
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(wire_id.data(), wire_id.data() + wire_id.size(), number, 16);
  if (parsed.ec != std::errc() || number >= slots_.size()) return nullptr;
  request* const r = slots_[number].used_by;
  return r != nullptr && !r->id_is_old_ && wire_id == wire_id_of(*r) ? r : nullptr;
}

void request_table::on_connected() noexcept {
  for (cursor each(requests_); request* const at = each.next();) {
    request& r = *at;
    r.step_ = request::step::to_ask;
    r.auth_tried_ = false;
    r.refusals_ = 0;
  }
}

void request_table::on_disconnected() noexcept {
  closes_.clear();
  for (cursor each(requests_); request* const at = each.next();) {
    request& r = *at;
    // EOSE may have come already, and wait behind events that are being verified.
    r.id_is_old_ = r.wire_id_size_ != 0 && (r.id_is_old_ || r.step_ == request::step::asked);
    if (!r.id_is_old_) forget_wire_id(r);
    // The time for on_all_eose goes on: the relay may be back before it is over.
    if (r.step_ == request::step::refused) r.timer_.cancel();
    // A relay that hangs up before that time runs is waited for no longer than one that cannot be reached.
    if ((r.step_ == request::step::to_ask || r.step_ == request::step::held) && !r.eose_timed_) settle(r);
    r.step_ = request::step::away;
  }
}

void request_table::settle_all() noexcept {
  for (cursor each(requests_); request* const r = each.next();) settle(*r);
}

bool request_table::pump() {
  while (!closes_.empty()) {
    if (!session_.send(closes_.front())) return false;
    closes_.pop_front();
  }
  for (cursor each(requests_); request* const at = each.next();) {
    request& r = *at;
    if (r.step_ == request::step::to_ask && !ask(r)) return false;
  }
  return true;
}

bool request_table::ask(request& r) {
  if (r.id_is_old_) forget_wire_id(r);
  if (r.wire_id_size_ == 0) {
    r.arrived_.reset();
    if (free_slots_.empty()) {
      free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
      slots_.emplace_back();
    }
    r.slot_ = free_slots_.back();
    free_slots_.pop_back();
    slot& s = slots_[r.slot_];
    s.used_by = &r;
    char* const end = r.wire_id_.data() + r.wire_id_.size();
    char* at = std::to_chars(r.wire_id_.data(), end, r.slot_, 16).ptr;
    *at++ = '-';
    at = std::to_chars(at, end, s.generation++, 16).ptr;
    r.wire_id_size_ = static_cast<std::size_t>(at - r.wire_id_.data());
  }
  const unix_seconds now = session_.wall_clock();
  if (!session_.send(wire::req_message(wire_id_of(r), r.filters_, r.resume_from(now)))) return false;
  r.step_ = request::step::asked;
  if (!r.asked_at_) r.asked_at_ = now;
  if (!r.settled_ && !r.eose_timed_) {
    r.eose_timed_ = true;
    r.unread_before_ = session_.unread_time();
    session_.timers().schedule(r.timer_, session_.now() + r.options_.eose_timeout);
  }
  return true;
}

bool request_table::on_eose(request& r) noexcept {
  if (r.id_is_old_) {
    forget_wire_id(r);  // it is asked anew nevertheless
  } else if (r.step_ == request::step::asked) {
    r.step_ = request::step::live;
  } else {
    return false;
  }
  if (r.arrived_) r.newest_ = std::max(r.newest_.value_or(*r.arrived_), *r.arrived_);
  r.arrived_.reset();
  r.refusals_ = 0;
  r.timer_.cancel();
  const bool first = !r.answered_;
  r.answered_ = true;
  return first;
}

void request_table::on_closed(request& r, std::string_view text) {
  if (r.id_is_old_) return;  // the next connection asks anew
  const std::string_view prefix = wire::reason_prefix(text);
  forget_wire_id(r);
  r.timer_.cancel();
  r.eose_timed_ = r.settled_;
  if ((prefix == "auth-required" || prefix == "restricted") && !r.auth_tried_) {
    if (session_.auth().done()) {
      // The refusal waited behind events, and AUTH was over before its turn came.
      r.auth_tried_ = true;
      r.step_ = request::step::to_ask;
      session_.pump_soon();
      return;
    }
    if (session_.want_auth()) {
      r.auth_tried_ = true;
      r.step_ = request::step::held;
      return;
    }
  }
  refuse(r, text);
}

void request_table::refuse(request& r, std::string_view text) {
  r.step_ = request::step::refused;
  if (is_temporary(wire::reason_prefix(text))) {
    const auto pause = std::min(first_pause * (1 << std::min(r.refusals_, 6U)), longest_pause);
    ++r.refusals_;
    session_.timers().schedule(r.timer_, session_.now() + pause);
  }
  session_.listener().on_request_refused(session_, r, text);
  settle(r);
}

void request_table::on_auth(bool accepted, std::string_view text) {
  for (cursor each(requests_); request* const at = each.next();) {
    request& r = *at;
    if (r.step_ != request::step::held) continue;
    if (accepted) {
      r.step_ = request::step::to_ask;
    } else {
      refuse(r, text);
    }
  }
  session_.pump_soon();
}

void request_table::settle(request& r) noexcept {
  if (r.settled_) return;
  r.settled_ = true;
  session_.listener().on_request_settled(session_, r);
}

void request_table::forget_wire_id(request& r) noexcept {
  if (r.wire_id_size_ == 0) return;
  slots_[r.slot_].used_by = nullptr;
  free_slots_.push_back(r.slot_);
  r.wire_id_size_ = 0;
  r.id_is_old_ = false;
}

void request_table::on_timer(request& r) {
  if (r.step_ == request::step::refused) {
    r.step_ = request::step::to_ask;
    session_.pump_soon();
    return;
  }
  const std::chrono::microseconds unread = session_.unread_since(r.unread_before_);
  if (unread.count() > 0) {
    session_.timers().schedule(r.timer_, session_.now() + unread);
  } else {
    settle(r);
  }
}

}  // namespace uvnostr::session
