// SPDX-License-Identifier: MIT
#include <uvnostr/testing/script.hpp>

#include <utility>

#include "testing/relay/script_runner.hpp"

namespace uvnostr::testing {

using detail::script_step;
using type = script_step::type;

// The constructor is private, so every script is the base of a runner.
script& script::append(script_step step) {
  static_cast<detail::script_runner*>(this)->add(std::move(step));
  return *this;
}

script& script::expect_connection() { return append({.kind = type::expect_connection}); }
script& script::expect_req() { return append({.kind = type::expect_req}); }
script& script::expect_req(callback<bool(std::span<const filter>)> accepts) {
  return append({.kind = type::expect_req, .accepts_req = std::move(accepts)});
}
script& script::expect_event() { return append({.kind = type::expect_event}); }
script& script::expect_event(callback<bool(const event_view&)> accepts) {
  return append({.kind = type::expect_event, .accepts_event = std::move(accepts)});
}
script& script::expect_close() { return append({.kind = type::expect_close}); }
script& script::expect_auth() { return append({.kind = type::expect_auth}); }
script& script::expect_text(std::string text) { return append({.kind = type::expect_text, .text = std::move(text)}); }
script& script::expect_disconnect() { return append({.kind = type::expect_disconnect}); }

script& script::send_event(const event& e) { return send_event_json(std::string(e.json())); }
script& script::send_event_json(std::string json) {
  return append({.kind = type::event_json, .text = std::move(json)});
}
script& script::send_eose() { return append({.kind = type::eose}); }
script& script::send_closed(std::string reason) { return append({.kind = type::closed, .text = std::move(reason)}); }
script& script::send_ok(bool accepted, std::string reason) {
  return append({.kind = type::ok, .text = std::move(reason), .accepted = accepted});
}
script& script::send_notice(std::string text) { return append({.kind = type::notice, .text = std::move(text)}); }
script& script::send_auth(std::string challenge) { return append({.kind = type::auth, .text = std::move(challenge)}); }
script& script::send_text(std::string message) { return append({.kind = type::text, .text = std::move(message)}); }
script& script::send_binary(std::string bytes) { return append({.kind = type::binary, .text = std::move(bytes)}); }
script& script::send_raw(std::string bytes) { return append({.kind = type::raw, .text = std::move(bytes)}); }
script& script::send_ping(std::string payload) { return append({.kind = type::ping, .text = std::move(payload)}); }

script& script::close(std::uint16_t code, std::string reason) {
  return append({.kind = type::close, .text = std::move(reason), .code = code});
}
script& script::drop(ending how) { return append({.kind = type::drop, .how = how}); }

script& script::refuse(handshake_rule rule) { return append({.kind = type::refuse, .rule = std::move(rule)}); }
script& script::refuse_http(int status, std::string body) {
  return refuse({.how = handshake::http_status, .status = status, .body = std::move(body)});
}
script& script::wait(std::chrono::milliseconds delay) { return append({.kind = type::wait, .delay = delay}); }

void script::clear() { static_cast<detail::script_runner*>(this)->forget(); }
bool script::done() const noexcept { return static_cast<const detail::script_runner*>(this)->is_done(); }
std::string script::unmet() const { return static_cast<const detail::script_runner*>(this)->describe_unmet(); }

}  // namespace uvnostr::testing
