// SPDX-License-Identifier: MIT
// Happy path: dial() asks the resolver; each address gets a head start over the next (RFC 8305); the first that is
// upgraded becomes the socket; text goes both ways; close() or the relay ends it; finish() reports. The resolver may
// answer in two parts. If it fails or is slow, the addresses of the last success are tried.
// What can go wrong: every step can fail, and in any callback the listener may abort() us or release the whole world.
// So after each call to the listener we check is_over() first. The memory stays until the loop's next turn, when the
// timer's handle is closed. We never report inside a call on us; reports wait for the timer.
#include "net/lws_connection.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/utf8.hpp"
#if UVNOSTR_C_ARES
#include "net/ares_resolver.hpp"
#endif
#include "net/disconnect_cause.hpp"
#include "net/lws_transport.hpp"
#include "net/redirect.hpp"
#include "net/socket_calls.hpp"
#include "net/system_resolver.hpp"

namespace uvnostr::net {
namespace {

constexpr std::uint64_t head_start_ms = 250;  // RFC 8305, 5
// If the resolver has not answered within this time, we try the addresses that worked last time.
constexpr std::uint64_t patience_ms = 2'000;

std::error_code ask(shared_context& context, const dial_target& target, name_listener& listener,
                    name_question*& out) noexcept {
#if UVNOSTR_C_ARES
  if (target.resolver == name_resolver::c_ares) {
    return ares_question::ask(context.loop(), target.host(), target.name_servers, listener, out);
  }
#endif
  return context.resolver().ask(target.host(), listener, out);
}
constexpr std::size_t max_document_bytes = std::size_t{256} * 1024;

}  // namespace

lws_connection::lws_connection(lws_transport& transport, dial_target target, std::size_t max_message_bytes,
                               port::connection_listener& listener) noexcept
    : transport_(transport),
      listener_(listener),
      target_(std::move(target)),
      queue_(transport.masks()),
      incoming_(transport.spares(), max_message_bytes) {
  uv_timer_init(transport.loop(), &timer_);
  uv_unref(reinterpret_cast<uv_handle_t*>(&timer_));
  timer_.data = this;
  transport_.add(*this);
  transport_.reactor().begin_use();
}

lws_connection* lws_connection::dial(lws_transport& transport, dial_target target, std::size_t max_message_bytes,
                                     port::connection_listener& listener) noexcept {
  auto* self = new lws_connection(transport, std::move(target), max_message_bytes, listener);
  self->find_addresses();
  return self;
}

/// Reports nothing before it returns.
void lws_connection::find_addresses() noexcept {
  const std::string& host = target_.host();
  ip_address literal;
  if (!target_.proxy && host.ends_with(".onion")) {
    // Source: RFC 7686, 2.
    failure_.cause = errc::host_not_found;
    failure_.detail = "names in .onion are reached through relay_options::proxy only";
  } else if (parse_ip_address(host, literal)) {
    addresses_.push_back(std::move(literal));
  } else {
    failure_.cause = ask(transport_.context(), target_, *this, question_);
    if (question_ != nullptr) {
      if (transport_.context().addresses().find(host) != nullptr) start_timer(patience_ms);
      return;
    }
  }
  if (phase_ == connection_phase::resolving) enter(connection_phase::trying);
  start_timer(0);
}

void lws_connection::enter(connection_phase next) noexcept {
  assert(may_follow(phase_, next));
  phase_ = next;
}

void lws_connection::start_timer(std::uint64_t milliseconds) noexcept {
  uv_update_time(transport_.loop());
  uv_timer_start(
      &timer_, [](uv_timer_t* t) { static_cast<lws_connection*>(t->data)->on_timer(); }, milliseconds, 0);
}

void lws_connection::on_answer(name_answer answer) noexcept {
  if (answer.is_complete) question_ = nullptr;
  if (addresses_.empty()) uv_timer_stop(&timer_);
  if (answer.error && addresses_.empty()) {
    // We believe the answer that a name does not exist, but not a resolver that fails.
    const auto* known = transport_.context().addresses().find(target_.host());
    if (known == nullptr || answer.error == errc::host_not_found) {
      finish(answer.error, std::move(answer.detail));
      return;
    }
    listener_.on_remark("the resolver fails: the addresses of the last connection are tried", target_.host(),
                        answer.detail, answer.error);
    answer.addresses = *known;
  }
  take_addresses(std::move(answer.addresses));
  if (phase_ == connection_phase::resolving) {
    enter(connection_phase::trying);
    try_next_address();
  } else if (attempts_.empty()) {
    try_next_address();
  } else if (next_address_ < addresses_.size() && uv_is_active(reinterpret_cast<uv_handle_t*>(&timer_)) == 0) {
    start_timer(head_start_ms);
  }
}

/// Inserts new addresses among those that are still to be tried.
void lws_connection::take_addresses(std::vector<ip_address> more) noexcept {
  const auto untried = addresses_.begin() + static_cast<std::ptrdiff_t>(next_address_);
  std::vector<ip_address> to_try(untried, addresses_.end());
  addresses_.erase(untried, addresses_.end());
  for (auto& address : more) {
    if (std::find(addresses_.begin(), addresses_.end(), address) == addresses_.end()) to_try.push_back(address);
  }
  // The families take turns.
  if (!addresses_.empty()) {
    std::stable_partition(to_try.begin(), to_try.end(),
                          [last = addresses_.back().is_v6](const ip_address& each) { return each.is_v6 != last; });
  }
  for (auto& address : interleave(std::move(to_try))) addresses_.push_back(std::move(address));
}

void lws_connection::on_timer() noexcept {
  if (phase_ == connection_phase::quitting) {
    finish(std::error_code());
    return;
  }
  if (addresses_.empty()) {  // the resolver is slow
    if (const auto* known = transport_.context().addresses().find(target_.host())) {
      listener_.on_remark("the resolver is slow: the addresses of the last connection are tried", target_.host(), {},
                          {});
      take_addresses(*known);
    }
  }
  if (phase_ == connection_phase::resolving) enter(connection_phase::trying);
  try_next_address();
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
    remark_on_failure(address, why);
    remember(std::move(why));
  }
  if (attempts_.empty() && question_ == nullptr) finish(std::move(failure_));
}

