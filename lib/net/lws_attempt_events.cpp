// SPDX-License-Identifier: MIT
// The half of lws_attempt that libwebsockets calls; see lws_attempt.cpp.
#include <array>
#include <cassert>
#include <chrono>
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

port::disconnect lost() noexcept {
  port::disconnect why;
  why.cause = errc::connection_lost;
  return why;
}

}  // namespace

int lws_attempt::on_event(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t size) noexcept {
  switch (reason) {
    case LWS_CALLBACK_CLIENT_RECEIVE: {
      auto* const self = static_cast<lws_attempt*>(lws_get_opaque_user_data(wsi));
      return self != nullptr ? self->receive(wsi, {static_cast<const char*>(in), size}) : go_on;
    }
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
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
    case LWS_CALLBACK_WSI_DESTROY: {
      auto* const self = static_cast<lws_attempt*>(lws_get_opaque_user_data(wsi));
      return self != nullptr ? self->handle(wsi, reason, in, size) : go_on;
    }
    case LWS_CALLBACK_OPENSSL_LOAD_EXTRA_CLIENT_VERIFY_CERTS:
      // There is no connection yet; the vhost's user is who makes it.
      if (void* const maker = lws_vhost_user(lws_get_vhost(wsi)); maker != nullptr)
        static_cast<tls_material*>(maker)->complete(user);
      return go_on;
    default: return go_on;
  }
}

/// Apart from the other callbacks, because it is called for every message.
int lws_attempt::receive(lws* wsi, std::string_view bytes) noexcept {
  // The bytes may be in the buffer that all connections share. Nothing that a listener can do uses it meanwhile:
  // dialling, reading and ending the context wait for the loop.
  if (rule_of(phase_).has_owner && owner_ != nullptr) {
    owner_->on_piece(
        {bytes, lws_remaining_packet_payload(wsi), lws_is_final_fragment(wsi) != 0, lws_frame_is_binary(wsi) != 0});
  }
  return rule_of(phase_).keeps_socket ? go_on : close_it;
}

int lws_attempt::handle(lws* wsi, lws_callback_reasons reason, void* in, std::size_t size) noexcept {
  const std::string_view bytes(static_cast<const char*>(in), in != nullptr ? size : 0);
  if (reason == LWS_CALLBACK_WSI_DESTROY) {
    destroyed();
    return go_on;
  }
  wsi_ = wsi;
  switch (reason) {
    case LWS_CALLBACK_TIMER: return close_it;  // see close_in_next_turn()
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: failed(bytes); return go_on;
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
      if (owner_ != nullptr && was_open()) {
        closed(cause_of_end(wsi));
      } else {
        failed({});
      }
      return go_on;
    default: break;
  }
  if (!rule_of(phase_).has_owner) return rule_of(phase_).keeps_socket ? go_on : close_it;
  switch (reason) {
    case LWS_CALLBACK_WSI_CREATE:
      poll_ = nullptr;
      if (phase_ == attempt_phase::connecting)
        enter(target_.url.secure ? attempt_phase::greeting : attempt_phase::upgrading);
      return go_on;
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: {
      if (phase_ != attempt_phase::upgrading) enter(attempt_phase::upgrading);
      if (!has_the_right_key(wsi)) return close_it;
      auto** position = static_cast<unsigned char**>(in);
      return add_headers(position, *position + size) ? go_on : close_it;
    }
#if UVNOSTR_BUNDLED_LWS
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
      if (!target_.for_document) return read_answer(*static_cast<lws_ws_reply*>(in));
      return tell(reason, bytes) ? go_on : close_it;
#endif
    case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH: {
      // We offer neither, so the answer may name neither (RFC 6455, 4.1).
      const bool unasked =
          lws_hdr_total_length(wsi, WSI_TOKEN_EXTENSIONS) > 0 || lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) > 0;
      note_date();
      return unasked ? close_it : go_on;
    }
    default:
      if (owner_ != nullptr && !tell(reason, bytes)) return close_it;
      return rule_of(phase_).keeps_socket ? go_on : close_it;
  }
}

/// Returns false if libwebsockets must close, whatever the phase says.
bool lws_attempt::tell(lws_callback_reasons reason, std::string_view bytes) noexcept {
  switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
      enter(attempt_phase::open);
      answer_.reset();
      head_ = {};
      owner_->on_established(*this);
      return true;
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP: {
      constexpr unsigned ok = 200;
      if (!target_.for_document) return true;                       // upgrades come here too: see on_established()
      if (lws_http_client_http_response(wsi_) != ok) return false;  // failed() reports it
      enter(attempt_phase::open);
      owner_->on_answer(*this);
      return true;
    }
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP: {
      // Has LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ called.
      std::array<char, LWS_PRE + 4096> buffer;
      char* at = buffer.data() + LWS_PRE;
      int room = static_cast<int>(buffer.size() - LWS_PRE);
      return lws_http_client_read(wsi_, &at, &room) >= 0;
    }
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ: owner_->on_document_piece(bytes); return true;
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP: closed(lost()); return false;
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG: owner_->on_pong_frame(); return true;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: owner_->on_close_frame(bytes); return true;
    case LWS_CALLBACK_CLIENT_WRITEABLE: return owner_->write(wsi_);
    default: return true;
  }
}

