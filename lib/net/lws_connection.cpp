// SPDX-License-Identifier: MIT
// Happy path: dial() asks the resolver, addresses are tried with a head start each (RFC 8305), the first that reaches
// the WebSocket upgrade becomes open_, text goes both ways, close() or the relay ends it, finish() reports.
// What can go wrong: every step can fail, and the listener may abort() inside of any callback, or the whole world may
// be released there. So nothing is touched after a call to the listener but retired_, and memory is freed only in the
// loop's next turn, when the timer's handle is closed. Nothing is reported inside of a call made on us: that waits
// for the timer.
#include "net/lws_connection.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/utf8.hpp"
#include "net/disconnect_cause.hpp"
#include "net/lws_transport.hpp"

namespace uvnostr::net {
namespace {

constexpr std::uint64_t head_start_ms = 250;  // RFC 8305, 5

}  // namespace

lws_connection::lws_connection(lws_transport& transport, dial_target target, std::size_t max_message_bytes,
                               port::connection_listener& listener) noexcept
    : transport_(transport), listener_(listener), target_(std::move(target)), max_message_bytes_(max_message_bytes), queue_(transport.masks()) {
  uv_timer_init(transport.loop(), &timer_);
  uv_unref(reinterpret_cast<uv_handle_t*>(&timer_));
  timer_.data = this;
  transport_.add(*this);
  transport_.reactor().begin_use();
}

result<lws_connection*> lws_connection::dial(lws_transport& transport, dial_target target,
                                             std::size_t max_message_bytes,
                                             port::connection_listener& listener) noexcept {
  auto* self = new lws_connection(transport, std::move(target), max_message_bytes, listener);
  ip_address literal;
  if (parse_ip_address(self->target_.host, literal)) {
    self->addresses_.push_back(std::move(literal));
    self->start_timer(0);
  } else if (const auto error = resolver_request::start(transport.loop(), self->target_.host, *self, self->question_)) {
    self->failure_.cause = error;
    self->start_timer(0);
  }
  return self;
}

void lws_connection::start_timer(std::uint64_t milliseconds) noexcept {
  uv_update_time(transport_.loop());
  uv_timer_start(&timer_, [](uv_timer_t* t) { static_cast<lws_connection*>(t->data)->on_timer(); }, milliseconds, 0);
}

void lws_connection::on_resolved(std::error_code error, const char* detail,
                                 std::vector<ip_address> addresses) noexcept {
  question_ = nullptr;
  if (error) {
    finish(error, detail);
    return;
  }
  addresses_ = std::move(addresses);
  try_next_address();
}

void lws_connection::on_timer() noexcept {
  if (closing_) {
    finish(std::error_code());
  } else {
    try_next_address();
  }
}

void lws_connection::try_next_address() noexcept {
  while (next_address_ < addresses_.size()) {
    port::disconnect why;
    const ip_address& address = addresses_[next_address_++];
    if (auto* attempt = lws_attempt::start(transport_.context(), target_, address, *this, why)) {
      attempts_.push_back(attempt);
      if (next_address_ < addresses_.size()) start_timer(head_start_ms);
      return;
    }
    remember(std::move(why));
  }
  if (attempts_.empty()) finish(std::move(failure_));
}

void lws_connection::remember(port::disconnect why) noexcept {
  if (rank(why) > rank(failure_)) failure_ = std::move(why);
}

void lws_connection::on_failed(lws_attempt& attempt, port::disconnect why) noexcept {
  std::erase(attempts_, &attempt);
  if (closing_) return;  // on_timer() reports the end
  if (is_final(why)) {
    finish(std::move(why));
    return;
  }
  remember(std::move(why));
  if (next_address_ < addresses_.size()) {
    // Not here: we are inside of libwebsockets' closing of a socket.
    start_timer(0);
  } else if (attempts_.empty()) {
    finish(std::move(failure_));
  }
}

void lws_connection::on_established(lws_attempt& attempt) noexcept {
  if (closing_) return attempt.abandon();
  uv_timer_stop(&timer_);
  for (auto* other : attempts_) {
    if (other != &attempt) other->abandon();
  }
  attempts_ = {&attempt};
  open_ = &attempt;
  apply_flow();
  listener_.on_open();
  if (!retired_ && (!queue_.empty() || ping_due_)) ask_to_write();
}

void lws_connection::on_piece(std::string_view bytes, std::size_t rest_of_frame, bool is_last_frame,
                              bool is_binary) noexcept {
  if (closing_) return;
  if (!in_message_) message_bytes_ = 0;
  const std::size_t room = max_message_bytes_ - message_bytes_;
  if (bytes.size() > room || rest_of_frame > room - bytes.size()) {
    give_up_message();
    return;
  }
  const bool is_whole = is_last_frame && rest_of_frame == 0;
  if (is_whole && !in_message_ && !is_binary) {
    listener_.on_text(bytes);
    return;
  }
  if (!in_message_ && !is_binary) message_ = transport_.spares().take();
  in_message_ = !is_whole;
  message_bytes_ += bytes.size();
  if (is_binary) {
    if (is_whole) listener_.on_binary(message_bytes_);
    return;
  }
  message_.reserve(message_bytes_ + rest_of_frame);
  message_.append(bytes);
  if (!is_whole) return;
  std::string whole = std::exchange(message_, {});
  listener_.on_text(whole);
  if (!retired_) transport_.spares().give_back(std::move(whole));
}

void lws_connection::give_up_message() noexcept {
  std::string reason = "message too big";
  open_->begin_close(LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, reason);
  // The code goes out after we are gone: to wait for the answer of such a relay would be of no use.
  open_->let_it_close();
  finish(errc::message_too_big);
}

void lws_connection::on_close_frame(std::string_view payload) noexcept {
  // libwebsockets reads on in what has come already, and shows a second one as well.
  if (peers_close_) return;
  port::disconnect close;
  close.cause = errc::closed_by_relay;
  if (payload.size() >= 2) {
    close.close_code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                                  static_cast<unsigned char>(payload[1]));
    const auto reason = payload.substr(2);
    if (base::is_utf8(reason)) close.detail = reason;
  }
  peers_close_ = std::move(close);
}

void lws_connection::on_ended(bool we_broke_it_off) noexcept {
  if (peers_close_) {
    finish(std::move(*peers_close_));
  } else if (close_sent_) {
    finish(std::error_code());
  } else {
    finish(we_broke_it_off ? errc::protocol_error : errc::connection_lost);
  }
}

void lws_connection::finish(std::error_code cause, std::string detail) noexcept {
  port::disconnect why;
  why.cause = cause;
  why.detail = std::move(detail);
  finish(std::move(why));
}

void lws_connection::finish(port::disconnect why) noexcept {
  retire();
  listener_.on_disconnect(why);
}

void lws_connection::retire() noexcept {
  assert(!retired_);
  retired_ = true;
  open_ = nullptr;
  if (question_ != nullptr) std::exchange(question_, nullptr)->cancel();
  for (auto* attempt : std::exchange(attempts_, {})) {
    if (!attempt->is_abandoned()) attempt->abandon();
  }
  transport_.remove(*this);
  transport_.reactor().end_use();
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_),
           [](uv_handle_t* handle) { delete static_cast<lws_connection*>(handle->data); });
}

}  // namespace uvnostr::net
