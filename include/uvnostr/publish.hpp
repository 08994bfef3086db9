// SPDX-License-Identifier: MIT
// The result of publishing an event, relay by relay.
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
  timed_out,  ///< the event was sent, but no answer came
  not_sent,   ///< the event was never sent: `cause` says why
};

/// The name of the enumerator.
UVNOSTR_API std::string_view to_string(outcome) noexcept;

/// One relay's answer. Source: NIP-01 OK.
/// Lifetime: the texts are valid until the callback returns.
struct receipt {
  relay_id relay{};
  event_id event{};
  uvnostr::outcome outcome{};
  std::string_view message{};  ///< the relay's own words, which may be empty: see printable()
  std::string_view prefix{};   ///< its machine-readable part, such as "blocked" or "rate-limited"; may be empty
  std::string_view text{};     ///< the rest, for humans
  /// 0 if accepted. Otherwise refused, auth_required, ok_timeout, send_timeout, queue_full, relay_removed, and so on.
  /// event_too_big: the relay closed the connection over the event's size. closed_by_relay or connection_lost: the
  /// relay ended the connection twice while only this event was unanswered. relay_limit: the relay's information, which
  /// pool::information() fetched, says that it refuses such events; `message` names the limit. If that information
  /// demands AUTH and there are no auth_users, auth_required comes at once.
  std::error_code cause{};
};

/// The callbacks of a publish, all optional. The rules of pool_callbacks apply.
struct publish_callbacks {
  /// Called exactly once for each addressed relay.
  callback<void(const receipt&)> on_receipt{};
  /// Called once if publish_options::enough_accepted is set: with true as soon as that many relays have accepted the
  /// event, or with false as soon as that has become impossible. The other receipts still follow.
  callback<void(bool)> on_enough{};
  /// Once, after the last receipt.
  callback<void(std::size_t accepted, std::size_t asked)> on_done{};
};

struct publish_options {
  /// Whether publish() checks the event's id and signature, which takes about 50 microseconds. Events that need no
  /// second check are skipped: those made by secret_key::sign(), found valid by event::verify(), or copied in a
  /// callback of a pool that verifies.
  bool verify = true;
  /// How long the event may wait for a relay that is not connected. If the connection is lost before the relay answers,
  /// the event is sent again within this time. 1 ms to 365 days, or 0: as long as the pool has the relay.
  std::chrono::milliseconds send_timeout{60'000};
  /// How long the relay may take to answer. The time that the event waits for a slow line does not count, and neither
  /// does the time in which we do not read because verification is behind. 1 ms to 365 days.
  std::chrono::milliseconds ok_timeout{10'000};
  /// How long after publish() an event that the relay refuses with "rate-limited:" is sent again. The pauses grow.
  /// 0: the first refusal is final. 0 to 365 days.
  std::chrono::milliseconds retry_timeout{30'000};
  /// How many relays must accept the event for on_enough(true). 0: on_enough is not called. At most the number of
  /// relays.
  std::size_t enough_accepted = 0;
};

}  // namespace uvnostr
