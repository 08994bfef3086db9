// SPDX-License-Identifier: MIT
// The simulation with relays that a test plays by hand: each step of a connection happens when the test says so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/names.hpp"
#include "testing/simulation/simulated_host.hpp"
#include "testing/simulation/simulated_world.hpp"

namespace uvnostr {

/// The relay's side of one connection. What it does reaches the client at once.
class played_connection {
 public:
  using frame = testing::detail::frame;

  explicit played_connection(testing::detail::simulated_caller client) : client_(std::move(client)) {
    const std::string_view line = std::string_view(client_.request);
    url = (client_.secure ? "wss://" : "ws://") + std::string(header_in(line, "Host: ")) + std::string(target_of(line));
    client_.up->deliver_to([this](frame what) { take(std::move(what)); });
  }
  played_connection(const played_connection&) = delete;
  played_connection& operator=(const played_connection&) = delete;
  ~played_connection() { client_.up->deliver_to({}); }

  void open() { client_.down->deliver_now({.kind = frame::type::open}); }
  void text(std::string_view message) {
    client_.down->deliver_now({.kind = frame::type::text, .text = std::string(message)});
  }
  void binary(std::size_t bytes) {
    client_.down->deliver_now({.kind = frame::type::binary, .text = std::string(bytes, 'x')});
  }
  void pong() { client_.down->deliver_now({.kind = frame::type::pong}); }
  void drop(std::error_code cause = errc::connection_lost) { end({.cause = cause, .detail = {}, .retry_after = {}}); }
  void end(port::disconnect why) {
    alive_ = false;
    client_.down->deliver_now({.kind = frame::type::end, .why = std::move(why)});
  }
  /// Makes the client's socket full.
  void block() { client_.up->fill(); }
  void unblock() { client_.up->make_room(); }

  /// The messages since the last call.
  lines take_sent() { return std::exchange(up_to_date().sent_, {}); }
  const lines& sent() { return up_to_date().sent_; }
  unsigned pings() { return up_to_date().pings_; }
  /// The code of the client's close frame; 0 if there was none.
  std::uint16_t close_code() { return up_to_date().close_code_; }
  /// Whether the client has ended the connection by itself.
  bool aborted() { return up_to_date().aborted_; }
  /// Whether neither side has ended it.
  bool alive() { return alive_ && !aborted(); }
  bool paused() const { return client_.down->is_paused(); }

  std::string url;

 private:
  static std::string_view header_in(std::string_view request, std::string_view name) {
    request.remove_prefix(request.find(name) + name.size());
    return request.substr(0, request.find("\r\n"));
  }
  static std::string_view target_of(std::string_view request) {
    const std::string_view target = request.substr(4, request.find(" HTTP/") - 4);
    return target == "/" ? std::string_view() : target;
  }
  played_connection& up_to_date() {
    client_.up->flush();
    return *this;
  }
  void take(frame what) {
    switch (what.kind) {
      case frame::type::text: sent_.push_back(std::move(what.text)); break;
      case frame::type::ping: ++pings_; break;
      case frame::type::close: close_code_ = what.code; break;
      case frame::type::end: aborted_ = std::exchange(alive_, false); break;
      default: break;
    }
  }

  testing::detail::simulated_caller client_;
  lines sent_;
  unsigned pings_ = 0;
  std::uint16_t close_code_ = 0;
  bool alive_ = true;
  bool aborted_ = false;
};

/// Every URL reaches a played relay. Only explicit waits take time.
class played_world final : private testing::detail::simulated_peer {
 public:
  played_world() {
    network_.start = test_time + 1h;
    network_.other_relays = this;
  }
  played_world(const played_world&) = delete;
  played_world& operator=(const played_world&) = delete;
  ~played_world() {
    while (!network_.works.empty()) finish_work();
    network_.agenda.clear();
  }

  /// The world of one pool, which returns it with release().
  port::world& share() { return *(last_share_ = new testing::detail::simulated_world(network_)); }
  /// Whether every pool has returned its world.
  bool released() const { return network_.worlds == 0; }

  /// Runs everything that is due now.
  void settle() { advance({}); }
  void advance(std::chrono::microseconds time) {
    const auto until = network_.agenda.now() + time;
    while (!network_.agenda.empty() && network_.agenda.next() <= until) network_.agenda.do_next();
    network_.agenda.move_to(until);
  }
  /// The time until something happens by itself; nothing: never.
  std::optional<std::chrono::microseconds> until_next() const {
    if (network_.agenda.empty()) return std::nullopt;
    return network_.agenda.next() - network_.agenda.now();
  }
  unix_seconds wall_clock() const { return network_.wall_clock(); }

  void fail(testing::system_call what, unsigned nth = 1, unsigned times = 1) { network_.faults.fail(what, nth, times); }
  void hold_workers() { network_.hold_workers(); }
  void release_workers() { network_.release_workers(); }
  std::size_t work_waiting() const { return network_.works.size(); }
  void finish_work() { network_.finish_work(); }
  void finish_newest_work() {
    port::work* const newest = network_.works.back();
    network_.works.pop_back();
    newest->run();
    newest->done();
  }
  /// Whether the last pool keeps its loop alive.
  bool holds_loop() const { return last_share_->holds_loop(); }

  played_connection& last() { return *connections.back(); }

  std::vector<std::unique_ptr<played_connection>> connections;

 private:
  bool take(testing::detail::simulated_caller client) override {
    connections.push_back(std::make_unique<played_connection>(std::move(client)));
    return true;
  }

  testing::detail::simulated_network network_;
  testing::detail::simulated_world* last_share_ = nullptr;
};

}  // namespace uvnostr