/// The program is told of one failure, and a host may have several addresses.
void lws_connection::remark_on_failure(const ip_address& address, const port::disconnect& why) noexcept {
  listener_.on_remark("an address does not serve", address.text, why.detail, why.cause);
}

void lws_connection::remember(port::disconnect why) noexcept {
  if (rank(why) > rank(failure_)) failure_ = std::move(why);
}

void lws_connection::on_failed(lws_attempt& attempt, port::disconnect why) noexcept {
  std::erase(attempts_, &attempt);
  remark_on_failure(attempt.address(), why);
  if (follow(why, attempt.location())) return;
  if (is_final(why)) {
    finish(std::move(why));
    return;
  }
  remember(std::move(why));
  if (next_address_ < addresses_.size()) {
    // Not here, because we are inside libwebsockets' closing of a socket.
    start_timer(0);
  } else if (attempts_.empty() && question_ == nullptr) {
    finish(std::move(failure_));
  }
}

/// Starts again at the target of a redirect. Returns false if it does not, and adds the reason to `why`. May be called
/// inside libwebsockets.
bool lws_connection::follow(port::disconnect& why, const std::string& location) noexcept {
  if (!is_redirect(why.http_status) || location.empty()) return false;
  const auto next = redirected(target_.url, location);
  const std::string where = "it redirects to " + base::url::shown(next ? next->text : location);
  if (!next || !next->secure) {
    why.detail = where + ", which is not wss://";
    return false;
  }
  if (target_.redirects_left == 0) {
    why.detail =
        where + (target_.was_redirected ? ", after max_redirects others" : "; relay_options::max_redirects is 0");
    return false;
  }
  const auto vhost = transport_.context().vhost(true, target_.tls);
  if (!vhost) return false;
  uv_timer_stop(&timer_);
  stop_asking();
  abandon_all_but(nullptr);
  // They may hold secrets that only the first host may know.
  if (next->host != target_.url.host || next->port != target_.url.port || !target_.url.secure) target_.headers.clear();
  target_.vhost = *vhost;
  target_.url = *next;
  target_.authority = next->authority();
  target_.was_redirected = true;
  --target_.redirects_left;
  addresses_.clear();
  next_address_ = 0;
  failure_ = {};
  find_addresses();
  return true;
}

