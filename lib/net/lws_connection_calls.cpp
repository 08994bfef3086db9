// SPDX-License-Identifier: MIT
// The half of lws_connection that its user calls, and the writing that follows; see lws_connection.cpp.
#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

#include <libwebsockets.h>

#include "net/lws_connection.hpp"
#include "net/lws_transport.hpp"

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
  // For a control frame the header is counted as well.
  return lws_write(wsi, frame.data() + LWS_PRE, ping_bytes, LWS_WRITE_PING) >= static_cast<int>(ping_bytes);
}

}  // namespace

bool lws_connection::send_text(std::string_view text) noexcept {
  transport_.reactor().assert_thread();
  assert(!retired_);
  if (closing_) return true;  // the end is on its way; nobody waits for room any more
  if (!queue_.push(text)) {
    owes_writable_ = true;
    return false;
  }
  ask_to_write();
  return true;
}

void lws_connection::send_ping() noexcept {
  transport_.reactor().assert_thread();
  ping_due_ = true;
  ask_to_write();
}

void lws_connection::ask_to_write() noexcept {
  // Each asking is a system call.
  if (open_ != nullptr && !std::exchange(write_asked_, true)) lws_callback_on_writable(open_->wsi());
}

bool lws_connection::write(lws* wsi) noexcept {
  write_asked_ = false;
  if (close_sent_) return true;
  if (ping_due_ && lws_partial_buffered(wsi) == 0) {
    ping_due_ = false;
    if (!write_ping(wsi)) return false;
  }
  switch (queue_.write_to(wsi)) {
    case write_queue::outcome::failed:
      return false;
    case write_queue::outcome::blocked:
      ask_to_write();
      break;
    case write_queue::outcome::emptied:
      if (!closing_) break;
      close_sent_ = true;
      open_->begin_close(close_code_, close_reason_);
      break;
  }
  if (owes_writable_ && !closing_ && queue_.has_room()) {
    owes_writable_ = false;
    listener_.on_writable();
  }
  return true;
}

void lws_connection::pause_reading() noexcept {
  transport_.reactor().assert_thread();
  paused_ = true;
  apply_flow();
}

void lws_connection::resume_reading() noexcept {
  transport_.reactor().assert_thread();
  paused_ = false;
  apply_flow();
}

void lws_connection::apply_flow() noexcept {
  if (open_ == nullptr || paused_ == flow_is_paused_) return;
  flow_is_paused_ = paused_;
  lws_rx_flow_control(open_->wsi(), paused_ ? 0 : 1);
}

void lws_connection::close(std::uint16_t code, std::string_view reason) noexcept {
  transport_.reactor().assert_thread();
  assert(!retired_);
  if (closing_) return;
  closing_ = true;
  if (open_ == nullptr) {
    if (question_ != nullptr) std::exchange(question_, nullptr)->cancel();
    for (auto* attempt : std::exchange(attempts_, {})) attempt->abandon();
    start_timer(0);
    return;
  }
  close_code_ = code;
  close_reason_ = fitting_reason(reason);
  // The relay's answer must be read.
  paused_ = false;
  apply_flow();
  ask_to_write();
}

void lws_connection::abort() noexcept {
  transport_.reactor().assert_thread();
  assert(!retired_);
  retire();
}

}  // namespace uvnostr::net
