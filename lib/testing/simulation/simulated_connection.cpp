// SPDX-License-Identifier: MIT
#include "testing/simulation/simulated_connection.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "net/incoming_message.hpp"
#include "net/write_queue.hpp"

#include "testing/simulation/simulated_host.hpp"
#include "testing/simulation/simulated_world.hpp"

namespace uvnostr::testing::detail {
namespace {

constexpr std::size_t high_water_bytes = net::write_queue::high_water_bytes;
constexpr std::size_t max_close_reason_bytes = 123;  // RFC 6455, 5.5
constexpr agenda::duration shortest_stall{1'000};
constexpr std::uint16_t protocol_error_code = 1002;
constexpr std::uint16_t too_big_code = 1009;

// The URL is in normal form.
std::string_view authority_of(std::string_view url) noexcept {
  url.remove_prefix(url.find("://") + 3);
  return url.substr(0, url.find_first_of("/?"));
}

// The upgrade request that a socket would carry: a test may look for a header in it.
std::string request_of(const port::dial_request& dial) {
  std::string head = "GET " + dial.url.target + " HTTP/1.1\r\nHost: ";
  head.append(authority_of(dial.url.text));
  if (dial.for_document) return head += "\r\naccept: application/nostr+json\r\n\r\n";
  head +=
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
      "c2ltdWxhdGVkIGtleSEhIQ==\r\nSec-WebSocket-Version: 13\r\n";
  if (!dial.options.user_agent.empty()) head += "user-agent: " + dial.options.user_agent + "\r\n";
  for (const http_header& each : dial.options.headers) head += each.name + ": " + each.value + "\r\n";
  return head += "\r\n";
}

bool needs_no_lookup(std::string_view machine) noexcept {
  return machine == "localhost" || machine.find(':') != std::string_view::npos ||
         machine.find_first_not_of("0123456789.") == std::string_view::npos;
}

port::disconnect because(std::error_code cause, std::string detail = {}) {
  port::disconnect why;
  why.cause = cause;
  why.detail = std::move(detail);
  return why;
}

}  // namespace

simulated_connection::simulated_connection(simulated_network& network, simulated_world& world,
                                           const port::dial_request& dial, port::connection_listener& listener)
    : network_(network),
      world_(world),
      listener_(listener),
      url_(dial.url.text),
      machine_(dial.url.host),
      request_(request_of(dial)),
      secure_(dial.url.secure),
      max_message_bytes_(dial.options.max_message_bytes),
      down_(std::make_shared<lane>(network)),
      up_(std::make_shared<lane>(network)) {}

void simulated_connection::start() noexcept {
  const std::weak_ptr<simulated_connection> weak = weak_from_this();
  down_->deliver_to([weak](frame what) {
    if (const auto self = weak.lock()) self->receive(std::move(what));
  });
  up_->on_taken([weak] {
    if (const auto self = weak.lock()) self->on_room();
  });
  network_.agenda.after(network_.latency, [self = shared_from_this()] { self->arrive(); });
}

void simulated_connection::arrive() noexcept {
  if (phase_ != phase::dialling) return;
  const auto found = network_.relays.find(url_);
  simulated_peer* const peer = found != network_.relays.end() ? found->second : network_.other_relays;
  if (peer != nullptr && peer->take({request_, secure_, down_, up_})) return;
  if (peer == nullptr && !network_.machines.contains(machine_) && !needs_no_lookup(machine_)) {
    end(because(errc::host_not_found, "unknown node or service"));
  } else {
    end(because(errc::connection_refused));
  }
}

void simulated_connection::receive(frame what) {
  using type = frame::type;
  if (phase_ == phase::ended || (phase_ != phase::dialling && what.kind == type::open)) return;
  switch (what.kind) {
    case type::open:
      phase_ = phase::open;
      if (paused_) down_->pause();
      return listener_.on_open();
    case type::text:
    case type::binary: return receive_message(what);
    case type::ping: return up_->put({.kind = type::pong, .text = std::move(what.text)});
    case type::pong: return listener_.on_pong();
    case type::close: {
      if (phase_ == phase::closing) return end({});
      up_->put({.kind = type::close, .text = what.text, .code = what.code});
      port::disconnect why = because(errc::closed_by_relay, std::move(what.text));
      why.close_code = what.code;
      return end(std::move(why));
    }
    case type::end:
      if (phase_ == phase::closing) return end({});
      if (what.why.cause == errc::protocol_error) up_->put({.kind = type::close, .code = protocol_error_code});
      return end(std::move(what.why));
  }
}

void simulated_connection::receive_message(const frame& what) {
  if (phase_ == phase::closing) return;
  using net::incoming_message;
  const std::string_view text = what.text;
  if (text.size() / incoming_message::most_passed > max_message_bytes_) {
    up_->put({.kind = frame::type::close, .text = "message too big", .code = too_big_code});
    return end(because(errc::message_too_big));
  }
  if (what.kind == frame::type::text && text.size() > max_message_bytes_) {
    const std::size_t kept = std::min(text.size(), incoming_message::kept_bytes);
    listener_.on_too_big(text.size(), text.substr(0, kept), text.substr(text.size() - kept));
  } else if (what.kind == frame::type::text) {
    listener_.on_text(what.text);
  } else {
    listener_.on_binary(what.text.size());
  }
}

bool simulated_connection::send_text(std::string_view text) noexcept {
  assert(phase_ != phase::ended);
  if (phase_ == phase::closing) return true;
  if (network_.faults.fails(system_call::send)) {
    owes_writable_ = true;
    network_.agenda.after(std::max(network_.latency, shortest_stall), [self = shared_from_this()] { self->on_room(); });
    return false;
  }
  const std::size_t waiting = up_->bytes();
  if (up_->is_full() || (waiting != 0 && (waiting >= high_water_bytes || text.size() > high_water_bytes - waiting))) {
    owes_writable_ = true;
    return false;
  }
  up_->put({.kind = frame::type::text, .text = std::string(text)});
  return true;
}

void simulated_connection::on_room() noexcept {
  if (!owes_writable_ || up_->is_full() || up_->bytes() >= high_water_bytes / 2) return;
  owes_writable_ = false;
  network_.agenda.after({}, [self = shared_from_this()] {
    if (self->phase_ == phase::open) self->listener_.on_writable();
  });
}

void simulated_connection::send_ping() noexcept {
  assert(phase_ != phase::ended);
  if (phase_ == phase::open && !up_->holds(frame::type::ping)) up_->put({.kind = frame::type::ping});
}

void simulated_connection::pause_reading() noexcept {
  paused_ = true;
  if (phase_ == phase::open) down_->pause();
}

void simulated_connection::resume_reading() noexcept {
  paused_ = false;
  down_->resume();
}

void simulated_connection::close(std::uint16_t code, std::string_view reason) noexcept {
  assert(phase_ != phase::ended);
  if (phase_ == phase::closing) return;
  if (std::exchange(phase_, phase::closing) == phase::dialling) {
    network_.agenda.after({}, [self = shared_from_this()] {
      if (self->phase_ != phase::ended) self->end({});
    });
    return;
  }
  // The relay's answer must be read.
  resume_reading();
  up_->put({.kind = frame::type::close, .text = std::string(reason.substr(0, max_close_reason_bytes)), .code = code});
}

void simulated_connection::abort() noexcept {
  assert(phase_ != phase::ended);
  retire();
}

void simulated_connection::end(port::disconnect why) noexcept {
  const auto self = shared_from_this();
  retire();
  listener_.on_disconnect(why);
}

void simulated_connection::retire() noexcept {
  phase_ = phase::ended;
  up_->put({.kind = frame::type::end});
  world_.remove(*this);
}

}  // namespace uvnostr::testing::detail
