// SPDX-License-Identifier: MIT
// A query: everything that relays have stored, from each relay to its end.
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
  complete,     ///< everything that it has stored was delivered
  capped,       ///< everything except gaps that the relay makes unavoidable
  refused,      ///< it refused the request or a page of it, or hung up over it
  timed_out,    ///< it made no progress within idle_timeout
  unreachable,  ///< no connection, three connections lost before the answer was complete, or it was removed
  unfinished,   ///< the fetch was closed earlier
};

/// The name of the enumerator. Lifetime: static.
UVNOSTR_API std::string_view to_string(fetch_end) noexcept;

/// One relay's part of a fetch. Lifetime: valid until the callback returns.
struct fetched_relay {
  relay_id relay{};
  fetch_end end{};
  std::span<const gap> gaps{};  ///< of a relay that answered: what may be missing
  std::string_view words{};     ///< the relay's reason if it refused: see printable()
};

/// The result of a fetch. Lifetime: valid until the callback returns.
struct fetch_result {
  close_reason reason{};     ///< all_eose: every relay's part has ended
  std::uint64_t events = 0;  ///< delivered to on_event
  std::size_t complete = 0;  ///< the number of relays that ended like this, and so on
  std::size_t capped = 0;
  std::size_t refused = 0;
  std::size_t timed_out = 0;
  std::size_t unreachable = 0;
  /// Every relay that was asked, in the order in which they ended or were asked.
  std::span<const fetched_relay> relays{};

  /// Whether there were relays, and each sent everything that it has.
  bool is_complete() const noexcept { return !relays.empty() && complete == relays.size(); }
  /// Whether at least one relay sent everything that it has, except for gaps.
  bool is_answered() const noexcept { return complete + capped != 0; }
};

/// The callbacks of a fetch, both optional. The rules of subscription_callbacks apply.
struct fetch_callbacks {
  /// A verified event, each once. A relay's events come newest first, page by page; relays take turns. See
  /// newest_events.
  callback<void(relay_id, const event_view&)> on_event{};
  /// The fetch is over. Called exactly once, last.
  callback<void(const fetch_result&)> on_done{};
};

struct fetch_options {
  /// How long a relay may make no progress, which is an event or the end of a page. Time in which the relay waits for
  /// us, because verification or callbacks are behind, does not count. 1 ms to 365 days.
  std::chrono::milliseconds idle_timeout{10'000};
  /// As subscribe_options::max_unacknowledged, for programs that are slower than relays.
  std::uint64_t max_unacknowledged = 0;
};

}  // namespace uvnostr
