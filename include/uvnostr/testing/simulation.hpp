// SPDX-License-Identifier: MIT
// A world for tests in which nothing waits: a virtual clock, relays without sockets, one thread, the same run each time.
//
//     simulation world;
//     auto relay = *world.start_relay("wss://relay.example.com");
//     relay.script().expect_req().send_event(a).drop().refuse_http(503).wait(2h).expect_req().send_event(a).send_eose();
//     my_program program(world.loop(), relay.url());   // calls pool::make(loop, ...) or relay::make(loop, ...)
//     EXPECT_TRUE(world.run_until([&] { return relay.script().done(); })) << relay.script().unmet();
//     world.advance(2h);
//
// A pool on world.loop() is the same code as on any other loop, from the messages up to your callbacks: ids and
// signatures are verified, requests repeated, delays grow. Below that, where lib/net has sockets, the simulation carries
// messages itself. What that means for a relay and its behaviour:
//
// - url() is the one that it was started with, port() the one of that URL, ca_file() is empty: there is no TLS, also
//   with wss://, and `tls`, `identity`, `ipv6`, `port` and `keep_loop_alive` of test_relay_options say nothing.
// - Every message takes `latency` each way. `delay`, `wait()` and all times of uvnostr are virtual. Verification takes
//   no time, and is done in a turn of its own as from a thread.
// - `max_write_bytes` and `max_fragment_bytes` change nothing; of a message that a drop cuts in the middle nothing comes.
// - The ends that a client sees are those of the real library: `clean` is closed_by_relay with 1001, `cut` and `reset`
//   are connection_lost (tls_failed before the upgrade of wss://).
// - Handshakes: `http_status` gives http_status, with Retry-After; wrong, missing or unasked header lines and
//   `endless_header` give handshake_failed; `silence`, `no_answer`, `garbage` and `banner` are not answered, so that
//   connect_timeout ends them (with wss:// `banner` gives tls_failed); `drip` opens as much later as its bytes need.
// - send_raw() and script().raw() are not looked at: they end the connection with protocol_error.
// - While a relay does not read, 256 KiB wait for it in the client, as in the real one, but no kernel takes any more.
// - A URL that no relay has is host_not_found, or connection_refused if a relay has, or had, the same host.
//
// What it cannot show: DNS, TLS and certificates, `ca_file`, proxies of any kind, threads, libuv's and libwebsockets' own faults. For
// those, and before a release, the same tests run on test_relay::start() and a loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include <uvnostr/testing/relay.hpp>

namespace uvnostr::testing {

struct simulation_options {
  std::uint64_t seed = 1;                ///< of all that is random: jitter, ids of subscriptions
  unix_seconds start = test_time;        ///< the wall clock at the beginning
  std::chrono::microseconds latency{1'000};  ///< of a message, one way
};

/// The world. For one thread.
/// Lifetime: it is the last: pools, relays and test_relays on it are destroyed before it, in any order, and handles of
/// the program are closed by uv_close(); otherwise its destructor says which it was and ends the program.
class UVNOSTR_API simulation {
 public:
  explicit simulation(simulation_options = {}) noexcept;
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;
  ~simulation();

  /// For pool::make() and relay::make(), and for handles of the program's own, which are turned as well: their timers
  /// and threads go by real time, for which the virtual clock does not wait. Not for uv_run().
  uv_loop_t* loop() noexcept;

  /// A relay that answers at this URL. Errors: url_scheme and the others of a URL; std::errc::address_in_use.
  result<test_relay> start_relay(std::string_view url, test_relay_options = {}) noexcept;

  /// Lets things happen, each when its time has come, until the condition holds; it is asked before each. False if it
  /// did not hold within that virtual time, or nothing is left that could happen. Not from inside a callback.
  [[nodiscard]] bool run_until(callback<bool()> condition, std::chrono::milliseconds limit = std::chrono::hours(24)) noexcept;
  /// Lets all happen that does within that time.
  void advance(std::chrono::milliseconds) noexcept;

  /// Virtual time since the beginning.
  std::chrono::microseconds elapsed() const noexcept;
  unix_seconds wall_clock() const noexcept;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace uvnostr::testing
