// SPDX-License-Identifier: MIT
// The part of request_table that keeps to what a relay accepts: how many REQs are open, how fast they are sent, and whose
// turn it is.
//
// Happy path: every request has a place, and none of this is noticed.
// What can go wrong: there are more requests than places. Those without one wait in the order of the list. A request that
// was answered gives its place to one that had no turn yet or, after `turn_time`, to any other, and waits at the end of
// the list.
#include <algorithm>
#include <utility>

#include "session/relay_session.hpp"
#include "session/request_table.hpp"
#include "wire/client_message.hpp"

namespace uvnostr::session {

namespace {
constexpr std::chrono::seconds turn_time{10};
}

void request_table::begin_pump() noexcept {
  under_way_ = waiting_ = newcomers_ = 0;
  const std::chrono::microseconds since = session_.now() - req_pace::patience;
  for (const slot& each : slots_) {
    const sent_req* const req = each.used_by;
    if (req != nullptr && req->state == sent_req::state::asked && req->sent_at > since) ++under_way_;
  }
}

/// A request that had its turn is not asked again at once, however many places there are. Otherwise this would never end
/// where pages take the place of the REQ that stays open.
bool request_table::is_its_turn(const request& r) noexcept {
  const std::chrono::microseconds then = r.turn_begun_ + turn_time;
  if (!r.had_turn_ || !pace_.most_open() || then <= session_.now()) return true;
  wake_by(then);
  return false;
}

void request_table::wake_by(std::chrono::microseconds then) noexcept {
  if (!turn_timer_.is_scheduled() || turn_timer_.deadline() > then) session_.timers().schedule(turn_timer_, then);
}

/// If not, the timer is set for when it may be.
bool request_table::may_send() noexcept {
  if (!pace_.has_place(slots_.size() - free_slots_.size())) return false;
  if (!closes_.empty()) {
    session_.pump_soon();  // the place is free once the CLOSE has been sent
    return false;
  }
  const std::chrono::microseconds now = session_.now();
  if (pace_.may_send(now, under_way_)) return true;
  wake_by(pace_.next(now));
  return false;
}

void request_table::note_sent(sent_req& req, std::string_view message) noexcept {
  if (session_.log().takes(log_level::debug)) {
    session_.log().write(log_level::debug, "a request was sent", session_.subject(), {{"req", message}});
  }
  req.place = ++last_place_;
  req.closed_before = closed_;
  req.sent_at = session_.now();
  ++under_way_;
  ++session_.counted().reqs;
  pace_.sent(req.sent_at);
}

void request_table::on_turn_timer() noexcept { session_.pump_soon(); }

/// How many REQs the relay had open when this one came, including those that were closed since.
std::size_t request_table::open_before(const sent_req& req) const noexcept {
  return static_cast<std::size_t>(closed_ - req.closed_before) +
         static_cast<std::size_t>(std::count_if(slots_.begin(), slots_.end(), [&](const slot& each) {
           return each.used_by != nullptr && each.used_by->place < req.place;
         }));
}

/// Waits for a place, or for the pace, as long as the relay answers others.
void request_table::await_turn(request& r) noexcept {
  r.is_in_line_ = true;
  r.answers_before_ = answers_;
  r.sent_before_ = last_place_;
  session_.timers().schedule(r.timer_, session_.now() + r.options_.eose_timeout);
}

/// Whether others were asked meanwhile and none was answered. Our own pace may be slower than eose_timeout.
bool request_table::has_waited_in_vain(request& r) noexcept {
  if (r.answers_before_ == answers_ && r.sent_before_ != last_place_) return true;
  await_turn(r);
  return false;
}

/// Its time ran while it waited for its turn. What is asked has as much from then on.
bool request_table::is_overdue(request& r) noexcept {
  r.is_in_line_ = false;
  const std::chrono::microseconds end = r.awaited()->sent_at + r.options_.eose_timeout;
  if (end <= session_.now()) return true;
  session_.timers().schedule(r.timer_, end);
  return false;
}

/// Whether the words refuse only the time of this REQ. Then it waits for another, and the program is not told.
bool request_table::wait_for_turn(sent_req& req, std::string_view text) {
  request& r = req.owner();
  switch (req_pace::read(text)) {
    case req_pace::complaint::none: return false;
    case req_pace::complaint::number: {
      const std::size_t others = open_before(req);
      if (others == 0) return false;
      pace_.limit_open(others);
      break;
    }
    case req_pace::complaint::rate:
      if (req.state != sent_req::state::asked || !pace_.slow_down(session_.now())) return false;
      break;
  }
  if (!std::exchange(r.is_slowed_, true)) await_turn(r);
  session_.pump_soon();
  if (req.what == sent_req::kind::page) {
    end_req(r.page_);
    r.history_.interrupted_page();
    return true;
  }
  end_req(r.open_req_);
  close_req(r.page_);
  r.history_.interrupted(session_.trusted_time());
  r.step_ = request::step::to_ask;
  r.caught_up_told_ = false;
  return true;
}

void request_table::on_notice(std::string_view text) {
  if (req_pace::read(text) == req_pace::complaint::none) return;
  sent_req* newest = nullptr;
  for (const slot& each : slots_) {
    sent_req* const req = each.used_by;
    if (req == nullptr || req->state != sent_req::state::asked) continue;
    if (req->owner().progress_ != req->owner().progress_before_) continue;
    if (newest == nullptr || req->place > newest->place) newest = req;
  }
  if (newest == nullptr) return;
  const base::ref<request> keep = base::ref<request>::retain(newest->owner());
  const std::string id(newest->id());
  if (!wait_for_turn(*newest, text)) return;
  ++session_.counted().refused_reqs;
  refuses_by_notice_ = true;
  closes_.push_back(wire::close_message(id));  // should the relay have taken it after all
}

/// Gives up its place to another request, and waits for the next one.
void request_table::end_turn(request& r) {
  r.timer_.cancel();
  close_req(r.page_);
  close_req(r.open_req_);
  r.history_.interrupted(session_.trusted_time());
  r.step_ = request::step::to_ask;
  r.had_turn_ = true;
  r.progress_before_ = r.progress_;
  r.caught_up_told_ = r.page_waits_ = false;
  r.hook.unlink();
  requests_.push_back(r.hook);
  session_.pump_soon();
}

/// Finds a place for a page: if necessary that of the REQ that stays open, which is closed first.
bool request_table::make_place_for_page(request& r) {
  if (may_send()) return true;
  if (r.open_req_ && !pace_.has_place(slots_.size() - free_slots_.size())) {
    close_req(r.open_req_);
    session_.pump_soon();
  }
  return false;
}

void request_table::pass_places_on() {
  if (waiting_ == 0 || pace_.has_place(slots_.size() - free_slots_.size())) return;
  const std::chrono::microseconds now = session_.now();
  std::size_t wanted = waiting_;
  std::size_t newcomers = newcomers_;
  for (cursor each(requests_); request* const r = each.next();) {
    if (wanted == 0) return;
    if (!r->caught_up_told_ || !r->open_req_ || r->page_) continue;
    const std::chrono::microseconds until = r->turn_begun_ + turn_time;
    if (newcomers == 0 && until > now) {
      wake_by(until);
      continue;
    }
    end_turn(*r);
    --wanted;
    if (newcomers != 0) --newcomers;
  }
}

}  // namespace uvnostr::session
