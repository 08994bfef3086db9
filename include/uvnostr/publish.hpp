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

/// One relay's answer. Source: NIP-01 OK.
/// Lifetime: `message` dies when the callback returns.
struct receipt {
  relay_id relay{};
  event_id event{};
  uvnostr::outcome outcome{};
  std::string_view message{};  ///< the relay's own words; may be empty
  std::error_code cause{};     ///< 0 if accepted; else refused, auth_required, ok_timeout, send_timeout, queue_full, relay_removed, ...
};

struct publish_callbacks {
  /// Exactly once for each relay that the event was for.
  callback<void(const receipt&)> on_receipt{};
  /// Once, after the last receipt.
  callback<void(std::size_t accepted, std::size_t asked)> on_done{};
};

struct publish_options {
  /// How long the event may wait for a relay that is away. An event that was sent but not answered
  /// before the connection was lost is sent again within this time. 0: as long as the relay stays.
  std::chrono::milliseconds send_timeout{60'000};
  /// How long the relay may take to answer once the event was sent. Does not count the time in which we do not
  /// read it because verification is behind.
  std::chrono::milliseconds ok_timeout{10'000};
};

}  // namespace uvnostr
