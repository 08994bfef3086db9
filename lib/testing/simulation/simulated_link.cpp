// SPDX-License-Identifier: MIT
#include "testing/simulation/simulated_link.hpp"

#include <charconv>
#include <utility>

#include "testing/relay/relay_core.hpp"
#include "testing/relay/upgrade.hpp"

namespace uvnostr::testing::detail {
namespace {

constexpr std::chrono::milliseconds linger_time{1000};
constexpr std::string_view any_key = "AAAAAAAAAAAAAAAAAAAAAA==";

port::disconnect because(std::error_code cause, std::string detail) {
  port::disconnect why;
  why.cause = cause;
  why.detail = std::move(detail);
  return why;
}

// Whole seconds only; on sockets a date is taken too.
std::optional<std::chrono::seconds> retry_after(const std::vector<http_header>& headers) {
  std::string head;
  for (const http_header& each : headers) head += each.name + ": " + each.value + "\r\n";
  const std::string_view value = find_header(head, "Retry-After");
  unsigned seconds = 0;
  const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (value.empty() || error != std::errc() || stop != value.data() + value.size()) return {};
  return std::chrono::seconds(seconds);
}

}  // namespace

simulated_link::simulated_link(relay_core& of, std::shared_ptr<link_record> record, simulated_caller client)
    : link(of.weak_from_this(), std::move(record)), client_(std::move(client)), pace_(of.host().make_timer()) {}

port::disconnect simulated_link::lost_before_answer(bool secure) {
  return secure ? because(errc::tls_failed, "the server cut the connection off")
                : because(errc::connection_lost, "closed before it answered the upgrade request");
}

void simulated_link::start(relay_core& c, handshake_rule rule) {
  const std::weak_ptr<link> weak = weak_from_this();
  client_.up->deliver_to([this, weak](frame what) {
    if (const auto self = weak.lock()) take(std::move(what));
  });
  switch (rule.how) {
    case handshake::reset:
    case handshake::close: return refuse(lost_before_answer(client_.secure));
    case handshake::silent: return;
    case handshake::banner:
      if (client_.secure) return refuse(because(errc::tls_failed, "what came is not TLS"));
      return refuse_unless_http(rule.bytes);
    default: record()->request = client_.request; return answer(c, rule);
  }
}

void simulated_link::answer(relay_core& c, const handshake_rule& rule) {
  const auto refuse_upgrade = [this](std::string why) { refuse(because(errc::handshake_failed, std::move(why))); };
  switch (rule.how) {
    case handshake::accept:
      if (asks_for_document(client_.request)) return send_document(c);
      return open(c);
    case handshake::http_status: {
      port::disconnect why = because(errc::http_status, {});
      why.http_status = rule.status;
      why.retry_after = retry_after(rule.headers);
      return refuse(std::move(why));
    }
    case handshake::slow: {
      phase_ = phase::answering;
      const auto bytes = static_cast<std::chrono::milliseconds::rep>(make_answer(rule, any_key).size());
      return pace_->start(rule.interval * bytes, [this] {
        const auto self = shared_from_this();
        if (const auto still = owner()) open(*still);
      });
    }
    case handshake::wrong_accept_header: return refuse_upgrade("the answer's Sec-WebSocket-Accept is for another key");
    case handshake::no_accept_header: return refuse_upgrade("the answer has no Sec-WebSocket-Accept");
    case handshake::no_upgrade_header: return refuse_upgrade("the answer has no Upgrade");
    case handshake::unoffered_extension: return refuse_upgrade("the answer names an extension that was not offered");
    case handshake::unoffered_subprotocol: return refuse_upgrade("the answer names a subprotocol that was not offered");
    case handshake::endless_headers: return refuse_upgrade("the answer's header does not end");
    case handshake::garbage: return refuse_unless_http(rule.bytes);
    default: return;  // the client waits for an answer
  }
}

void simulated_link::refuse_unless_http(std::string_view bytes) {
  constexpr std::string_view version = "HTTP/1.";
  if (version.starts_with(bytes.substr(0, version.size()))) return;  // the client waits for more
  refuse(because(errc::handshake_failed, "the answer is not HTTP/1"));
}

void simulated_link::send_document(relay_core& c) {
  const std::string& document = c.behaviour().information;
  port::disconnect end;
  if (document.empty()) {
    end = because(errc::http_status, {});
    end.http_status = 404;
  } else {
    client_.down->put({.kind = frame::type::text, .text = document});
  }
  refuse(std::move(end));
}

void simulated_link::refuse(port::disconnect why) {
  phase_ = phase::ending;
  client_.down->put({.kind = frame::type::end, .why = std::move(why)});
}

void simulated_link::open(relay_core& c) {
  phase_ = phase::open;
  was_open_ = true;
  record()->open = true;
  client_.down->put({.kind = frame::type::open});
  c.on_upgraded(*this);
}

void simulated_link::take(frame what) {
  const auto c = owner();
  if (!c || phase_ == phase::gone) return;
  if (what.kind == frame::type::end) return gone();
  if (phase_ != phase::open && phase_ != phase::closing) return;
  switch (what.kind) {
    case frame::type::text:
      if (what.text.size() > c->options().max_message_bytes) return on_too_big(*c);
      if (phase_ == phase::open) c->on_text(*this, std::move(what.text));
      return;
    case frame::type::ping:
      c->count_ping();
      if (c->behaviour().answer_pings) say({.kind = frame::type::pong, .text = std::move(what.text)});
      return;
    case frame::type::pong: return c->count_pong();
    case frame::type::close: return on_close_frame(*c, what);
    default: return;
  }
}

void simulated_link::on_too_big(relay_core& c) {
  record()->violation = "the message is too big";
  c.count_violation();
  if (!std::exchange(close_sent_, true)) say({.kind = frame::type::close, .text = record()->violation, .code = 1009});
  end(ending::graceful);
}

void simulated_link::on_close_frame(relay_core& c, const frame& what) {
  record()->close_code = what.code == 0 ? std::uint16_t{1005} : what.code;
  record()->close_reason = what.text;
  record()->open = false;
  if (!c.behaviour().answer_close) {
    phase_ = phase::mute;
    return;
  }
  if (!std::exchange(close_sent_, true)) say({.kind = frame::type::close, .text = what.text, .code = what.code});
  end(ending::graceful);
}

void simulated_link::say(frame what) {
  const auto c = owner();
  if (!c || phase_ == phase::gone) return;
  client_.down->put(std::move(what), c->behaviour().delay);
  if (client_.down->bytes() > c->options().max_unsent_bytes) gone();
}

void simulated_link::send_text(std::string_view text) {
  if (phase_ == phase::open) say({.kind = frame::type::text, .text = std::string(text)});
}

void simulated_link::send_binary(std::string_view bytes) {
  if (phase_ == phase::open) say({.kind = frame::type::binary, .text = std::string(bytes)});
}

void simulated_link::send_ping(std::string_view payload) {
  if (phase_ == phase::open) say({.kind = frame::type::ping, .text = std::string(payload)});
}

void simulated_link::send_raw(std::string_view bytes) {
  if (phase_ == phase::open && !bytes.empty())
    say({.kind = frame::type::end, .why = because(errc::protocol_error, {})});
}

void simulated_link::close(std::uint16_t code, std::string_view reason) {
  if (phase_ != phase::open) return;
  close_sent_ = true;
  say({.kind = frame::type::close, .text = std::string(reason), .code = code});
  if (phase_ != phase::open) return;
  phase_ = phase::closing;
  record()->open = false;
}

void simulated_link::drop(ending how) {
  if (phase_ == phase::gone || phase_ == phase::ending) return;
  if (how == ending::graceful && phase_ == phase::open) close(1001, "going away");
  end(how);
}

void simulated_link::end(ending how) {
  const auto c = owner();
  if (!c || phase_ == phase::gone || phase_ == phase::ending) return;
  phase_ = phase::ending;
  record()->open = false;
  say({.kind = frame::type::end,
       .why = was_open_ ? because(errc::connection_lost, {}) : lost_before_answer(client_.secure)});
  if (phase_ != phase::ending) return;
  const std::chrono::milliseconds delay = c->behaviour().delay;
  pace_->start(how == ending::reset ? delay : delay + linger_time, [this] {
    const auto self = shared_from_this();
    gone();
  });
}

void simulated_link::abandon() noexcept {
  phase_ = phase::gone;
  record()->open = false;
  pace_->stop();
  client_.down->cut();
  client_.down->put({.kind = frame::type::end,
                     .why = was_open_ ? because(errc::connection_lost, {}) : lost_before_answer(client_.secure)});
}

void simulated_link::gone() {
  if (phase_ == phase::gone) return;
  const auto self = shared_from_this();
  abandon();
  if (const auto c = owner()) c->on_gone(*this);
}

}  // namespace uvnostr::testing::detail
