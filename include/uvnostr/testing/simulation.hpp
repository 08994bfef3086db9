// SPDX-License-Identifier: MIT
// A world for tests without waiting: a virtual clock, relays without sockets, one thread, the same run every time.
//
//     simulation world;
//     auto relay = *world.start_relay("wss://relay.example.com");
//     relay.script().expect_req().send_event(a).drop().refuse_http(503).wait(2h).expect_req().send_event(a).send_eose();
//     my_program program(world.loop(), relay.url());   // calls pool::make(loop, ...) or relay::make(loop, ...)
//     EXPECT_TRUE(world.run_until([&] { return relay.script().done(); })) << relay.script().unmet();
//     world.advance(2h);
//
// A pool on world.loop() runs the same code as on any other loop, from the messages to your callbacks: it verifies ids
// and signatures, repeats requests, and increases its delays. The simulation replaces what is below, sockets, threads
// and the clock. This changes the following for a relay and its behaviour:
//
// - url() is the URL that the relay was started with, port() is its port, ca_file() is empty. There is no TLS, not with
//   wss:// either; `tls`, `identity`, `ipv6`, `port` and `keep_loop_alive` of test_relay_options have no effect.
// - A message takes `latency` each way. `delay`, `wait()` and all times of uvnostr are virtual. Verifying takes no time,
//   and its result arrives in a later step, as from a thread.
// - `max_write_bytes` and `max_fragment_bytes` have no effect. A message that a drop cuts in the middle does not arrive.
// - A client sees the same ends as with sockets: `graceful` is closed_by_relay with 1001, `abrupt` and `reset` are
//   connection_lost, or tls_failed before the upgrade of wss://.
// - Handshakes: `http_status` gives http_status, with Retry-After. Wrong, missing and unoffered headers and
//   `endless_headers` give handshake_failed. `garbage` and `banner` give it too, where their bytes do not begin as HTTP/1
//   does; with wss://, `banner` gives tls_failed. `silent` and `no_answer` leave the client waiting until connect_timeout. `slow` opens as late as its bytes need.
// - `clock_offset` is judged in AUTH, but no client sees a Date header.
// - send_raw() and script().send_raw() end the connection with protocol_error, whatever the bytes are.
// - For a relay that does not read, a client queues 256 KiB, as with sockets; no kernel takes more.
// - A URL without a relay gives host_not_found, or connection_refused if its host has or had a relay.
//
// A simulation cannot show DNS, TLS, certificates, proxies, threads, or the faults of libuv and libwebsockets. For those,
// and before a release, run the same tests with test_relay::start() on a loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <uvnostr/testing/relay.hpp>

namespace uvnostr::testing {

struct simulation_options {
  std::uint64_t seed = 1;                    ///< of everything random: jitter, ids of subscriptions
  unix_seconds start_time = test_time;       ///< the wall clock at the beginning
  std::chrono::microseconds latency{1'000};  ///< of a message, one way
};

/// A call by which a pool or relay depends on the system, and what the program sees when it fails.
enum class system_call {
  random_bytes,   ///< make() answers random_unavailable; later calls are made up for
  read_ca_file,   ///< make() and add_relay() answer option_ca_file
  connect,        ///< the attempt ends with connection_failed
  send,           ///< the socket is full; sending goes on after `latency`, at least 1 ms
  run_on_worker,  ///< events are verified on the loop's thread
};

/// The world. For one thread.
/// Lifetime: it must outlive every pool, relay and test_relay on it, and handles of the program on its loop must be
/// closed by uv_close(). Otherwise its destructor prints which of these is left, and ends the program.
class UVNOSTR_API simulation {
 public:
  explicit simulation(simulation_options = {}) noexcept;
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;
  ~simulation();

  /// For pool::make(), relay::make() and handles of the program's own. Those run too, but their timers and threads go by
  /// real time, for which the virtual clock does not wait. Do not call uv_run() on it.
  uv_loop_t* loop() noexcept;

  /// A relay that answers at this URL. Errors: url_scheme and the others of a URL; std::errc::address_in_use.
  result<test_relay> start_relay(std::string_view url, test_relay_options = {}) noexcept;

  /// Runs one event after the other, each at its time, until the condition holds; it is checked before each. False if it
  /// did not hold within the limit, in virtual time, or if nothing is left that could happen. Not allowed in a callback.
  [[nodiscard]] bool run_until(callback<bool()> condition,
                               std::chrono::milliseconds limit = std::chrono::hours(24)) noexcept;
  /// Runs everything that happens within this time. Not allowed in a callback.
  void advance(std::chrono::milliseconds) noexcept;
  /// Runs what happens next, at its time. False if nothing is left that could happen. Not allowed in a callback.
  bool step() noexcept;

  /// Makes a call fail: the nth one from now on, `times` in a row. It replaces what was set for this call before;
  /// `times` 0 makes it work again.
  void fail(system_call, unsigned nth = 1, unsigned times = 1) noexcept;
  /// How many calls have failed so far.
  std::size_t failures() const noexcept;
  /// Worker threads finish nothing until release_workers(): received events wait for their verification.
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
