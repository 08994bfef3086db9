// SPDX-License-Identifier: MIT
// Relays that send as fast as the socket accepts it: frames are made once and written from memory.
//
//   bench_blaster --events FILE --count N [--relays K] [--shuffle on] [--seed S] [--live RATE] [--stamps FILE]
//
// It prints one line with its URLs, and serves them until its standard input ends. The first REQ, whatever its filters, is
// answered with all events and EOSE, later ones with EOSE alone, an EVENT with OK. With --live EOSE comes first, and once
// every relay has a REQ, each sends RATE events a second; the file then gets "ID NANOSECONDS" for the first departure of
// each event.
// What can go wrong: a client that breaks the protocol or disappears loses its connection, without further effect.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/timerfd.h>
#include <unistd.h>
#include <uv.h>

#include "bench/arguments.hpp"
#include "bench/cost.hpp"
#include "bench/event_source.hpp"
#include "support/run_until_input_ends.hpp"
#include "testing/relay/upgrade.hpp"
#include "testing/sockets/frames.hpp"

namespace uvnostr::bench {
namespace {

using testing::detail::frame_reader;
using testing::detail::make_frame;
using testing::detail::opcode;

constexpr std::size_t write_bytes = 256 * 1024;
constexpr std::size_t write_pieces = 512;

/// All events as consecutive frames of one subscription.
struct framed_events {
  std::string bytes;
  std::vector<std::size_t> ends;

  std::string_view frame(std::size_t i) const noexcept {
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(bytes).substr(begin, ends[i] - begin);
  }
};

class connection;

class blaster {
 public:
  explicit blaster(const arguments&);

  bool listen();
  void start_live();
  bool write_stamps() const;

  bool is_live() const noexcept { return live_rate_ != 0; }
  std::size_t event_count() const noexcept { return events_.size(); }
  std::shared_ptr<const framed_events> framed(const std::string& subscription);
  const std::vector<std::uint32_t>& order(std::size_t relay) const noexcept { return orders_[relay]; }
  void on_asked(connection&);
  void on_gone(connection&) noexcept;
  uv_loop_t* loop() noexcept { return uv_default_loop(); }

 private:
  struct listener {
    uv_tcp_t handle{};
    blaster* owner = nullptr;
    std::size_t number = 0;
  };

  void on_tick();

  std::size_t relay_count_;
  std::size_t live_rate_;
  std::string stamps_file_;
  std::vector<std::string> events_;
  std::vector<std::vector<std::uint32_t>> orders_;
  std::map<std::string, std::shared_ptr<const framed_events>> framed_;
  std::vector<std::unique_ptr<listener>> listeners_;
  std::vector<connection*> asked_;
  uv_poll_t clock_{};
  int clock_file_ = -1;
  std::size_t next_live_ = 0;
  std::vector<std::uint64_t> stamps_;
};

/// A connection from the upgrade to its end. Deletes itself when its handle is closed.
class connection {
 public:
  connection(blaster& owner, std::size_t relay) : owner_(owner), relay_(relay) {
    uv_tcp_init(owner.loop(), &socket_);
    socket_.data = this;
  }

  void accept(uv_stream_t* from) {
    if (uv_accept(from, stream()) != 0) return close();
    uv_tcp_nodelay(&socket_, 1);
    uv_read_start(
        stream(),
        [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
          auto& self = *static_cast<connection*>(handle->data);
          *buffer = uv_buf_init(self.input_.data(), static_cast<unsigned>(self.input_.size()));
        },
        [](uv_stream_t* s, ssize_t size, const uv_buf_t* buffer) {
          auto& self = *static_cast<connection*>(s->data);
          if (size < 0) return self.close();
          self.on_bytes({buffer->base, static_cast<std::size_t>(size)});
        });
  }

  std::size_t relay() const noexcept { return relay_; }
  void send_live(std::size_t i) { send(std::string(framed_->frame(owner_.order(relay_)[i]))); }

