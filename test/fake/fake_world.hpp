// SPDX-License-Identifier: MIT
// A world without time and sockets: the core runs on a virtual clock, against connections that the test plays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "port/world.hpp"

namespace uvnostr::fake {

/// One dialled connection as the relay's side sees it.
class fake_connection final : public port::connection {
 public:
  fake_connection(port::connection_listener& listener, std::string dialled_url)
      : url(std::move(dialled_url)), listener_(&listener) {}

  // What the relay does.
  void open() { listener_->on_open(); }
  void text(std::string_view message) {
    if (listener_ != nullptr) listener_->on_text(message);
  }
  void binary(std::size_t bytes) { listener_->on_binary(bytes); }
  void pong() { listener_->on_pong(); }
  void writable() {
    blocked = false;
    listener_->on_writable();
  }
  void drop(std::error_code cause = errc::connection_lost) { end({.cause = cause, .detail = {}, .retry_after = {}}); }
  void end(const port::disconnect& why) {
    if (port::connection_listener* const told = std::exchange(listener_, nullptr)) told->on_disconnect(why);
  }

  /// Not ended from either side.
  bool alive() const noexcept { return listener_ != nullptr; }
  /// The messages since the last call.
  std::vector<std::string> take_sent() { return std::exchange(sent, {}); }

  bool send_text(std::string_view message) noexcept override;
  void send_ping() noexcept override { ++pings; }
  void pause_reading() noexcept override { paused = true; }
  void resume_reading() noexcept override { paused = false; }
  void close(std::uint16_t code, std::string_view) noexcept override { close_code = code; }
  void abort() noexcept override {
    aborted = true;
    listener_ = nullptr;
  }

  const std::string url;
  std::vector<std::string> sent;
  unsigned pings = 0;
  bool blocked = false;  // the write queue is full
  bool paused = false;
  bool aborted = false;
  std::uint16_t close_code = 0;

 private:
  port::connection_listener* listener_;
};

class fake_world final : public port::world, public port::reactor, public port::transport {
 public:
  fake_world() = default;
  fake_world(const fake_world&) = delete;
  fake_world& operator=(const fake_world&) = delete;
  ~fake_world() {
    while (!work_.empty()) finish_work();
  }

  port::reactor& reactor() noexcept override { return *this; }
  port::transport& transport() noexcept override { return *this; }
  void attach(port::reactor_listener& listener) noexcept override { listener_ = &listener; }
  void release() noexcept override {
    released = true;
    listener_ = nullptr;
    alarm_.reset();
  }

  port::time_point now() noexcept override { return now_; }
  unix_seconds wall_clock() noexcept override { return unix_seconds(std::chrono::seconds(1'700'000'000)) + std::chrono::duration_cast<std::chrono::seconds>(now_.time_since_epoch()); }
  bool random_bytes(std::span<std::byte> out) noexcept override {
    for (std::byte& each : out) each = static_cast<std::byte>(random_());
    return true;
  }
  void set_alarm(port::time_point at) noexcept override { alarm_ = at; }
  void clear_alarm() noexcept override { alarm_.reset(); }
  void wake_soon() noexcept override { woken_ = true; }
  void hold_loop(bool hold) noexcept override { held = hold; }
  bool run_on_worker(port::work& work) noexcept override {
    if (workers_refuse) return false;
    work_.push_back(&work);
    return true;
  }

  result<port::connection*> dial(const port::dial_request& request, port::connection_listener& listener) noexcept override {
    if (dial_error) return dial_error;
    connections.push_back(std::make_unique<fake_connection>(listener, request.url.text));
    return static_cast<port::connection*>(connections.back().get());
  }
  std::error_code check(const relay_options&) noexcept override { return {}; }

  /// Does what is due now, workers included, until nothing is.
  void settle() {
    for (bool busy = true; busy;) {
      busy = false;
      if (std::exchange(woken_, false)) {
        busy = true;
        if (listener_ != nullptr) listener_->on_wake();
      }
      if (!workers_stopped && !work_.empty()) {
        busy = true;
        finish_work();
      }
      if (alarm_ && *alarm_ <= now_ && listener_ != nullptr) {
        busy = true;
        alarm_.reset();
        listener_->on_alarm();
      }
    }
  }
  /// The oldest piece of work runs and is given back.
  void finish_work() {
    port::work* const work = work_.front();
    work_.pop_front();
    work->run();
    work->done();
  }
  void advance(std::chrono::microseconds by) {
    const port::time_point until = now_ + by;
    settle();
    while (alarm_ && *alarm_ <= until) {
      now_ = std::max(now_, *alarm_);
      settle();
    }
    now_ = until;
    settle();
  }
  std::size_t work_waiting() const noexcept { return work_.size(); }
  std::optional<port::time_point> alarm() const noexcept { return alarm_; }

  /// The last that was dialled.
  fake_connection& last() { return *connections.back(); }

  std::vector<std::unique_ptr<fake_connection>> connections;
  std::error_code dial_error;
  bool workers_refuse = false;
  bool workers_stopped = false;  // work waits for finish_work()
  bool held = false;
  bool released = false;

 private:
  port::reactor_listener* listener_ = nullptr;
  port::time_point now_{std::chrono::hours(1)};
  std::optional<port::time_point> alarm_;
  bool woken_ = false;
  std::deque<port::work*> work_;
  std::mt19937_64 random_{20'240'101};
};

inline bool fake_connection::send_text(std::string_view message) noexcept {
  if (blocked) return false;
  sent.emplace_back(message);
  return true;
}

}  // namespace uvnostr::fake
