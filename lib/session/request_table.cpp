// SPDX-License-Identifier: MIT
#include "session/request_table.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "session/relay_session.hpp"
#include "wire/client_message.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr::session {

namespace {

constexpr unsigned most_failed_pages = 3;
constexpr unsigned most_losses = 3;

}  // namespace

bool sent_req::distrusted() const noexcept {
  return owner_->table_ != nullptr && owner_->table_->session_.has_forged();
}

void request::on_timer() noexcept { table_->on_timer(*this); }

bool request::is_catching_up() const noexcept {
  if (step_ == step::to_ask || step_ == step::asked || step_ == step::held)
    return !settled() || progress_ != progress_before_;
  return step_ == step::live && !history_.is_caught_up() && !caught_up_told_ && !page_waits_;
}

void request_table::add(request& r) {
  requests_.push_back(r.hook);
  r.table_ = this;
  if (session_.open()) {
    r.step_ = request::step::to_ask;
    session_.pump_soon();
  } else if (session_.failing()) {
    settle(r, request::ending::unreachable);
  } else if (session_.counted().connects != 0) {
    watch(r);  // its connection is lost, and the next one may take long; otherwise the dial decides
  }
}

void request_table::remove(request& r) {
  r.timer_.cancel();
  close_req(r.page_);
  close_req(r.open_req_);
  r.hook.unlink();
  session_.pump_soon();
}

sent_req* request_table::find(std::string_view wire_id) const noexcept {
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(wire_id.data(), wire_id.data() + wire_id.size(), number, 16);
  if (parsed.ec != std::errc() || number >= slots_.size()) return nullptr;
  sent_req* const found = slots_[number].used_by;
  return found != nullptr && wire_id == found->id() ? found : nullptr;
}

void request_table::on_connected() noexcept {
  pace_.on_connected();
  refuses_by_notice_ = false;
  for (cursor each(requests_); request* const at = each.next();) {
    request& r = *at;
    r.step_ = r.fatal_ >= most_fatal ? request::step::refused : request::step::to_ask;
    r.auth_tried_ = r.caught_up_told_ = r.page_waits_ = r.waits_for_others_ = r.had_turn_ = r.is_slowed_ = false;
    r.refusals_ = r.failed_pages_ = 0;
  }
}

void request_table::on_disconnected(bool hung_up) noexcept {
  closes_.clear();
  turn_timer_.cancel();
  waiting_ = 0;
  const unix_seconds now = session_.trusted_time();
  std::size_t unanswered = 0;
  for (cursor each(requests_); request* const r = each.next();) {
    if (hung_up && r->step_ == request::step::asked && r->progress_ == r->progress_before_) ++unanswered;
  }
  for (cursor each(requests_); request* const at = each.next();) {
    request& r = *at;
    // If a relay hangs up silently over a request, it is asked for the candidates one by one.
    const bool may_be_the_cause = hung_up && r.step_ == request::step::asked && r.progress_ == r.progress_before_;
    if (may_be_the_cause && unanswered == 1) ++r.fatal_;
    r.suspect_ = may_be_the_cause;
    r.history_.interrupted(now);
    end_req(r.page_);
    end_req(r.open_req_);
    lose(r, may_be_the_cause);
  }
}

/// Its connection is lost. The time for on_all_eose goes on, because the relay may be back before it is over.
void request_table::lose(request& r, bool may_be_the_cause) noexcept {
  const request::step was = std::exchange(r.step_, request::step::away);
  r.is_slowed_ = false;
  if (r.fatal_ == most_fatal && may_be_the_cause) {
    ++r.fatal_;
    session_.listener().on_request_refused(
        session_, r,
        {.words = {}, .hung_up = true, .asked_again = asked_again::never, .pause = {}, .missing = missing_of(r)});
    settle(r, request::ending::refused);
  }
  if (std::exchange(r.page_waits_, false) || was == request::step::refused || r.settled()) r.timer_.cancel();
  if (was == request::step::away || was == request::step::refused) return;
  if (was == request::step::to_ask || was == request::step::held) {
    // A relay that hangs up before it was ever asked counts like one that cannot be reached.
    if (r.losses_ == 0) r.timer_.cancel();
    if (!r.timer_.is_scheduled()) settle(r, request::ending::unreachable);
  } else if (++r.losses_ >= most_losses) {
    r.timer_.cancel();
    settle(r, request::ending::unreachable);
  } else {
    watch(r);
  }
}

void request_table::settle_all() noexcept {
  for (cursor each(requests_); request* const r = each.next();) settle(*r, request::ending::unreachable);
}

bool request_table::answers_are_due() const noexcept {
  for (const slot& each : slots_) {
    if (each.used_by != nullptr && each.used_by->state == sent_req::state::asked) return true;
  }
  return false;
}