  void close() {
    if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&socket_))) return;
    owner_.on_gone(*this);
    uv_close(reinterpret_cast<uv_handle_t*>(&socket_),
             [](uv_handle_t* handle) { delete static_cast<connection*>(handle->data); });
  }

 private:
  struct write {
    uv_write_t request{};
    std::string bytes;
  };

  uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&socket_); }

  void on_bytes(std::string_view bytes) {
    if (!upgraded_) {
      head_ += bytes;
      if (!head_.ends_with("\r\n\r\n")) return;
      upgraded_ = true;
      send(testing::detail::make_answer({}, testing::detail::find_header(head_, "Sec-WebSocket-Key")));
      return;
    }
    reader_.feed(bytes);
    for (;;) {
      switch (reader_.next()) {
        case frame_reader::found::nothing:
          if (!answers_.empty()) send(std::exchange(answers_, {}));
          return;
        case frame_reader::found::text: on_text(reader_.payload()); break;
        case frame_reader::found::ping: answers_ += make_frame(opcode::pong, reader_.payload()); break;
        case frame_reader::found::close: send(make_frame(opcode::close, reader_.payload())); return close();
        case frame_reader::found::pong:
        case frame_reader::found::binary: break;
        case frame_reader::found::violation:
        case frame_reader::found::too_big: return close();
      }
    }
  }

  void on_text(std::string_view text) {
    if (text.starts_with("[\"EVENT\",")) {
      // Inside a member's text the quotation marks would be escaped.
      const std::size_t at = text.find("\"id\":\"");
      if (at == text.npos) return;
      answers_ += make_frame(opcode::text, "[\"OK\",\"" + std::string(text.substr(at + 6, 64)) + "\",true,\"\"]");
    } else if (text.starts_with("[\"REQ\",\"")) {
      const std::string subscription(text.substr(8, text.find('"', 8) - 8));
      if (framed_) {  // a page of the past: all had come
        answers_ += make_frame(opcode::text, "[\"EOSE\",\"" + subscription + "\"]");
        return;
      }
      framed_ = owner_.framed(subscription);
      eose_ = make_frame(opcode::text, "[\"EOSE\",\"" + subscription + "\"]");
      if (owner_.is_live()) {
        send(eose_);
        owner_.on_asked(*this);
      } else {
        send_more();
      }
    }
  }

  /// As many frames as one write may have; frames that are adjacent in memory form one piece.
  void send_more() {
    const auto& order = owner_.order(relay_);
    std::vector<uv_buf_t> pieces;
    std::size_t bytes = 0;
    while (next_ < order.size() && bytes < write_bytes) {
      const std::string_view frame = framed_->frame(order[next_]);
      if (!pieces.empty() && pieces.back().base + pieces.back().len == frame.data()) {
        pieces.back().len += frame.size();
      } else if (pieces.size() == write_pieces) {
        break;
      } else {
        pieces.push_back(uv_buf_init(const_cast<char*>(frame.data()), static_cast<unsigned>(frame.size())));
      }
      bytes += frame.size();
      ++next_;
    }
    if (pieces.empty()) return send(eose_);
    blast_.data = this;
    uv_write(&blast_, stream(), pieces.data(), static_cast<unsigned>(pieces.size()),
             [](uv_write_t* request, int status) {
               auto& self = *static_cast<connection*>(request->data);
               if (status == 0) self.send_more();
             });
  }

  void send(std::string bytes) {
    uv_buf_t whole = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
    const int written = uv_try_write(stream(), &whole, 1);
    const std::size_t done = written > 0 ? static_cast<std::size_t>(written) : 0;
    if (done == bytes.size()) return;
    auto* const rest = new write;
    rest->bytes = bytes.substr(done);
    whole = uv_buf_init(rest->bytes.data(), static_cast<unsigned>(rest->bytes.size()));
    rest->request.data = rest;
    const auto free_it = [](uv_write_t* request, int) { delete static_cast<write*>(request->data); };
    if (uv_write(&rest->request, stream(), &whole, 1, free_it) != 0) delete rest;
  }

  blaster& owner_;
  const std::size_t relay_;
  uv_tcp_t socket_{};
  uv_write_t blast_{};
  std::vector<char> input_ = std::vector<char>(64 * 1024);
  bool upgraded_ = false;
  std::string head_;
  frame_reader reader_{16 * 1024 * 1024};
  std::string answers_;
  std::string eose_;
  std::shared_ptr<const framed_events> framed_;
  std::size_t next_ = 0;
};

