// SPDX-License-Identifier: MIT
#include "sim/link.hpp"

#include <utility>

#include "sim/client_message.hpp"
#include "sim/sim_relay.hpp"

namespace uvnostr::sim {

namespace {

/// A message for the log, without the event in it.
std::string_view in_short(std::string_view text) {
  const std::size_t event = text.find("{\"id\"");
  return text.substr(0, std::min<std::size_t>(event, 2000));
}

}  // namespace

void link::open() {
  if (at != state::dialling) return;
  at = state::open;
  opened_at = state_.now();
  state_.log(relay_.name(), ": connection ", number, " opens");
  observer_.on_link_opened(*this);
  listener_.on_open();
}

void link::end() {
  at = state::ended;
  observer_.on_link_ended(*this);
  requests.clear();
  open_requests.clear();
  down_.clear();
}

void link::drop(std::error_code cause, int http_status, std::optional<std::chrono::seconds> wait) {
  if (has_ended()) return;
  state_.log(relay_.name(), ": connection ", number, " ends: ", cause ? cause.message() : "closed as asked");
  retry_after = wait;
  sent_away = http_status == 503;
  end();
  listener_.on_disconnect({.cause = cause, .detail = {}, .http_status = http_status, .retry_after = retry_after});
}

void link::give(down_frame frame, duration latency) {
  if (at != state::open || frozen) return;
  last_down_ = std::max(last_down_, state_.now() + latency);
  down_.push_back(std::move(frame));
  after(last_down_ - state_.now(), [](link& l) { l.deliver_next(); });
}

void link::deliver_next() {
  if (at != state::open || frozen) return;
  if (paused_) {
    ++stalled_;
    return;
  }
  const down_frame frame = std::move(down_.front());
  down_.pop_front();
  switch (frame.kind) {
    case down_frame::what::pong: listener_.on_pong(); return;
    case down_frame::what::cut: drop(errc::connection_lost); return;
    case down_frame::what::binary:
      observer_.on_frame_given(*this, frame);
      listener_.on_binary(frame.text.size());
      return;
    default:
      state_.log(relay_.name(), " -> ", in_short(frame.text),
                 frame.event == event_set::npos ? "" : " event " + event_set::get().name_of(frame.event),
                 frame.kind == down_frame::what::event && !frame.genuine ? ", forged" : "");
      observer_.on_frame_given(*this, frame);
      listener_.on_text(frame.text);
  }
}

void link::check_call(const char* name) {
  if (has_ended()) state_.fail(name, "() on connection ", number, ", which has ended");
}

bool link::send_text(std::string_view message) noexcept {
  check_call("send_text");
  if (at != state::open) {
    state_.fail("send_text() on a connection that is not open");
    return true;
  }
  if (in_flight_ >= longest_queue) {
    wants_room_ = true;
    state_.saw(situation::socket_full);
    return false;
  }
  ++in_flight_;
  note_request(message);
  last_up_ = std::max(last_up_, state_.now() + relay_.latency());
  after(last_up_ - state_.now(), [text = std::string(message)](link& l) {
    if (l.at == state::open && !l.frozen) {
      l.state_.log(l.relay_.name(), " <- ", in_short(text));
      l.relay_.on_message(l, text);
    }
    l.arrived();
  });
  return true;
}

void link::note_request(std::string_view message) {
  client_message read = read_client_message(message);
  if (read.what == client_message::verb::close) {
    const auto asked = sent_requests.find(read.subscription);
    if (asked == sent_requests.end()) return state_.fail("a CLOSE of what was not asked: ", read.subscription);
    asked->second->withdrawn = true;
  }
  if (read.what != client_message::verb::req) return;
  if (read.filters.empty()) return state_.fail("a REQ without a filter");
  const auto asked = std::make_shared<asked_request>();
  asked->subscription = read.filters.front().subscription;
  asked->filters = std::move(read.filters);
  asked->sent_at = state_.now();
  asked->sent_step = state_.step;
  if (!sent_requests.emplace(read.subscription, asked).second)
    return state_.fail("the id of a REQ was used twice on one connection: ", read.subscription);
  observer_.on_request_sent(*this, asked);
}

void link::arrived() {
  --in_flight_;
  if (!wants_room_ || in_flight_ != 0 || at != state::open || frozen) return;
  wants_room_ = false;
  after(duration(1), [](link& l) {
    if (l.at == state::open) l.listener_.on_writable();
  });
}

void link::send_ping() noexcept {
  check_call("send_ping");
  if (is_up()) after(relay_.latency(), [](link& l) { l.give({.kind = down_frame::what::pong}, l.relay_.latency()); });
}

void link::pause_reading() noexcept {
  check_call("pause_reading");
  state_.saw(situation::paused);
  state_.log("reading of connection ", number, " paused");
  paused_ = true;
}

void link::resume_reading() noexcept {
  check_call("resume_reading");
  state_.log("reading of connection ", number, " goes on");
  paused_ = false;
  for (; stalled_ != 0; --stalled_) after(duration(1), [](link& l) { l.deliver_next(); });
}

std::optional<unix_seconds> link::peer_date() const noexcept {
  return relay_.traits.shows_date ? std::optional(relay_.date()) : std::nullopt;
}

void link::close(std::uint16_t code, std::string_view) noexcept {
  check_call("close");
  state_.log("the core closes connection ", number, " with ", code);
  at = state::closing;
  if (!frozen && !state_.random.one_in(5)) after(relay_.latency(), [](link& l) { l.drop({}); });
}

void link::abort() noexcept {
  check_call("abort");
  state_.log("the core aborts connection ", number);
  end();
}

}  // namespace uvnostr::sim
