// SPDX-License-Identifier: MIT
// How one relay is connected to and kept. Every time and size has a default that suits most.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <uvnostr/keys.hpp>
#include <uvnostr/stats.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

/// When a connection is tried again. The first attempt counts like any other.
struct reconnect_options {
  std::chrono::milliseconds initial_delay{1'000};
  std::chrono::milliseconds max_delay{60'000};
  double multiplier = 2.0;        ///< of the delay, after each attempt that failed; at least 1
  unsigned max_retries = 0;       ///< failed attempts in a row after the first; 0 is unlimited
  double jitter = 0.2;            ///< each delay is changed by a random part of up to this; 0 to 1
  /// A connection must have lasted this long before the delays begin anew: a relay that accepts and
  /// closes at once is not dialled in a tight loop.
  std::chrono::milliseconds stable_after{30'000};
  bool enabled = true;

  /// One attempt, no other.
  static reconnect_options disabled() noexcept {
    reconnect_options none;
    none.enabled = false;
    return none;
  }
};

/// When a relay's AUTH challenge is answered. Source: NIP-42.
enum class auth_policy {
  on_demand,  ///< only after the relay refused a REQ or EVENT with "auth-required:"
  eager,      ///< at once; for relays that withhold events without a refusal. Shows who you are
};

struct header {
  std::string name;
  std::string value;
};

struct relay_options {
  std::string url{};                                 ///< ws:// or wss://; see errc::url_*
  reconnect_options reconnect{};
  std::chrono::milliseconds connect_timeout{10'000}; ///< from the DNS question to the end of the upgrade
  std::chrono::milliseconds ping_interval{30'000};   ///< 0: no pings
  std::chrono::milliseconds pong_timeout{10'000};    ///< after a ping
  std::chrono::milliseconds close_timeout{2'000};    ///< for the relay's half of the close handshake
  std::size_t max_message_bytes = 1024 * 1024;       ///< received; above it the connection is closed with 1009
  std::size_t max_queue_bytes = 16 * 1024 * 1024;    ///< events that wait to be sent to this relay, or for its answer
  std::size_t max_pending_bytes = 4 * 1024 * 1024;   ///< events that wait for verification; above it the socket is not read
  std::string ca_file{};                             ///< PEM; empty: the system's CAs
  std::string user_agent{"uvnostr"};
  std::vector<header> headers{};                     ///< sent with the upgrade request
  std::optional<secret_key> auth_key{};              ///< who to be for NIP-42; none: AUTH is never answered
  auth_policy auth = auth_policy::on_demand;
};

/// A change of a relay's state and its cause.
/// Lifetime: the text views die when the callback returns.
struct relay_status {
  relay_id relay{};
  std::string_view url{};
  relay_state state{};
  std::error_code cause{};            ///< why a connection failed or ended; 0 when nothing did
  std::string_view text{};            ///< the same as a sentence with the URL, for a log; empty when cause is 0
  std::uint16_t close_code = 0;       ///< of the relay's close frame, 0 if there was none. Source: RFC 6455, 7.4
  int http_status = 0;                ///< of an HTTP answer that was not 101
  unsigned failures = 0;              ///< in a row: attempts that failed, connections that did not last
  std::optional<std::chrono::milliseconds> next_attempt{};  ///< set while waiting: how long
};

}  // namespace uvnostr