blaster::blaster(const arguments& given)
    : relay_count_(given.number("relays", 1)),
      live_rate_(given.number("live", 0)),
      stamps_file_(given.text("stamps")),
      events_(load_events(given.text("events"), given.number("count", 0))) {
  std::mt19937 random(static_cast<unsigned>(given.number("seed", 1)));
  orders_.resize(relay_count_, std::vector<std::uint32_t>(events_.size()));
  for (auto& order : orders_) {
    std::iota(order.begin(), order.end(), 0U);
    if (given.is_on("shuffle")) std::shuffle(order.begin(), order.end(), random);
  }
}

bool blaster::listen() {
  std::string urls;
  for (std::size_t i = 0; i < relay_count_; ++i) {
    auto& made = *listeners_.emplace_back(std::make_unique<listener>());
    made.owner = this;
    made.number = i;
    made.handle.data = &made;
    sockaddr_in address{};
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop(), &made.handle);
    const auto on_client = [](uv_stream_t* server, int status) {
      auto& self = *static_cast<listener*>(server->data);
      if (status == 0) (new connection(*self.owner, self.number))->accept(server);
    };
    if (uv_tcp_bind(&made.handle, reinterpret_cast<sockaddr*>(&address), 0) != 0 ||
        uv_listen(reinterpret_cast<uv_stream_t*>(&made.handle), 128, on_client) != 0) {
      return false;
    }
    int size = sizeof address;
    uv_tcp_getsockname(&made.handle, reinterpret_cast<sockaddr*>(&address), &size);
    const unsigned port = (address.sin_port & 0xFFU) << 8 | address.sin_port >> 8;
    urls += (i == 0 ? "ws://127.0.0.1:" : " ws://127.0.0.1:") + std::to_string(port) + "/";
  }
  std::printf("%s\n", urls.c_str());
  return std::fflush(stdout) == 0;
}

std::shared_ptr<const framed_events> blaster::framed(const std::string& subscription) {
  auto& kept = framed_[subscription];
  if (kept) return kept;
  auto made = std::make_shared<framed_events>();
  for (const std::string& event : events_) {
    made->bytes += make_frame(opcode::text, "[\"EVENT\",\"" + subscription + "\"," + event + "]");
    made->ends.push_back(made->bytes.size());
  }
  return kept = std::move(made);
}

void blaster::on_asked(connection& c) {
  asked_.push_back(&c);
  if (asked_.size() == relay_count_ && next_live_ == 0) start_live();
}

void blaster::on_gone(connection& c) noexcept { std::erase(asked_, &c); }

// libuv's timers count milliseconds, and would send the events in bursts.
void blaster::start_live() {
  clock_file_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  const auto interval = static_cast<long>(1'000'000'000 / live_rate_);
  const itimerspec every{{interval / 1'000'000'000, interval % 1'000'000'000}, {0, 200'000'000}};
  timerfd_settime(clock_file_, 0, &every, nullptr);
  uv_poll_init(loop(), &clock_, clock_file_);
  clock_.data = this;
  uv_poll_start(&clock_, UV_READABLE,
                [](uv_poll_t* handle, int, int) { static_cast<blaster*>(handle->data)->on_tick(); });
}

void blaster::on_tick() {
  std::uint64_t due = 0;
  if (read(clock_file_, &due, sizeof due) != sizeof due) return;
  for (; due != 0 && next_live_ < events_.size(); --due, ++next_live_) {
    stamps_.push_back(now_ns());
    for (connection* const each : asked_) each->send_live(next_live_);
  }
  if (next_live_ == events_.size()) uv_poll_stop(&clock_);
}

bool blaster::write_stamps() const {
  if (stamps_file_.empty()) return true;
  std::FILE* const file = std::fopen(stamps_file_.c_str(), "w");
  if (file == nullptr) return false;
  for (std::size_t i = 0; i < stamps_.size(); ++i) {
    const std::string& event = events_[orders_[0][i]];
    std::fprintf(file, "%s %" PRIu64 "\n", event.substr(event.find("\"id\":\"") + 6, 64).c_str(), stamps_[i]);
  }
  return std::fclose(file) == 0;
}

}  // namespace
}  // namespace uvnostr::bench

int main(int argc, char** argv) {
  using namespace uvnostr::bench;
  static blaster served{arguments(argc, argv)};
  if (!served.listen()) {
    std::fprintf(stderr, "bench_blaster: cannot listen\n");
    return 1;
  }
  uvnostr::run_until_input_ends(uv_default_loop());
  return served.write_stamps() ? 0 : 1;
}
