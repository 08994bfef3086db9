// SPDX-License-Identifier: MIT
// A fake world in which one kind of call fails at its n-th use, once or from then on.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "fake/fake_world.hpp"

namespace uvnostr::fake {

/// Every call of the ports that can fail.
enum class fallible { random_bytes, check, dial, send_text, run_on_worker };
inline constexpr std::size_t fallible_count = 5;

class countdown {
 public:
  /// `nth` counts from 1; 0: never.
  void fail_at(fallible call, unsigned nth, bool from_then_on = false) {
    call_ = call;
    nth_ = nth;
    from_then_on_ = from_then_on;
  }
  /// Counts one use.
  bool fails(fallible call) {
    const unsigned use = ++uses_[static_cast<std::size_t>(call)];
    if (nth_ == 0 || call != call_ || (from_then_on_ ? use < nth_ : use != nth_)) return false;
    has_failed_ = true;
    return true;
  }
  bool has_failed() const noexcept { return has_failed_; }

 private:
  fallible call_{};
  unsigned nth_ = 0;
  bool from_then_on_ = false;
  bool has_failed_ = false;
  std::array<unsigned, fallible_count> uses_{};
};

/// In front of a fake_connection. A send that fails leaves it blocked: the test owes it a writable().
class failing_connection final : public port::connection {
 public:
  failing_connection(fake_connection& inner, countdown& faults) noexcept : inner_(inner), faults_(faults) {}

  bool send_text(std::string_view message) noexcept override {
    if (faults_.fails(fallible::send_text)) inner_.blocked = true;
    return inner_.send_text(message);
  }
  void send_ping() noexcept override { inner_.send_ping(); }
  void pause_reading() noexcept override { inner_.pause_reading(); }
  void resume_reading() noexcept override { inner_.resume_reading(); }
  void close(std::uint16_t code, std::string_view reason) noexcept override { inner_.close(code, reason); }
  void abort() noexcept override { inner_.abort(); }

 private:
  fake_connection& inner_;
  countdown& faults_;
};

/// In front of a fake_world, which the test goes on to drive.
class failing_world final : public port::world, public port::reactor, public port::transport {
 public:
  explicit failing_world(fake_world& inner) noexcept : inner_(inner) {}

  port::reactor& reactor() noexcept override { return *this; }
  port::transport& transport() noexcept override { return *this; }
  void attach(port::reactor_listener& listener) noexcept override { inner_.attach(listener); }
  void release() noexcept override { inner_.release(); }

  port::time_point now() noexcept override { return inner_.now(); }
  unix_seconds wall_clock() noexcept override { return inner_.wall_clock(); }
  bool random_bytes(std::span<std::byte> out) noexcept override {
    return !faults.fails(fallible::random_bytes) && inner_.random_bytes(out);
  }
  void set_alarm(port::time_point at) noexcept override { inner_.set_alarm(at); }
  void clear_alarm() noexcept override { inner_.clear_alarm(); }
  void wake_soon() noexcept override { inner_.wake_soon(); }
  void hold_loop(bool hold) noexcept override { inner_.hold_loop(hold); }
  bool run_on_worker(port::work& work) noexcept override {
    if (faults.fails(fallible::run_on_worker)) return false;
    if (!keeps_work) return inner_.run_on_worker(work);
    kept_work.push_back(&work);
    return true;
  }

  result<port::connection*> dial(const port::dial_request& request, port::connection_listener& listener) noexcept override {
    if (faults.fails(fallible::dial)) return errc::connection_failed;
    const result<port::connection*> dialled = inner_.dial(request, listener);
    if (!dialled) return dialled;
    connections_.push_back(std::make_unique<failing_connection>(inner_.last(), faults));
    return static_cast<port::connection*>(connections_.back().get());
  }
  std::error_code check(const relay_options& options) noexcept override {
    return faults.fails(fallible::check) ? make_error_code(errc::option_ca_file) : inner_.check(options);
  }

  countdown faults;
  bool keeps_work = false;             // work is done when the test calls its run() and done(), in any order
  std::vector<port::work*> kept_work;

 private:
  fake_world& inner_;
  std::vector<std::unique_ptr<failing_connection>> connections_;
};

}  // namespace uvnostr::fake
