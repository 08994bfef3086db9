// SPDX-License-Identifier: MIT
// A query: what relays have stored, from each relay to its end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <uvnostr/callback.hpp>
#include <uvnostr/event.hpp>
#include <uvnostr/gap.hpp>
#include <uvnostr/subscription.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

/// How a relay's part of a fetch ended.
enum class fetch_end {
  complete,     ///< all that it has stored was given
  capped,       ///< all but the gaps that it has no way around
  refused,      ///< it refused the request or a page of it, or hung up over it
  timed_out,    ///< it made no progress within idle_timeout
  unreachable,  ///< no connection, three connections lost before the answer was whole, or it was removed
  unfinished,   ///< the fetch was closed before
};

/// The name of the enumerator. Lifetime: static.
UVNOSTR_API std::string_view to_string(fetch_end) noexcept;

/// One relay's part of a fetch. Lifetime: dies when the callback returns.
struct fetched_relay {
  relay_id relay{};
  fetch_end end{};
  std::span<const gap> gaps{};  ///< of a relay that answered: what it could not give
  std::string_view words{};     ///< its own, when it refused: see printable()
};

/// What became of a fetch. Lifetime: dies when the callback returns.
struct fetch_result {
  close_reason reason{};     ///< all_eose: every relay's part has ended
  std::uint64_t events = 0;  ///< given to on_event
  std::size_t complete = 0;  ///< relays that ended so; and so on
  std::size_t capped = 0;
  std::size_t refused = 0;
  std::size_t timed_out = 0;
  std::size_t unreachable = 0;
  /// Every relay that was asked, in the order in which they ended or were asked.
  std::span<const fetched_relay> relays{};

  /// There were relays, and each gave all that it has.
  bool is_complete() const noexcept { return !relays.empty() && complete == relays.size(); }
  /// At least one relay gave all that it has, but for gaps.
  bool is_answered() const noexcept { return complete + capped != 0; }
};

/// What a fetch calls, both optional. The rules are those of subscription_callbacks.
struct fetch_callbacks {
  /// An event, verified, each once. A relay's come newest first, page by page; relays take turns. See newest_events.
  callback<void(relay_id, const event_view&)> on_event{};
  /// The fetch is over: exactly once, and the last call.
  callback<void(const fetch_result&)> on_done{};
};

struct fetch_options {
  /// How long a relay may go without progress: an event, or the end of a page. Time in which it waits for us, because
  /// verification or callbacks have not kept up, does not count. 1 ms to 365 days.
  std::chrono::milliseconds idle_timeout{10'000};
  /// As subscribe_options::max_unacknowledged: for programs that are slower than relays.
  std::uint64_t max_unacknowledged = 0;
};

}  // namespace uvnostr
