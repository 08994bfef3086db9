// SPDX-License-Identifier: MIT
// What state a relay's connection is in, and why.
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

/// The name as it stands above.
UVNOSTR_API std::string_view to_string(relay_state) noexcept;

/// A change of a relay's state and its cause.
/// Lifetime: the text views die when the callback returns.
struct relay_status {
  relay_id relay{};
  std::string_view url{};  ///< normalised
  relay_state state{};
  relay_state previous = relay_state::waiting;  ///< the state before; a new relay waits
  std::error_code cause{};                      ///< why a connection failed or ended; 0 when nothing did
  std::string_view text{};           ///< the cause and its details as a sentence, printable; empty when cause is 0
  std::string_view redirected_to{};  ///< the URL that is connected to, if redirects led to another one
  std::string_view words{};          ///< the relay's own reason in its close frame: see printable()
  std::uint16_t close_code = 0;      ///< of the relay's close frame, 0 if there was none. Source: RFC 6455, 7.4
  int http_status = 0;               ///< of an HTTP answer that was not 101
  unsigned failures = 0;             ///< in a row: attempts that failed, connections that did not last
  std::optional<std::chrono::milliseconds> next_attempt{};  ///< set while waiting: how long
};

/// How far an AUTH got. Source: NIP-42.
enum class auth_step {
  challenged,  ///< the relay sent a challenge; it may do so at any time
  answered,    ///< one of auth_users has signed it, and it is being sent
  accepted,
  refused,         ///< the relay refused the AUTH, or did not answer it. It is tried again later
  not_challenged,  ///< the relay demands AUTH, and sends no challenge
  not_signed,      ///< the signer refused, or did not answer in its time
};

/// Lifetime: the texts die when the callback returns.
struct auth_status {
  relay_id relay{};
  auth_step step{};
  std::string_view challenge{};  ///< of the relay; may hold anything
  std::optional<pubkey> user{};  ///< whose AUTH; none for challenged and not_challenged
  std::string_view words{};      ///< the relay's own, of its answer
};

}  // namespace uvnostr
