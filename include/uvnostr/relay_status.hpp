// SPDX-License-Identifier: MIT
// The state of a relay's connection, and how far its authentication got.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include <uvnostr/types.hpp>

namespace uvnostr {

enum class relay_state {
  connecting,  ///< DNS, TCP, TLS and upgrade are under way
  connected,
  waiting,  ///< for the next attempt
  closing,  ///< the close handshake is under way
  stopped,  ///< for good: removed, or reconnecting has ended
};

/// The name of the enumerator.
UVNOSTR_API std::string_view to_string(relay_state) noexcept;

/// A change of a relay's state, with its cause.
/// Lifetime: the texts are valid until the callback returns.
struct relay_status {
  relay_id relay{};
  std::string_view url{};  ///< normalised
  relay_state state{};
  relay_state previous = relay_state::waiting;  ///< the previous state; a new relay is `waiting`
  std::error_code cause{};                      ///< why the connection failed or ended; 0 if it did not
  std::string_view text{};           ///< the cause and its details as a printable sentence; empty if cause is 0
  std::string_view redirected_to{};  ///< the URL of the connection, if redirects led to another one
  std::string_view words{};          ///< the relay's reason in its close frame: see printable()
  std::uint16_t close_code = 0;      ///< of the relay's close frame; 0 if there was none. Source: RFC 6455, 7.4
  int http_status = 0;               ///< of an HTTP answer other than 101
  unsigned failures = 0;             ///< in a row: failed attempts, and connections that did not last
  std::optional<std::chrono::milliseconds> next_attempt{};  ///< while waiting: the time until the next attempt
};

/// How far an AUTH got. Source: NIP-42.
enum class auth_step {
  challenged,  ///< the relay sent a challenge; it may do so at any time
  answered,    ///< one of auth_users has signed the answer, which is being sent
  accepted,
  refused,         ///< the relay refused the AUTH, or did not answer it; it is tried again later
  not_challenged,  ///< the relay demands AUTH, but sent no challenge
  not_signed,      ///< the signer refused, or did not answer within its timeout
};

/// The name of the enumerator.
UVNOSTR_API std::string_view to_string(auth_step) noexcept;

/// A step of an authentication. Lifetime: the texts are valid until the callback returns.
struct auth_status {
  relay_id relay{};
  auth_step step{};
  std::string_view challenge{};  ///< the relay's challenge: see printable()
  std::optional<pubkey> user{};  ///< who authenticates; empty for challenged and not_challenged
  std::string_view words{};      ///< the relay's answer: see printable()
};

}  // namespace uvnostr
