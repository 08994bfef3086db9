// SPDX-License-Identifier: MIT
// A Nostr relay inside the test program. It serves NIP-01 and NIP-42 from memory and misbehaves on command.
//
//     auto relay = test_relay::start(loop);
//     relay->add(make_event("hello"));
//     // ... a client connects to relay->url() ...
//     relay->behaviour().send_eose = false;                    // from now on
//     relay->script().expect_req().drop();                     // step by step
//     for (const connection& c : relay->connections()) c.send_raw("\x81\x7f");  // any bytes
//     EXPECT_TRUE(run_until(loop, [&] { return relay->counters().reqs == 2; }));
//
// It runs on a loop: that of the program under test, or one on another thread. It may be used only on that loop's
// thread. It shares only events and filters with uvnostr's client. <uvnostr/testing/simulation.hpp> has the same relay
// without sockets, on a virtual clock.
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
  std::optional<tls_identity> identity{};  ///< with tls; if not set, one from the relay's own CA, see ca_file()
  bool ipv6 = false;                       ///< on ::1 instead of 127.0.0.1
  std::uint16_t port = 0;                  ///< 0: a free one
  bool store_events = true;                ///< false: published events are passed on and not stored
  bool verify_events = true;               ///< false: wrong ids and signatures are accepted
  bool keep_loop_alive = true;             ///< false: uv_run() may return while the relay listens
  std::size_t max_connections = 4096;      ///< further ones are reset
  std::size_t max_message_bytes = 4 * 1024 * 1024;   ///< longer messages are a violation, with close code 1009
  std::size_t max_subscriptions = 4096;              ///< per connection; further ones get CLOSED
  std::size_t max_stored_events = 1'000'000;         ///< further ones get OK false
  std::size_t max_unsent_bytes = 256 * 1024 * 1024;  ///< per connection whose client does not read; beyond it, RST
  std::size_t max_log_bytes = 64 * 1024 * 1024;      ///< of received messages; later ones are counted but not kept
  testing::behaviour behaviour{};                    ///< at the start
};

/// The relay's counters since its start.
struct relay_counters {
  std::uint64_t accepted = 0;    ///< TCP connections
  std::uint64_t upgraded = 0;    ///< those of them that became WebSocket connections
  std::size_t open = 0;          ///< WebSocket connections that are open now
  std::uint64_t tls_failed = 0;  ///< TLS handshakes that failed
  std::uint64_t messages = 0;    ///< text and binary messages received
  std::uint64_t reqs = 0;        ///< REQ messages received, and so on
  std::uint64_t closes = 0;
  std::uint64_t events = 0;
  std::uint64_t auths = 0;
  std::uint64_t invalid = 0;     ///< received messages of no such kind
  std::uint64_t pings = 0;       ///< received
  std::uint64_t pongs = 0;       ///< received
  std::uint64_t violations = 0;  ///< connections whose client broke RFC 6455
};

/// Whether an event that the test adds is sent to open subscriptions.
enum class delivery { store_only, live };

/// The relay. Move-only.
/// Lifetime: destroying it ends all connections and frees the port at once. libuv's handles need one more turn of the
/// loop. Any callback may destroy it, including that of on_message().
class UVNOSTR_API test_relay {
 public:
  /// A relay that listens.
  /// Errors: option_range (the identity is not a certificate with its key), loop_unusable, those of
  /// certificate_authority::make() and issue(); from the system: std::errc::address_in_use and others.
  static result<test_relay> start(uv_loop_t*, test_relay_options = {}) noexcept;

  test_relay(test_relay&&) noexcept;
  test_relay& operator=(test_relay&&) noexcept;
  ~test_relay();

  /// ws://127.0.0.1:PORT; wss:// with TLS, [::1] with IPv6.
  std::string url() const;
  /// The same with another host, such as "localhost".
  std::string url(std::string_view host) const;
  std::uint16_t port() const noexcept;
  /// The file with the CA that issued the relay's own identity, for relay_options::ca_file; empty if there is none.
  /// Lifetime: the file is removed with the relay.
  const std::string& ca_file() const noexcept;

  /// Ends all connections and stops listening: clients are refused. Events, behaviour and script stay, and the port
  /// stays reserved.
  void stop(ending how = ending::graceful) noexcept;
  /// Listens again on the same port. Does nothing if it already listens. Errors: from the system.
  std::error_code restart() noexcept;
  bool is_listening() const noexcept;

  /// Ends all connections. New ones are accepted.
  void drop_connections(ending how = ending::abrupt) noexcept;
  /// Reads nothing from any connection, open or new, until resume_reading().
  void pause_reading() noexcept;
  void resume_reading() noexcept;

  /// Stores an event without verifying it, even if it is already stored.
  void add(const event&, delivery = delivery::live);
  /// Stores a text as an event. A text that is no event is sent in answer to every REQ, after the events.
  void add_json(std::string json, delivery = delivery::live);
  /// The stored events, newest first.
  std::vector<event> events() const;
  bool has(const event_id&) const noexcept;
  void clear_events() noexcept;

  /// What it does wrong from now on.
  testing::behaviour& behaviour() noexcept;
  /// What it does step by step. Lifetime: as the relay, even if that is moved.
  testing::script& script() noexcept;

  /// Calls the function for every text message before the relay handles it. If it returns true, the relay ignores the
  /// message. A new function replaces the previous one.
  void on_message(callback<bool(const connection&, std::string_view)>);

  relay_counters counters() const noexcept;
  /// The open connections, oldest first.
  std::vector<connection> connections() const;
  /// The last 10,000 accepted connections, oldest first, including those that have ended.
  std::vector<connection> all_connections() const;
  /// The text messages of all connections, oldest first, up to max_log_bytes.
  std::vector<std::string> received() const;

 private:
  friend class simulation;
  explicit test_relay(std::shared_ptr<detail::relay_core>) noexcept;
  std::shared_ptr<detail::relay_core> core_;
};

}  // namespace uvnostr::testing
