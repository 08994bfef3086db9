// SPDX-License-Identifier: MIT
// The half of lws_attempt that libwebsockets calls; see lws_attempt.cpp.
#include <string>
#include <string_view>
#include <utility>

#include "net/disconnect_cause.hpp"
#include "net/lws_attempt.hpp"
#include "net/lws_connection.hpp"
#include "net/socket_calls.hpp"

namespace uvnostr::net {
namespace {

constexpr int go_on = 0;
constexpr int close_it = -1;

const unsigned char* bytes_of(const std::string& text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.c_str());
}

}  // namespace

int lws_attempt::on_event(lws* wsi, lws_callback_reasons reason, void*, void* in, std::size_t size) noexcept {
  switch (reason) {
    case LWS_CALLBACK_CLIENT_RECEIVE:
    case LWS_CALLBACK_CLIENT_WRITEABLE:
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
    case LWS_CALLBACK_TIMER:
    case LWS_CALLBACK_WSI_CREATE:
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
    case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
    case LWS_CALLBACK_WSI_DESTROY: {
      auto* const self = static_cast<lws_attempt*>(lws_get_opaque_user_data(wsi));
      return self != nullptr ? self->handle(wsi, reason, in, size) : go_on;
    }
    default:
      return go_on;
  }
}

int lws_attempt::handle(lws* wsi, lws_callback_reasons reason, void* in, std::size_t size) noexcept {
  const auto* text = static_cast<const char*>(in);
  if (reason == LWS_CALLBACK_WSI_DESTROY) return end();
  wsi_ = wsi;
  if (owner_ == nullptr) {
    if (reason == LWS_CALLBACK_CLIENT_CLOSED || reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR) ended_ = true;
    return letting_close_ && reason != LWS_CALLBACK_TIMER ? go_on : close_it;
  }
  switch (reason) {
    case LWS_CALLBACK_CLIENT_RECEIVE:
      // The bytes may lie in the buffer that all connections share. Nothing that a listener can do uses it meanwhile:
      // dialling, reading and the end of the context wait for the loop.
      owner_->on_piece(std::string_view(text, size), lws_remaining_packet_payload(wsi),
                       lws_is_final_fragment(wsi) != 0, lws_frame_is_binary(wsi) != 0);
      break;
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
      owner_->on_pong_frame();
      break;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
      return owner_->write(wsi) && owner_ != nullptr ? go_on : close_it;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      owner_->on_close_frame(std::string_view(text, size));
      return go_on;
    case LWS_CALLBACK_TIMER:
      return close_it;
    case LWS_CALLBACK_WSI_CREATE:
      connected_ = true;
      return go_on;
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: {
      requested_ = true;
      auto** position = static_cast<unsigned char**>(in);
      return add_headers(wsi, position, *position + size);
    }
    case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH: {
      // We offer neither, so the answer may name neither (RFC 6455, 4.1).
      const bool unasked = lws_hdr_total_length(wsi, WSI_TOKEN_EXTENSIONS) > 0 ||
                           lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) > 0;
      return unasked ? close_it : go_on;
    }
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
      established_ = true;
      owner_->on_established(*this);
      break;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      return fail(text, text != nullptr ? size : 0);
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
      if (!established_) return fail("", 0);
      ended_ = true;
      owner_->on_ended(lws_get_close_length(wsi) > 0 || (!secure_ && peer_is_there(lws_get_socket_fd(wsi_))));
      return go_on;
    default:
      break;
  }
  return owner_ != nullptr || letting_close_ ? go_on : close_it;
}

int lws_attempt::add_headers(lws* wsi, unsigned char** position, unsigned char* end) noexcept {
  const dial_target& target = owner_->target();
  const auto add = [&](const std::string& name, const std::string& value) {
    return lws_add_http_header_by_name(wsi, bytes_of(name + ":"), bytes_of(value), static_cast<int>(value.size()),
                                       position, end) == 0;
  };
  if (!target.user_agent.empty() && !add("user-agent", target.user_agent)) return close_it;
  for (const auto& header : target.headers) {
    if (!add(header.name, header.value)) return close_it;
  }
  return go_on;
}

int lws_attempt::fail(const char* text, std::size_t size) noexcept {
  ended_ = true;
  if (starting_) return go_on;  // start() reports it
  port::disconnect why;
  if (socket_error_ != 0 || !connected_) {
    why = cause_of_errno(socket_error_);
  } else if (secure_ && !requested_) {
    why = cause_of_failed_tls(wsi_, std::string_view(text, size));
  } else {
    why = cause_of_failed_upgrade(wsi_, std::string_view(text, size));
  }
  std::exchange(owner_, nullptr)->on_failed(*this, std::move(why));
  return go_on;
}

int lws_attempt::end() noexcept {
  // As a rule the end was told before; 4.1.6 tells it only so where it gave a handshake up.
  destroyed_ = true;
  if (starting_) return go_on;
  if (owner_ != nullptr) {
    ended_ = true;
    auto* const owner = owner_;
    if (established_) {
      owner->on_ended(false);
    } else {
      fail("", 0);
    }
  }
  context_.remove(*this);
  delete this;
  return go_on;
}

}  // namespace uvnostr::net
