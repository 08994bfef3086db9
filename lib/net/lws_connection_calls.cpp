// SPDX-License-Identifier: MIT
// The part of lws_connection that its user calls, and writing; see lws_connection.cpp.
#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

#include <libwebsockets.h>

#include "net/lws_connection.hpp"
#include "net/lws_transport.hpp"
#include "net/socket_calls.hpp"

namespace uvnostr::net {
namespace {

constexpr std::size_t max_close_reason_bytes = 123;  // RFC 6455, 5.5
// Some servers drop a ping without a payload.
constexpr std::size_t ping_bytes = 4;

std::string fitting_reason(std::string_view reason) noexcept {
  std::size_t size = std::min(reason.size(), max_close_reason_bytes);
  // Not in the middle of a character.
  while (size < reason.size() && size > 0 && (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80) --size;
  return std::string(reason.substr(0, size));
}

bool write_ping(lws* wsi) noexcept {
  std::array<unsigned char, LWS_PRE + ping_bytes> frame{};
  // For a control frame, the size includes the header.
  return lws_write(wsi, frame.data() + LWS_PRE, ping_bytes, LWS_WRITE_PING) >= static_cast<int>(ping_bytes);
}

}  // namespace

bool lws_connection::send_text(std::string_view text) noexcept {
  transport_.reactor().assert_thread();
  assert(!is_over());
  if (!rule().takes) return true;  // the connection is ending, so nothing waits for room
  if (!queue_.push(text)) return false;
  ask_to_write();
  if (rule().has_socket && !peers_close_) queue_.write_early_to(socket());
  return true;
}

std::size_t lws_connection::unsent_bytes() noexcept {
  return queue_.queued_bytes() + (rule().has_socket ? unsent_in(lws_get_socket_fd(socket())) : 0);
}

void lws_connection::send_ping() noexcept {
  transport_.reactor().assert_thread();
  ping_due_ = true;
  ask_to_write();
}

void lws_connection::ask_to_write() noexcept {
  // Each query is a system call.
  if (rule().has_socket && !std::exchange(write_asked_, true)) lws_callback_on_writable(socket());
}

bool lws_connection::write(lws* wsi) noexcept {
  write_asked_ = false;
  if (phase_ == connection_phase::closing) return true;
  if (ping_due_ && lws_partial_buffered(wsi) == 0) {
    ping_due_ = false;
    if (!write_ping(wsi)) return false;
  }
  switch (queue_.write_to(wsi)) {
    case write_queue::outcome::failed: return false;
    case write_queue::outcome::blocked: ask_to_write(); break;
    case write_queue::outcome::emptied:
      if (phase_ != connection_phase::closing_later) break;
      enter(connection_phase::closing);
      attempts_.front()->begin_close(close_code_, close_reason_);
      break;
  }
  if (rule().takes && queue_.take_room_owed()) listener_.on_writable();
  return true;
}

void lws_connection::pause_reading() noexcept {
  transport_.reactor().assert_thread();
  set_reading(false);
}

void lws_connection::resume_reading() noexcept {
  transport_.reactor().assert_thread();
  set_reading(true);
}

void lws_connection::set_reading(bool reading) noexcept {
  if (std::exchange(reading_, reading) != reading && rule().has_socket) lws_rx_flow_control(socket(), reading ? 1 : 0);
}

void lws_connection::close(std::uint16_t code, std::string_view reason) noexcept {
  transport_.reactor().assert_thread();
  assert(!is_over());
  switch (phase_) {
    case connection_phase::resolving:
    case connection_phase::trying:
      stop_asking();
      abandon_all_but(nullptr);
      enter(connection_phase::quitting);
      start_timer(0);
      break;
    case connection_phase::open:
      enter(connection_phase::closing_later);
      close_code_ = code;
      close_reason_ = fitting_reason(reason);
      set_reading(true);  // for the relay's answer
      ask_to_write();
      break;
    default: break;  // close() was called before
  }
}

void lws_connection::abort() noexcept {
  transport_.reactor().assert_thread();
  const bool owes_close =
      !target_.for_document && (phase_ == connection_phase::open || phase_ == connection_phase::closing_later);
  if (owes_close && !peers_close_) queue_.write_close(socket(), LWS_CLOSE_STATUS_GOINGAWAY);
  retire();
}

}  // namespace uvnostr::net
