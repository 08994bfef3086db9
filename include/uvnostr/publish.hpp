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
  accepted,   ///< OK true, or any OK with "duplicate:": the relay has it
  rejected,   ///< OK false, or the relay closed the connection because the event is too big for it
  timed_out,  ///< it was sent, and no answer came
  not_sent,   ///< it never left: `cause` says why
};

/// The name as it stands above.
UVNOSTR_API std::string_view to_string(outcome) noexcept;

/// One relay's answer. Source: NIP-01 OK.
/// Lifetime: the texts die when the callback returns.
struct receipt {
  relay_id relay{};
  event_id event{};
  uvnostr::outcome outcome{};
  std::string_view message{};  ///< the relay's own words, which may be empty: see printable()
  std::string_view prefix{};   ///< of these, the word for programs, such as "blocked" or "rate-limited"; may be empty
  std::string_view text{};     ///< the rest, for humans
  /// 0 if accepted. Else what it was: refused, auth_required, ok_timeout, send_timeout, queue_full, relay_removed, ...;
  /// event_too_big if the relay closed the connection over its size; closed_by_relay or connection_lost if the relay
  /// twice ended the connection when nothing but this event was unanswered.
  std::error_code cause{};
};

/// What a publish calls, all optional. The rules are those of pool_callbacks.
struct publish_callbacks {
  /// Exactly once for each relay that the event was for.
  callback<void(const receipt&)> on_receipt{};
  /// Once, with publish_options::enough_accepted: true as soon as so many relays have accepted the event, false as soon
  /// as it is certain that fewer will. The receipts still come.
  callback<void(bool)> on_enough{};
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
  /// How long the relay may take to answer once the event has left us: neither the time in which it waits for a slow
  /// line counts, nor the time in which we do not read because verification has not kept up. 1 ms to 365 days.
  std::chrono::milliseconds ok_timeout{10'000};
  /// An event that the relay refuses with "rate-limited:" is sent again, after pauses that grow, until so long after
  /// publish(). 0: the first refusal is the answer. 0 to 365 days.
  std::chrono::milliseconds retry_timeout{30'000};
  /// How many relays must accept the event for on_enough. 0: on_enough is not called. At most the number of relays.
  std::size_t enough_accepted = 0;
};

}  // namespace uvnostr