bool lws_attempt::add_headers(unsigned char** position, unsigned char* end) noexcept {
  const auto add = [&](const std::string& name, const std::string& value) {
    return lws_add_http_header_by_name(wsi_, bytes_of(name + ":"), bytes_of(value), static_cast<int>(value.size()),
                                       position, end) == 0;
  };
  if (target_.for_document && !add("accept", "application/nostr+json")) return false;
  if (!target_.user_agent.empty() && !add("user-agent", target_.user_agent)) return false;
  for (const auto& header : target_.headers) {
    if (!add(header.name, header.value)) return false;
  }
  return true;
}

/// The attempt ended before it was open, or without an owner (inside start() there is none yet).
void lws_attempt::failed(std::string_view text) noexcept {
  const attempt_phase was = phase_;
  if (was != attempt_phase::ended) enter(attempt_phase::ended);
  if (owner_ == nullptr) return;
  port::disconnect why = cause_of_failure(was, text);
  std::exchange(owner_, nullptr)->on_failed(*this, std::move(why));
}

/// The certificate is valid. Nothing has been sent yet that only this relay may know.
bool lws_attempt::has_the_right_key(lws* wsi) noexcept {
  if (target_.pins.empty() || !target_.url.secure) return true;
  std::string found;
  if (has_pinned_key(wsi, target_.pins, found)) return true;
  wrong_key_ = found.empty() ? "it shows none" : "it has " + found;
  return false;
}

port::disconnect lws_attempt::cause_of_failure(attempt_phase was, std::string_view text) noexcept {
  if (!wrong_key_.empty()) {
    port::disconnect why;
    why.cause = errc::tls_pinned_key;
    why.detail = wrong_key_;
    return why;
  }
  if (was == attempt_phase::greeting) return cause_of_failed_tls(wsi_, text);
  if (was != attempt_phase::upgrading) {
    if (dialogue_ != nullptr && dialogue_->failure().cause) return dialogue_->failure();
    port::disconnect why = cause_of_errno(socket_error_);
    if (target_.proxy) why.detail = why.detail.empty() ? "the proxy" : "the proxy: " + why.detail;
    return why;
  }
  if (answer_ != nullptr && (answer_->status() != 0 || !answer_->fault().empty())) {
    location_ = answer_->location();
    if (answer_->status() != 101 || !answer_->fault().empty()) return cause_of_answer(*answer_);
  }
  port::disconnect why = cause_of_failed_upgrade(wsi_, text);
  if (location_.empty()) location_ = header_of(wsi_, WSI_TOKEN_HTTP_LOCATION);
  return why;
}

#if UVNOSTR_BUNDLED_LWS
int lws_attempt::read_answer(lws_ws_reply& reply) noexcept {
  // How long we wait for the body of a refusal, which is only shown.
  constexpr lws_usec_t body_patience_us = 500'000;
  if (answer_ == nullptr) answer_ = std::make_unique<upgrade_reader>();
  const bool had_head = answer_->status() != 0;
  switch (answer_->take({reinterpret_cast<const char*>(reply.in), reply.in_len}, reply.used)) {
    case upgrade_reader::outcome::incomplete:
      if (!had_head && answer_->status() != 0) lws_set_timer_usecs(wsi_, body_patience_us);
      return go_on;
    case upgrade_reader::outcome::accepted:
      head_ = "HTTP/1.1 101 \r\nupgrade:websocket\r\nconnection:upgrade\r\nsec-websocket-accept:" + answer_->accept() +
              "\r\n\r\n";
      reply.head = head_.data();
      reply.head_len = head_.size();
      return go_on;
    default: return close_it;
  }
}
#endif

void lws_attempt::note_date() noexcept {
  const unix_seconds now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  peer_date_ = parse_http_date(answer_ != nullptr ? answer_->date() : header_of(wsi_, WSI_TOKEN_HTTP_DATE), now);
}

/// Of an open connection that ended without a close frame, for all that we know here.
port::disconnect lws_attempt::cause_of_end(lws* wsi) noexcept {
  if (auto broken = cause_of_broken_tls(wsi)) return *std::move(broken);
  const bool we_broke_it_off =
      lws_get_close_length(wsi) > 0 || (!target_.url.secure && peer_is_there(lws_get_socket_fd(wsi)));
  port::disconnect why = lost();
  if (we_broke_it_off) why.cause = errc::protocol_error;
  return why;
}

/// The attempt ended after it was open.
void lws_attempt::closed(port::disconnect why) noexcept {
  enter(attempt_phase::ended);
  std::exchange(owner_, nullptr)->on_ended(std::move(why));
}

void lws_attempt::destroyed() noexcept {
  // Usually the owner knows already. But 4.1.6 reports some failed handshakes only in this way.
  if (owner_ != nullptr && was_open()) closed(lost());
  if (owner_ != nullptr) failed({});
  delete this;
}

}  // namespace uvnostr::net
