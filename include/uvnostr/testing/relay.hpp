// SPDX-License-Identifier: MIT
// A Nostr relay inside the test program: it serves NIP-01 from memory, and misbehaves on command.
//
//     auto relay = test_relay::start(loop);
//     relay->add(make_event("hello"));
//     // ... a client is given relay->url() ...
//     relay->behave().send_eose = false;                       // from now on
//     relay->script().expect_req().drop();                     // step by step
//     for (const connection& c : relay->connections()) c.send_raw("\x81\x7f");  // any bytes
//     EXPECT_TRUE(run_until(loop, [&] { return relay->counters().reqs == 2; }));
//
// It runs on the loop of the program under test, or on that of another thread; all calls are for that
// loop's thread. It shares no code with the client side of uvnostr but events and filters. The same relay without a
// socket, on a virtual clock: <uvnostr/testing/simulation.hpp>.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <uvnostr/callback.hpp>
#include <uvnostr/error.hpp>
#include <uvnostr/event.hpp>
#include <uvnostr/testing/behaviour.hpp>
#include <uvnostr/testing/certificates.hpp>
#include <uvnostr/testing/connection.hpp>
#include <uvnostr/testing/events.hpp>
#include <uvnostr/testing/loop.hpp>
#include <uvnostr/testing/script.hpp>

typedef struct uv_loop_s uv_loop_t;

namespace uvnostr::testing {

class simulation;
namespace detail {
class relay_core;
}

struct test_relay_options {
  bool tls = false;                        ///< wss://
  std::optional<tls_identity> identity{};  ///< with tls; none: one of a CA made for this relay, see ca_file()
  bool ipv6 = false;                       ///< on ::1 instead of 127.0.0.1
  std::uint16_t port = 0;                  ///< 0: one that is free
  bool store_events = true;                ///< false: published events are passed on and forgotten
  bool verify_events = true;               ///< false: wrong ids and signatures are accepted
  bool keep_loop_alive = true;             ///< false: uv_run() may return while the relay is up
  std::size_t max_connections = 4096;      ///< further ones are reset
  std::size_t max_message_bytes = 4 * 1024 * 1024;   ///< of a client; above it: close code 1009
  std::size_t max_subscriptions = 4096;              ///< of a connection; above it: CLOSED
  std::size_t max_stored_events = 1'000'000;         ///< above it: OK false
  std::size_t max_unsent_bytes = 256 * 1024 * 1024;  ///< of a connection whose client does not read; above it: RST
  std::size_t max_log_bytes = 64 * 1024 * 1024;      ///< of received messages; later ones are only counted
  testing::behaviour behaviour{};
};

struct relay_counters {
  std::uint64_t accepted = 0;    ///< TCP connections
  std::uint64_t upgraded = 0;    ///< of these, WebSocket connections
  std::size_t open = 0;          ///< WebSocket connections now
  std::uint64_t tls_failed = 0;  ///< TLS handshakes that failed
  std::uint64_t messages = 0;    ///< text and binary messages received
  std::uint64_t reqs = 0;
  std::uint64_t closes = 0;
  std::uint64_t events = 0;      ///< EVENT messages received
  std::uint64_t auths = 0;
  std::uint64_t nonsense = 0;    ///< messages that are none of NIP-01 or NIP-42
  std::uint64_t pings = 0;       ///< received
  std::uint64_t pongs = 0;       ///< received
  std::uint64_t violations = 0;  ///< connections that broke RFC 6455
};

/// Whether an event that the test adds goes to open subscriptions as well.
enum class delivery { store_only, live };

/// The relay. Move-only.
/// Lifetime: its destruction ends all connections and frees the port at once; libuv's handles need one more turn
/// of the loop. It may be destroyed in any callback, on_message() included.
class UVNOSTR_API test_relay {
 public:
  /// Listens from now on.
  /// Errors: option_range (the identity is no certificate and key), loop_unusable, those of
  /// certificate_authority; from the system: std::errc::address_in_use and others.
  static result<test_relay> start(uv_loop_t*, test_relay_options = {}) noexcept;

  test_relay(test_relay&&) noexcept;
  test_relay& operator=(test_relay&&) noexcept;
  ~test_relay();

  /// ws://127.0.0.1:PORT, or with wss:// or [::1].
  std::string url() const;
  /// The same with another host, such as "localhost".
  std::string url(std::string_view host) const;
  std::uint16_t port() const noexcept;
  /// The CA of an identity that the relay made for itself; empty otherwise. Dies with the relay.
  const std::string& ca_file() const noexcept;

  /// Ends all connections and stops listening: clients are refused. The store, the behaviour and the script stay,
  /// and the port is kept from other programs.
  void stop(ending how = ending::clean) noexcept;
  /// Listens again, on the same port. Errors: from the system.
  std::error_code restart() noexcept;
  bool is_listening() const noexcept;

  /// Ends all connections; new ones are let in.
  void drop_connections(ending how = ending::cut) noexcept;
  /// Nothing is read from any connection, old or new, until resume_reading().
  void pause_reading() noexcept;
  void resume_reading() noexcept;

  /// Stores an event without looking at its id or signature, also a second time.
  void add(const event&, delivery = delivery::live);
  /// Stores this text as an event. What is not of an event's shape is given to every REQ, behind the events.
  void add_raw(std::string json, delivery = delivery::live);
  /// What is stored, newest first.
  std::vector<event> events() const;
  bool has(const event_id&) const noexcept;
  void clear_events() noexcept;

  behaviour& behave() noexcept;
  testing::script& script() noexcept;

  /// Calls back: for every text message, before the relay looks at it; true: leave it alone, it was dealt with.
  void on_message(callback<bool(const connection&, std::string_view)>);

  relay_counters counters() const noexcept;
  /// All that are open, in the order in which they came.
  std::vector<connection> connections() const;
  /// All that were ever accepted, ended ones included (the last 10,000).
  std::vector<connection> all_connections() const;
  /// Every text message of every connection, in the order in which they came, up to max_log_bytes.
  std::vector<std::string> received() const;

 private:
  friend class simulation;
  explicit test_relay(std::shared_ptr<detail::relay_core>) noexcept;
  std::shared_ptr<detail::relay_core> core_;
};

}  // namespace uvnostr::testing