void lws_connection::stop_asking() noexcept {
  if (question_ != nullptr) std::exchange(question_, nullptr)->cancel();
}

void lws_connection::abandon_all_but(const lws_attempt* chosen) noexcept {
  for (auto* attempt : attempts_) {
    if (attempt != chosen) attempt->abandon();
  }
  std::erase_if(attempts_, [chosen](const lws_attempt* attempt) { return attempt != chosen; });
}

void lws_connection::on_established(lws_attempt& attempt) noexcept {
  uv_timer_stop(&timer_);
  stop_asking();
  abandon_all_but(&attempt);
  enter(connection_phase::open);
  peer_date_ = attempt.peer_date();
  ip_address literal;
  if (!parse_ip_address(target_.host(), literal)) {
    transport_.context().addresses().remember(target_.host(), std::move(addresses_));
  }
  if (target_.silence.count() != 0) notice_dead_peer(lws_get_socket_fd(socket()), target_.silence, target_.patience);
  if (!reading_) lws_rx_flow_control(socket(), 0);
  listener_.on_open();
  if (rule().has_socket && (!queue_.empty() || ping_due_)) ask_to_write();
}

/// The relay answers the request for its document, which then arrives in pieces.
void lws_connection::on_answer(lws_attempt& attempt) noexcept {
  uv_timer_stop(&timer_);
  abandon_all_but(&attempt);
  enter(connection_phase::open);
}

void lws_connection::on_document_piece(std::string_view bytes) noexcept {
  if (is_over()) return;
  if (bytes.size() > max_document_bytes - document_.size()) return finish(errc::no_document, "it is too long");
  document_.append(bytes);
}

void lws_connection::on_piece(const message_piece& piece) noexcept {
  if (!rule().delivers) return;
  switch (incoming_.add(piece)) {
    case incoming_message::outcome::incomplete: listener_.on_activity(); return;
    case incoming_message::outcome::too_big: give_up_message(); return;
    case incoming_message::outcome::passed:
      listener_.on_too_big(incoming_.size(), incoming_.beginning(), incoming_.end());
      if (!is_over()) incoming_.done_with_text();
      return;
    case incoming_message::outcome::binary: listener_.on_binary(incoming_.size()); return;
    case incoming_message::outcome::text:
      listener_.on_text(incoming_.text());
      if (!is_over()) incoming_.done_with_text();
      return;
  }
}

void lws_connection::give_up_message() noexcept {
  std::string reason = "message too big";
  attempts_.front()->begin_close(LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, reason);
  // The close frame goes out after we are gone, because waiting for such a relay's answer would be useless.
  attempts_.front()->let_it_close();
  finish(errc::message_too_big);
}

void lws_connection::on_close_frame(std::string_view payload) noexcept {
  // libwebsockets continues with the bytes that it has already read, and may report a second one.
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

void lws_connection::on_ended(port::disconnect why) noexcept {
  if (target_.for_document) {
    listener_.on_text(document_);
    if (!is_over()) finish(std::error_code());
  } else if (peers_close_) {
    finish(std::move(*peers_close_));
  } else if (phase_ == connection_phase::closing) {
    finish(std::error_code());
  } else {
    finish(std::move(why));
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
  enter(connection_phase::over);
  stop_asking();
  abandon_all_but(nullptr);
  in_transport_.unlink();
  transport_.reactor().end_use();
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_),
           [](uv_handle_t* handle) { delete static_cast<lws_connection*>(handle->data); });
}

}  // namespace uvnostr::net
