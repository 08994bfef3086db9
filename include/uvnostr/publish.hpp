// SPDX-License-Identifier: MIT
// What became of a published event, relay by relay.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>
#include <system_error>

#include <uvnostr/callback.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

enum class outcome {
  accepted,   ///< OK true, "duplicate:" included: the relay has it
  rejected,   ///< OK false
  timed_out,  ///< it was sent, and no answer came
  not_sent,   ///< it never left: `cause` says why
};

/// The name as it stands above.
UVNOSTR_API std::string_view to_string(outcome) noexcept;

/// One relay's answer. Source: NIP-01 OK.
/// Lifetime: `message` dies when the callback returns.
struct receipt {
  relay_id relay{};
  event_id event{};
  uvnostr::outcome outcome{};
  std::string_view message{};  ///< the relay's own words, which may be empty: see printable()
  std::error_code cause{};     ///< 0 if accepted; else refused, auth_required, ok_timeout, send_timeout, queue_full, relay_removed, ...
};

/// What a publish calls, all optional. The rules are those of pool_callbacks.
struct publish_callbacks {
  /// Exactly once for each relay that the event was for.
  callback<void(const receipt&)> on_receipt{};
  /// Once, after the last receipt.
  callback<void(std::size_t accepted, std::size_t asked)> on_done{};
};

struct publish_options {
  /// The event's id and signature are checked at the call, which takes about 50 microseconds. An event is not checked
  /// again that secret_key::sign() made, that event::verify() has found good, or that was copied in a callback of a pool
  /// that verifies. False: send it as it is.
  bool verify = true;
  /// How long the event may wait for a relay that is away. An event that was sent but not answered before the connection
  /// was lost is sent again within this time. 1 ms to 365 days, or 0: as long as the pool has the relay.
  std::chrono::milliseconds send_timeout{60'000};
  /// How long the relay may take to answer once the event was sent. 1 ms to 365 days. Time in which its socket is not
  /// read, while verification catches up, does not count.
  std::chrono::milliseconds ok_timeout{10'000};
};

}  // namespace uvnostr
