// SPDX-License-Identifier: MIT
#include "testing/sockets/socket_link.hpp"

#include <algorithm>
#include <utility>

#include "testing/relay/relay_core.hpp"
#include "testing/relay/upgrade.hpp"

namespace uvnostr::testing::detail {
namespace {

constexpr std::size_t max_head_bytes = 64 * 1024;
constexpr std::size_t max_header_lines = 16 * 1024 * 1024;  // even endless headers end, so that no test runs for ever

}  // namespace

socket_link::socket_link(relay_core& of, loop_context context, std::shared_ptr<link_record> record,
                         std::shared_ptr<socket> tcp, std::shared_ptr<tls_server> tls)
    : link(of.weak_from_this(), std::move(record)),
      context_(context),
      socket_(std::move(tcp)),
      tls_(tls ? std::make_unique<tls_stream>(std::move(tls)) : nullptr),
      reader_(of.options().max_message_bytes),
      pace_(context),
      delay_(context) {}

void socket_link::start(relay_core& c, handshake_rule rule) {
  rule_ = std::move(rule);
  const std::weak_ptr<link> weak = weak_from_this();
  socket_->listen(
      [this, weak](std::string_view bytes) {
        if (const auto self = weak.lock()) on_bytes(bytes);
      },
      [this, weak] {
        if (const auto self = weak.lock()) gone();
      });
  socket_->set_max_write_bytes(c.behaviour().max_write_bytes);
  switch (rule_.how) {
    case handshake::reset: phase_ = phase::ending; return socket_->finish(true);
    case handshake::close: phase_ = phase::ending; return socket_->finish(false);
    case handshake::silent: phase_ = phase::mute; return;
    case handshake::banner:
      phase_ = phase::mute;
      tls_.reset();
      return socket_->write(rule_.bytes);
    default: return;
  }
}

void socket_link::abandon() noexcept {
  phase_ = phase::gone;
  record()->open = false;
  delayed_.clear();
  delay_.stop();
  pace_.stop();
  socket_->close();
}

void socket_link::on_bytes(std::string_view bytes) {
  const auto c = owner();
  if (!c || rule_.how == handshake::silent || phase_ == phase::gone) return;
  if (!tls_) return on_plain(*c, bytes);
  std::string plain;
  std::string reply;
  const tls_stream::state state = tls_->receive(bytes, plain, reply);
  socket_->write(reply);
  if (state == tls_stream::state::open) tls_done_ = true;
  if (!plain.empty()) on_plain(*c, plain);
  if (phase_ == phase::gone) return;
  if (state == tls_stream::state::failed && !tls_done_) c->count_tls_failure();
  if (state == tls_stream::state::failed || state == tls_stream::state::ended) end(ending::abrupt);
}

void socket_link::on_plain(relay_core& c, std::string_view bytes) {
  switch (phase_) {
    case phase::request:
    case phase::answering:
      head_.append(bytes);
      if (head_.size() > max_head_bytes) return end(ending::abrupt);
      if (phase_ == phase::request) on_request(c);
      return;
    case phase::open:
    case phase::closing: reader_.feed(bytes); return read_frames(c);
    default: return;
  }
}

void socket_link::on_request(relay_core& c) {
  const std::size_t end_of_head = head_.find("\r\n\r\n");
  if (end_of_head == std::string::npos) return;
  record()->request = head_.substr(0, end_of_head + 4);
  head_.erase(0, end_of_head + 4);
  if (rule_.how == handshake::accept && asks_for_document(record()->request)) {
    emit_now(make_document_answer(c.behaviour().information), std::nullopt);
    return end(ending::graceful);
  }
  std::string wrong = check_upgrade(record()->request);
  if (!wrong.empty()) {
    emit_now(make_http_answer(400, {}, wrong), std::nullopt);
    record()->violation = std::move(wrong);
    c.count_violation();
    return end(ending::graceful);
  }
  answer(c, find_header(record()->request, "Sec-WebSocket-Key"));
}

void socket_link::answer(relay_core& c, std::string_view key) {
  phase_ = phase::mute;
  if (rule_.how == handshake::no_answer) return;
  std::string bytes = make_answer(rule_, key);
  if (rule_.how == handshake::slow) {
    phase_ = phase::answering;
    return drip(std::move(bytes));
  }
  emit_now(bytes, std::nullopt);
  if (rule_.how == handshake::http_status) return end(ending::graceful);
  if (rule_.how == handshake::endless_headers) return send_header_lines(max_header_lines);
  if (rule_.how == handshake::accept) on_open(c);
}

void socket_link::drip(std::string bytes) {
  pace_.start(rule_.interval, [this, bytes = std::move(bytes)]() mutable {
    const auto self = shared_from_this();
    const auto c = owner();
    if (!c || phase_ != phase::answering) return;
    emit_now(std::string_view(bytes).substr(0, 1), std::nullopt);
    bytes.erase(0, 1);
    if (!bytes.empty()) return drip(std::move(bytes));
    on_open(*c);
  });
}

void socket_link::send_header_lines(std::size_t lines_left) {
  constexpr std::size_t lines_at_once = 64;
  constexpr std::size_t enough_waiting = 64 * 1024;
  if (socket_->unsent_bytes() < enough_waiting) {
    std::string lines;
    for (std::size_t i = 0; i < lines_at_once; ++i) lines += "X-Filler: " + std::string(100, 'x') + "\r\n";
    emit_now(lines, std::nullopt);
    lines_left -= std::min(lines_left, lines_at_once);
  }
  if (lines_left == 0 || phase_ == phase::gone) return;
  pace_.start(std::chrono::milliseconds(1), [this, lines_left] {
    const auto self = shared_from_this();
    send_header_lines(lines_left);
  });
}

void socket_link::on_open(relay_core& c) {
  phase_ = phase::open;
  record()->open = true;
  c.on_upgraded(*this);
  // The client's request and its first frames may have arrived together.
  if (phase_ != phase::open) return;
  reader_.feed(std::exchange(head_, {}));
  read_frames(c);
}

void socket_link::read_frames(relay_core& c) {
  using found = frame_reader::found;
  while (phase_ == phase::open || phase_ == phase::closing) {
    switch (reader_.next()) {
      case found::nothing: return;
      case found::text:
        if (phase_ == phase::open) c.on_text(*this, std::string(reader_.payload()));
        break;
      case found::binary: c.count_binary(); break;
      case found::ping:
        c.count_ping();
        if (c.behaviour().answer_pings) emit(make_frame(opcode::pong, reader_.payload()));
        break;
      case found::pong: c.count_pong(); break;
      case found::close: return on_close_frame(c);
      case found::violation: return refuse_frames(c, 1002, reader_.violation());
      case found::too_big: return refuse_frames(c, 1009, "the message is too big");
    }
  }
}

void socket_link::refuse_frames(relay_core& c, std::uint16_t code, std::string_view why) {
  record()->violation = why;
  c.count_violation();
  if (!std::exchange(close_sent_, true)) emit(make_close_frame(code, why));
  end(ending::graceful);
}

void socket_link::on_close_frame(relay_core& c) {
  const std::string& body = reader_.payload();
  record()->close_code = 1005;
  if (body.size() >= 2) {
    record()->close_code =
        static_cast<std::uint16_t>(static_cast<std::uint8_t>(body[0]) << 8 | static_cast<std::uint8_t>(body[1]));
    record()->close_reason = body.substr(2);
  }
  record()->open = false;
  if (!c.behaviour().answer_close) {
    phase_ = phase::mute;
    return;
  }
  if (!std::exchange(close_sent_, true)) emit(make_frame(opcode::close, body));
  end(ending::graceful);
}

void socket_link::send_text(std::string_view text) {
  if (phase_ != phase::open) return;
  const auto c = owner();
  if (c) emit(make_message(opcode::text, text, std::max<std::size_t>(c->behaviour().max_fragment_bytes, 1)));
}

void socket_link::send_half_text(std::string_view text) {
  if (phase_ != phase::open) return;
  const std::string frame = make_frame(opcode::text, text);
  emit(frame.substr(0, frame.size() / 2));
}

void socket_link::send_binary(std::string_view bytes) {
  if (phase_ != phase::open) return;
  const auto c = owner();
  if (c) emit(make_message(opcode::binary, bytes, std::max<std::size_t>(c->behaviour().max_fragment_bytes, 1)));
}

void socket_link::send_ping(std::string_view payload) {
  if (phase_ == phase::open) emit(make_frame(opcode::ping, payload));
}

void socket_link::send_raw(std::string_view bytes) {
  if (phase_ != phase::gone && phase_ != phase::ending) emit(std::string(bytes));
}

void socket_link::close(std::uint16_t code, std::string_view reason) {
  if (phase_ != phase::open) return;
  emit(make_close_frame(code, reason));
  close_sent_ = true;
  if (phase_ != phase::open) return;
  phase_ = phase::closing;
  record()->open = false;
}

void socket_link::drop(ending how) {
  if (phase_ == phase::gone || phase_ == phase::ending) return;
  if (how == ending::graceful && phase_ == phase::open) close(1001, "going away");
  end(how);
}

void socket_link::end(ending how) {
  if (phase_ == phase::gone || phase_ == phase::ending) return;
  phase_ = phase::ending;
  record()->open = false;
  pace_.stop();
  emit({}, how);
}

void socket_link::emit(std::string bytes, std::optional<ending> end) {
  const auto c = owner();
  if (!c) return;
  const std::chrono::milliseconds delay = c->behaviour().delay;
  if (delay.count() == 0 && delayed_.empty()) return emit_now(bytes, end);
  delayed_.push_back({uv_now(context_.loop) + static_cast<std::uint64_t>(delay.count()), std::move(bytes), end});
  if (!delay_.is_running()) emit_delayed();
}

void socket_link::emit_delayed() {
  while (!delayed_.empty() && delayed_.front().due <= uv_now(context_.loop)) {
    const delayed item = std::move(delayed_.front());
    delayed_.pop_front();
    emit_now(item.bytes, item.end);
  }
  if (delayed_.empty()) return;
  delay_.start(std::chrono::milliseconds(delayed_.front().due - uv_now(context_.loop)), [this] {
    const auto self = shared_from_this();
    emit_delayed();
  });
}

void socket_link::emit_now(std::string_view bytes, std::optional<ending> end) {
  const auto c = owner();
  if (!c || phase_ == phase::gone) return;
  socket_->set_max_write_bytes(c->behaviour().max_write_bytes);
  std::string cipher;
  if (tls_) {
    tls_->send(bytes, cipher);
    if (end == ending::graceful) tls_->close_notify(cipher);
    bytes = cipher;
  }
  socket_->write(bytes);
  if (socket_->unsent_bytes() > c->options().max_unsent_bytes) {
    socket_->reset();
    return gone();
  }
  if (end) socket_->finish(*end == ending::reset);
}

void socket_link::gone() {
  if (phase_ == phase::gone) return;
  const auto self = shared_from_this();
  abandon();
  if (const auto c = owner()) c->on_gone(*this);
}

}  // namespace uvnostr::testing::detail
