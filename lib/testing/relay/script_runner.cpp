// SPDX-License-Identifier: MIT
#include "testing/relay/script_runner.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "testing/relay/link.hpp"
#include "testing/relay/messages.hpp"
#include "testing/relay/relay_core.hpp"
#include "testing/relay/session.hpp"

namespace uvnostr::testing::detail {
namespace {

using type = script_step::type;

constexpr std::size_t max_inbox = 10'000;
constexpr std::size_t max_shown = 5;

std::string_view name_of(type kind) noexcept {
  static constexpr std::array<std::string_view, 21> names{"a connection",
                                                          "a REQ",
                                                          "an EVENT",
                                                          "a CLOSE",
                                                          "an AUTH",
                                                          "a certain text",
                                                          "that the client disconnects",
                                                          "a connection to send an event to",
                                                          "a connection to send EOSE to",
                                                          "a connection to send CLOSED to",
                                                          "a connection to send OK to",
                                                          "a connection to send NOTICE to",
                                                          "a connection to send a challenge to",
                                                          "a connection to send text to",
                                                          "a connection to send binary to",
                                                          "a connection to send raw bytes to",
                                                          "a connection to send a ping to",
                                                          "a connection to close",
                                                          "a connection to drop",
                                                          "a connection to refuse",
                                                          "that time passes"};
  return names[static_cast<std::size_t>(kind)];
}

bool waits_for_message(type kind) noexcept { return kind >= type::expect_req && kind <= type::expect_text; }

}  // namespace

void script_runner::add(script_step step) {
  steps_.push_back(std::move(step));
  if (!bound_) bound_ = core_.newest_open_link();
  advance();
}

void script_runner::forget() noexcept {
  steps_.clear();
  timer_.reset();
  came_instead_.clear();
  unbind();
}

void script_runner::unbind() noexcept {
  bound_.reset();
  inbox_.clear();
}

void script_runner::on_open(link& l) {
  if (steps_.empty() || bound_) return;
  bound_ = l.shared_from_this();
  advance();
}

void script_runner::on_gone(link& l) {
  if (bound_.get() != &l) return;
  unbind();
  if (steps_.empty()) return;
  if (steps_.front().kind == type::expect_disconnect) {
    steps_.pop_front();
    ++done_count_;
  } else {
    came_instead_.emplace_back("the end of connection " + std::to_string(l.number()));
  }
  advance();
}

void script_runner::on_request(link&, const request& r) {
  if (inbox_.size() < max_inbox) inbox_.push_back(r);
  advance();
}

std::optional<handshake_rule> script_runner::take_refusal() {
  if (steps_.empty() || steps_.front().kind != type::refuse) return std::nullopt;
  handshake_rule rule = std::move(steps_.front().rule);
  steps_.pop_front();
  ++done_count_;
  advance();
  return rule;
}

void script_runner::advance() {
  if (std::exchange(advancing_, true)) return;
  while (!steps_.empty() && attempt()) {
    // If the step ends the link, on_gone() must not treat this step as a fulfilled expect_disconnect.
    steps_.pop_front();
    ++done_count_;
    came_instead_.clear();
  }
  advancing_ = false;
  if (!steps_.empty() || !bound_) return;
  const std::shared_ptr<link> served = bound_;
  const std::deque<request> left = std::exchange(inbox_, {});
  unbind();
  for (const request& r : left) core_.serve(*served, r);
}

bool script_runner::attempt() {
  script_step& step = steps_.front();
  if (step.kind == type::refuse || step.kind == type::expect_disconnect) return false;
  if (step.kind == type::wait) {
    if (!timer_) wait(step.delay);
    return false;
  }
  if (!bound_ || !bound_->is_open()) return false;
  if (step.kind == type::expect_connection) return true;
  if (waits_for_message(step.kind)) return take_from_inbox(step);
  return say(step);
}

void script_runner::wait(std::chrono::milliseconds delay) {
  timer_ = core_.host().make_timer();
  timer_->start(delay, [this] {
    const auto keep = core_.shared_from_this();
    timer_.reset();
    steps_.pop_front();
    ++done_count_;
    advance();
  });
}

bool script_runner::take_from_inbox(script_step& step) {
  while (!inbox_.empty()) {
    const request r = std::move(inbox_.front());
    inbox_.pop_front();
    bound_->nostr().follow(r);
    if (matches(step, r)) return true;
    if (came_instead_.size() < max_shown) came_instead_.push_back(r.text);
  }
  return false;
}

bool script_runner::matches(script_step& step, const request& r) {
  using verb = request::verb;
  switch (step.kind) {
    case type::expect_req:
      if (r.kind != verb::req || (step.accepts_req && !step.accepts_req(r.filters))) return false;
      subscription_ = r.subscription;
      return true;
    case type::expect_event:
      if (r.kind != verb::event || (step.accepts_event && (!r.event || !step.accepts_event(*r.event)))) return false;
      break;
    case type::expect_auth:
      if (r.kind != verb::auth) return false;
      break;
    case type::expect_close: return r.kind == verb::close;
    case type::expect_text: return r.text == step.text;
    default: return false;
  }
  if (r.event) event_ = r.event->id();
  return true;
}

bool script_runner::say(const script_step& step) {
  link& l = *bound_;
  const std::shared_ptr<link> keep = bound_;
  switch (step.kind) {
    case type::event_json: l.send_text(event_message(subscription_, step.text)); break;
    case type::eose: l.send_text(eose_message(subscription_)); break;
    case type::closed: l.send_text(closed_message(subscription_, step.text)); break;
    case type::ok: l.send_text(ok_message(event_.value_or(event_id{}), step.accepted, step.text)); break;
    case type::notice: l.send_text(notice_message(step.text)); break;
    case type::auth: l.send_text(auth_message(step.text)); break;
    case type::text: l.send_text(step.text); break;
    case type::binary: l.send_binary(step.text); break;
    case type::raw: l.send_raw(step.text); break;
    case type::ping: l.send_ping(step.text); break;
    case type::close:
      l.close(step.code, step.text);
      unbind();
      break;
    case type::drop:
      l.drop(step.how);
      unbind();
      break;
    default: break;
  }
  return true;
}

std::string script_runner::describe_unmet() const {
  if (steps_.empty()) return {};
  std::string text =
      "step " + std::to_string(done_count_ + 1) + " of " + std::to_string(done_count_ + steps_.size()) + " waits for ";
  text += name_of(steps_.front().kind);
  if (steps_.front().kind == type::expect_text) text += " (" + steps_.front().text + ")";
  if (came_instead_.empty()) return text + (bound_ ? "; nothing came" : "; there is no connection");
  text += "; what came instead: ";
  for (std::size_t i = 0; i < came_instead_.size(); ++i) text += (i == 0 ? "" : ", ") + came_instead_[i];
  return text;
}

}  // namespace uvnostr::testing::detail
