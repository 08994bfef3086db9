// SPDX-License-Identifier: MIT
// A world for tests that never wait: a virtual clock, relays without sockets, one thread, the same run every time.
//
//     simulation world;
//     auto relay = *world.start_relay("wss://relay.example.com");
//     relay.script().expect_req().send_event(a).drop().refuse_http(503).wait(2h).expect_req().send_event(a).send_eose();
//     my_program program(world.loop(), relay.url());   // calls pool::make(loop, ...) or relay::make(loop, ...)
//     EXPECT_TRUE(world.run_until([&] { return relay.script().done(); })) << relay.script().unmet();
//     world.advance(2h);
//
// A pool on world.loop() runs the same code as on any other loop, from the messages to your callbacks: it verifies ids
// and signatures, repeats requests, and increases its delays. The simulation replaces the layers below: sockets,
// threads and the clock. For a relay and its behaviour, this makes the following differences:
//
// - url() is the URL with which the relay was started, port() is its port, and ca_file() is empty. There is no TLS, even
//   with wss://. `tls`, `identity`, `ipv6`, `port` and `keep_loop_alive` of test_relay_options have no effect.
// - A message takes `latency` each way. `delay`, `wait()` and all times of uvnostr are virtual. Verifying takes no time,
//   and its result arrives in a later step, as from a thread.
// - `max_write_bytes` and `max_fragment_bytes` have no effect. A message that a drop cuts in the middle does not arrive.
// - Connections end for a client as with sockets: `graceful` is closed_by_relay with 1001, `abrupt` and `reset` are
//   connection_lost, or tls_failed before the upgrade of wss://.
// - Handshakes: `http_status` gives http_status, with Retry-After. Wrong, missing and unoffered headers and
//   `endless_headers` give handshake_failed. `garbage` and `banner` give it too, where their bytes do not begin as HTTP/1
//   does; with wss://, `banner` gives tls_failed. `silent` and `no_answer` leave the client waiting until
//   connect_timeout. `slow` opens as late as its bytes need.
// - `clock_offset` is judged in AUTH, but no client sees a Date header.
// - send_raw() and script().send_raw() end the connection with protocol_error, whatever the bytes are.
// - For a relay that does not read, a client queues 256 KiB, as with sockets. There are no kernel buffers besides.
// - A URL without a relay gives host_not_found, or connection_refused if its host has or had a relay.
//
// A simulation does not cover DNS, TLS, certificates, proxies, threads, or faults of libuv and libwebsockets. For
// these, and before a release, run the same tests on a loop with test_relay::start().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <uvnostr/testing/relay.hpp>

namespace uvnostr::testing {

struct simulation_options {
  std::uint64_t seed = 1;                    ///< for everything random: jitter, ids of subscriptions
  unix_seconds start_time = test_time;       ///< the wall clock at the beginning
  std::chrono::microseconds latency{1'000};  ///< of a message, one way
};

/// A call to the system on which a pool or relay depends, and what the program sees when it fails.
enum class system_call {
  random_bytes,   ///< make() returns random_unavailable; later failures are not visible
  read_ca_file,   ///< make() and add_relay() return option_certificate
  connect,        ///< the attempt ends with connection_failed
  send,           ///< the socket is full; sending goes on after `latency`, at least 1 ms
  run_on_worker,  ///< events are verified on the loop's thread
};

/// The simulated world. For one thread.
/// Lifetime: it must outlive every pool, relay and test_relay on it, and the program must uv_close() its own handles on
/// the loop. Otherwise the destructor prints what is left and terminates the program.
class UVNOSTR_API simulation {
 public:
  explicit simulation(simulation_options = {}) noexcept;
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;
  ~simulation();

  /// For pool::make(), relay::make() and the program's own handles. Those handles run too, but their timers and threads
  /// use real time, for which the virtual clock does not wait. Do not call uv_run() on this loop.
  uv_loop_t* loop() noexcept;

  /// A relay that answers at this URL. Errors: url_scheme and the others of a URL; std::errc::address_in_use.
  result<test_relay> start_relay(std::string_view url, test_relay_options = {}) noexcept;

  /// Runs one step after another, each at its time, until the condition holds, which it checks before each step.
  /// Returns false if the condition did not hold within the limit, in virtual time, or if no step is left. Not allowed
  /// in a callback.
  [[nodiscard]] bool run_until(callback<bool()> condition,
                               std::chrono::milliseconds limit = std::chrono::hours(24)) noexcept;
  /// Runs everything that happens within this time. Not allowed in a callback.
  void advance(std::chrono::milliseconds) noexcept;
  /// Runs the next step, at its time. Returns false if no step is left. Not allowed in a callback.
  bool step() noexcept;

  /// Makes a call fail: the nth one from now on, and `times` in a row. Replaces the previous setting for this call.
  /// With `times` 0 the call works again.
  void fail(system_call, unsigned nth = 1, unsigned times = 1) noexcept;
  /// How many calls have failed so far.
  std::size_t failures() const noexcept;
  /// Stops the worker threads until release_workers(): received events wait for their verification.
  void hold_workers() noexcept;
  void release_workers() noexcept;

  /// Virtual time since the beginning.
  std::chrono::microseconds elapsed() const noexcept;
  unix_seconds wall_clock() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace uvnostr::testing