bool request_table::may_ask_page(const request& r) const noexcept {
  return r.step_ == request::step::live && !r.page_ && !r.page_waits_ && !r.caught_up_told_ &&
         !r.history_.is_caught_up();
}

bool request_table::pump() {
  while (!closes_.empty()) {
    if (!session_.send(closes_.front())) return false;
    closes_.pop_front();
  }
  begin_pump();
  bool suspects = false;
  for (cursor each(requests_); request* const at = each.next();) {
    request& r = *at;
    if (r.step_ == request::step::to_ask && r.too_long) {
      refuse_too_long(r);
      continue;
    }
    suspects = suspects || (r.suspect_ && r.step_ == request::step::to_ask);
    bool is_sent = true;
    if (r.step_ == request::step::to_ask && !r.suspect_) {
      if (is_its_turn(r) && may_send()) {
        is_sent = ask(r);
      } else {
        ++waiting_;
        if (!r.had_turn_) ++newcomers_;
        if (!r.settled() && !r.timer_.is_scheduled()) await_turn(r);
      }
    }
    if (is_sent && may_ask_page(r)) {
      r.waits_for_others_ = !session_.listener().may_ask_page(r);
      if (r.waits_for_others_) {
        r.timer_.cancel();  // of its turn
      } else if (make_place_for_page(r)) {
        is_sent = ask_page(r);
      } else if (pace_.is_slowed() && !r.timer_.is_scheduled()) {
        await_turn(r);
      }
    }
    if (is_sent) continue;
    // The relay does not read. That may last, and others wait for the same.
    for (cursor rest(requests_); request* const waiting = rest.next();) {
      if (waiting->step_ == request::step::to_ask || waiting == &r) watch(*waiting);
    }
    return false;
  }
  pass_places_on();
  if (!suspects || answers_are_due()) return true;
  for (cursor each(requests_); request* const r = each.next();) {
    if (r->suspect_ && r->step_ == request::step::to_ask) return ask(*r);
  }
  return true;
}

base::ref<sent_req> request_table::make_req(sent_req::kind what, request& r) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t number = free_slots_.back();
  free_slots_.pop_back();
  auto made = base::make_ref<sent_req>(what, r, number, slots_[number].generation++);
  slots_[number].used_by = made.get();
  return made;
}

void request_table::end_req(base::ref<sent_req>& req) noexcept {
  if (!req) return;
  req->state = sent_req::state::over;
  slots_[req->slot].used_by = nullptr;
  slots_[req->slot].ended_at = session_.now();
  free_slots_.push_back(req->slot);
  req.reset();
}

void request_table::close_req(base::ref<sent_req>& req) {
  if (!req) return;
  if (session_.open()) closes_.push_back(wire::close_message(req->id()));
  ++closed_;
  end_req(req);
}

bool request_table::ask(request& r) {
  const std::uint32_t page = session_.listener().page_size(r);
  auto req = make_req(sent_req::kind::stays_open, r);
  const std::string message = wire::req_message(
      req->id(), r.history_.begin(session_.trusted_time(), page, session_.listener().remembers_all(r)));
  if (!session_.send(message)) {
    end_req(req);
    return false;
  }
  note_sent(*req, message);
  r.open_req_ = std::move(req);
  r.step_ = request::step::asked;
  await_answer(r);
  return true;
}

bool request_table::ask_page(request& r) {
  const std::vector<filter> filters = r.history_.next_page(session_.listener().page_size(r));
  auto req = make_req(sent_req::kind::page, r);
  const std::string message = wire::req_message(req->id(), filters);
  if (!session_.send(message)) {
    end_req(req);
    r.history_.interrupted_page();
    return false;
  }
  note_sent(*req, message);
  r.page_ = std::move(req);
  await_answer(r);
  return true;
}

void request_table::await_answer(request& r) noexcept {
  r.progress_before_ = r.progress_;
  r.unread_before_ = session_.back_pressure_.unread_time();
  if (r.is_slowed_) return;  // its time runs already
  r.is_in_line_ = false;
  session_.timers().schedule(r.timer_, session_.now() + r.options_.eose_timeout);
}

void request_table::watch(request& r) noexcept {
  r.is_in_line_ = false;
  if (!r.settled() && !r.timer_.is_scheduled()) await_answer(r);
}

void request_table::on_too_big(sent_req& req, const wire::event_ends& event) {
  if (req.state == sent_req::state::over) return;
  request& r = req.owner();
  const base::ref<request> keep = base::ref<request>::retain(r);
  if (req.state == sent_req::state::asked) r.note_progress();
  r.history_.note_too_big(event, session_.trusted_time());
  if (req.state != sent_req::state::live || !r.caught_up_told_) return;
  session_.listener().on_request_caught_up(session_, r, false);
  r.history_.told();
}

