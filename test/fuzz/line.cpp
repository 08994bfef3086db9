// SPDX-License-Identifier: MIT
// Happy path: the client asks for the upgrade, the server sends the first chunk and, whenever the loop has turned, the
// next; when all is told that is expected, the server hangs up and the client's connection ends. What can go wrong: the
// client ends it first (then nothing more is sent), or never does what is waited for: a tick counts the waiting, so
// that a defect is found and does not hang.
#include "fuzz/line.hpp"

#include <cstdlib>

#include "base/url.hpp"
#include "net/open_world.hpp"

namespace uvnostr::fuzz {
namespace {

constexpr unsigned tick_ms = 10;
constexpr unsigned tick_limit = 1000;
constexpr unsigned close_opcode = 8;

std::string_view key_in(std::string_view acceptance) {
  constexpr std::string_view name = "Sec-WebSocket-Accept: ";
  const std::string_view from_key = acceptance.substr(acceptance.find(name) + name.size());
  return from_key.substr(0, from_key.find('\r'));
}

std::string with_key(std::string text, std::string_view key) {
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at + key.size()))
    text.replace(at, 1, key);
  return text;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

class line::listener final : public port::connection_listener {
 public:
  listener(reception& out, bool pauses) : out_(out), pauses_(pauses) {}

  void on_open() noexcept override { out_.opened = true; }
  void on_text(std::string_view text) noexcept override { tell("text " + std::string(text)); }
  void on_too_big(std::size_t bytes, std::string_view, std::string_view) noexcept override {
    tell("passed " + std::to_string(bytes));
  }
  void on_binary(std::size_t bytes) noexcept override { tell("binary " + std::to_string(bytes)); }
  void on_pong() noexcept override { tell("pong"); }
  void on_writable() noexcept override {}
  void on_disconnect(const port::disconnect& why) noexcept override {
    ++out_.ends;
    out_.last = why;
    connection = nullptr;
  }

  void go_on() {
    if (!std::exchange(paused_, false) || connection == nullptr) return;
    connection->resume_reading();
  }

  port::connection* connection = nullptr;

 private:
  void tell(std::string what) {
    out_.told.push_back(std::move(what));
    if (!pauses_ || connection == nullptr) return;
    connection->pause_reading();
    paused_ = true;
  }

  reception& out_;
  bool pauses_;
  bool paused_ = false;
};

line::line() {
  require(uv_loop_init(&loop_) == 0);
  require(uv_timer_init(&loop_, &tick_) == 0);
  server_ = std::make_unique<test::script_server>(&loop_);
  // As a relay does: whoever has said good-bye is not held up.
  server_->on_frame = [](test::peer& p, const test::client_frame& frame) {
    if (frame.opcode == close_opcode) p.finish();
  };
  auto opened = net::open_world(&loop_, true);
  require(opened.has_value());
  world_ = *opened;
}

line::~line() {
  world_->release();
  server_->close();
  uv_close(reinterpret_cast<uv_handle_t*>(&tick_), nullptr);
  uv_run(&loop_, UV_RUN_DEFAULT);
  require(uv_loop_close(&loop_) == 0);
}

template <class Condition>
bool line::until(Condition holds) {
  unsigned ticks = 0;
  tick_.data = &ticks;
  uv_timer_start(
      &tick_, [](uv_timer_t* t) { ++*static_cast<unsigned*>(t->data); }, tick_ms, tick_ms);
  while (!holds() && ticks < tick_limit) uv_run(&loop_, UV_RUN_ONCE);
  uv_timer_stop(&tick_);
  return ticks < tick_limit;
}

void line::turns(unsigned count) {
  for (unsigned i = 0; i < count; ++i) uv_run(&loop_, UV_RUN_NOWAIT);
}

reception line::play(const broadcast& sent) {
  reception out;
  listener hears(out, sent.pause_in_messages);
  server_->on_request = [&](test::peer& p) {
    const std::string acceptance = p.acceptance();
    p.send(sent.accepts ? acceptance + sent.chunks.front() : with_key(sent.chunks.front(), key_in(acceptance)));
  };
  relay_options options;
  options.max_message_bytes = sent.max_message_bytes;
  const auto url = base::url::parse(server_->url());
  const auto dialled = world_->transport().dial({*url, options}, hears);
  require(dialled.has_value());
  hears.connection = *dialled;

  const auto asked = [&] { return !server_->peers.empty() && !server_->peers.front()->request.empty(); };
  if (!until([&] { return asked() || out.ends != 0; }) || server_->peers.empty()) return out;
  test::peer& peer = *server_->peers.front();
  for (std::size_t i = 1; i < sent.chunks.size() && out.ends == 0; ++i) {
    turns(2);
    peer.send(sent.chunks[i]);
    hears.go_on();
  }
  until([&] {
    hears.go_on();
    return out.ends != 0 || (!sent.ends && out.told.size() >= sent.messages);
  });
  // What should not come may come now.
  for (unsigned i = 0; i < 4; ++i) {
    hears.go_on();
    turns(1);
  }
  out.ended_by_itself = out.ends != 0;
  if (out.ends == 0) peer.finish();
  until([&] {
    hears.go_on();
    return out.ends != 0;
  });
  if (out.ends == 0) hears.connection->abort();
  until([&] { return server_->open_peers() == 0; });
  for (const auto& each : server_->peers) each->finish();
  // libuv needs a turn to let go of what was closed.
  turns(2);
  server_->peers.clear();
  return out;
}

}  // namespace uvnostr::fuzz