void request_table::ask_for_second(sent_req& req, unix_seconds created_at) noexcept {
  request& r = req.owner();
  r.history_.ask_for_second(created_at, req.state == sent_req::state::asked);
  r.caught_up_told_ = false;
  session_.pump_soon();
}

void request_table::on_eose(sent_req& req, eose_hint hint) {
  if (req.state != sent_req::state::asked) return;
  request& r = req.owner();
  const base::ref<request> keep = base::ref<request>::retain(r);
  r.timer_.cancel();
  r.suspect_ = false;
  r.auth_tried_ = false;
  r.fatal_ = 0;
  r.failed_pages_ = 0;
  // The REQ that stays open is answered on each connection, which says nothing of the pages.
  if (req.what == sent_req::kind::page || !r.history_.ever_answered()) r.losses_ = 0;
  r.is_slowed_ = false;
  ++answers_;
  r.history_.answered(hint, session_.trusted_time());
  pace_.answered();
  r.had_turn_ = true;
  r.turn_begun_ = session_.now();
  if (req.what == sent_req::kind::page) {
    close_req(r.page_);
  } else if (r.only_stored_) {
    r.step_ = request::step::live;
    close_req(r.open_req_);
  } else {
    req.state = sent_req::state::live;
    r.step_ = request::step::live;
  }
  session_.pump_soon();
  session_.listener().on_request_progress(session_, r);
  if (!r.history_.is_caught_up()) return;
  tell_caught_up(r);
  // A page took its place.
  if (r.hook.is_linked() && r.step_ == request::step::live && !r.open_req_ && !r.only_stored_) end_turn(r);
}

/// The call may destroy the request.
void request_table::tell_caught_up(request& r) {
  if (std::exchange(r.caught_up_told_, true)) return;
  const base::ref<request> keep = base::ref<request>::retain(r);
  session_.listener().on_request_caught_up(session_, r, !std::exchange(r.eose_told_, true));
  r.history_.told();
}

void request_table::page_failed(request& r, gap_reason why) {
  r.is_slowed_ = false;
  close_req(r.page_);
  session_.pump_soon();
  const bool may_try_again = why != gap_reason::no_answer || !r.only_stored_;
  if (++r.failed_pages_ < most_failed_pages && may_try_again) {
    r.history_.interrupted_page();
    r.page_waits_ = true;
    session_.timers().schedule(r.timer_, session_.now() + pause(r.failed_pages_));
    session_.listener().on_request_progress(session_, r);
    return;
  }
  r.history_.give_up_page(why);
  r.history_.interrupted_page();
  tell_caught_up(r);
}

void request_table::settle(request& r, request::ending how) noexcept {
  // A relay that answers after all counts as having answered.
  if (r.settled()) {
    if (how == request::ending::answered) r.end_ = how;
    return;
  }
  r.end_ = how;
  session_.listener().on_request_settled(session_, r);
}

void request_table::go_on(request& r) noexcept {
  if (r.waits_for_others_) session_.pump_soon();
}

/// eose_timeout passed without a connection.
void request_table::not_back_in_time(request& r) noexcept {
  // A dial that is under way decides, and what was sent before the connection was lost is given first.
  if (session_.state() == relay_state::connecting || session_.listener().is_behind(r)) return await_answer(r);
  settle(r, request::ending::unreachable);
  session_.listener().on_request_progress(session_, r);
}

void request_table::on_timer(request& r) {
  if (r.step_ == request::step::refused) {
    r.step_ = request::step::to_ask;
    session_.pump_soon();
    return;
  }
  if (std::exchange(r.page_waits_, false)) {
    session_.pump_soon();
    return;
  }
  if (r.step_ == request::step::away) return not_back_in_time(r);
  const bool waits_for_page = r.step_ == request::step::live && !r.page_;
  if (r.is_in_line_ && (r.awaited() != nullptr ? !is_overdue(r) : !has_waited_in_vain(r))) return;
  const std::chrono::microseconds unread = session_.back_pressure_.unread_since(r.unread_before_);
  if (unread.count() > 0) return session_.timers().schedule(r.timer_, session_.now() + unread);
  if (r.progress_ != r.progress_before_ || session_.listener().is_behind(r)) {
    r.is_slowed_ = false;
    return await_answer(r);
  }
  const base::ref<request> keep = base::ref<request>::retain(r);
  // A query ends. A subscription that stays open has time.
  if (waits_for_page && r.only_stored_) return page_failed(r, gap_reason::refused);
  r.is_slowed_ = false;
  if (r.page_) return page_failed(r, gap_reason::no_answer);
  settle(r, request::ending::timed_out);
  if (waiting_ != 0 || (refuses_by_notice_ && !r.had_turn_)) end_turn(r);
  // on_all_eose waits no longer. If the answer comes after all, it counts.
  session_.listener().on_request_progress(session_, r);
}

}  // namespace uvnostr::session
