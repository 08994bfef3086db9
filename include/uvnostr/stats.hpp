// SPDX-License-Identifier: MIT
// Counters that account for every received message.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <uvnostr/histogram.hpp>
#include <uvnostr/relay_status.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

/// Messages received, each counted under exactly one of these: their sum is relay_stats::messages_in.
struct message_counts {
  // Events.
  std::uint64_t delivered = 0;   ///< given to a subscription
  std::uint64_t duplicate = 0;   ///< the subscription had it, or the program did (pool_callbacks::known)
  std::uint64_t false_copy = 0;  ///< the subscription had its id, but with another signature
  std::uint64_t expired = 0;     ///< left out: see subscribe_options::leave_out_expired
  std::uint64_t doubtful = 0;    ///< a stored event of forgotten dates: reported as a gap (gap_reason::memory)
  std::uint64_t unknown_subscription = 0;  ///< no open subscription has its id
  std::uint64_t not_matching = 0;          ///< outside the subscription's filters
  std::uint64_t malformed_event = 0;       ///< an EVENT without a valid event (NIP-01)
  std::uint64_t wrong_id = 0;              ///< the id is not the hash of the event
  std::uint64_t wrong_signature = 0;
  std::uint64_t too_big = 0;     ///< longer than max_message_bytes, whatever it was: skipped
  std::uint64_t unverified = 0;  ///< waits for verification, or for the events before it
  // The others.
  std::uint64_t eose = 0;
  std::uint64_t ok = 0;
  std::uint64_t closed = 0;
  std::uint64_t notice = 0;
  std::uint64_t auth = 0;
  std::uint64_t unknown_verb = 0;
  std::uint64_t malformed = 0;  ///< not a JSON array that begins with a verb, or with elements that do not fit the verb
  std::uint64_t binary = 0;     ///< binary WebSocket messages, which Nostr does not use

  /// The sum of all counters above.
  UVNOSTR_API std::uint64_t sum() const noexcept;
  UVNOSTR_API message_counts& operator+=(const message_counts&) noexcept;
};

/// Receipts of published events, by their outcome.
struct receipt_counts {
  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
  std::uint64_t timed_out = 0;
  std::uint64_t not_sent = 0;
};

struct relay_stats {
  relay_id relay{};
  std::string url{};
  relay_state state{};
  std::uint64_t messages_in = 0;
  std::uint64_t bytes_in = 0;  ///< of message payload
  std::uint64_t messages_out = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t attempts = 0;  ///< dials
  std::uint64_t connects = 0;  ///< dials that became a connection
  std::uint64_t disconnects = 0;
  std::uint64_t reqs = 0;                  ///< REQ messages sent, pages included
  std::uint64_t refused_reqs = 0;          ///< of these, refused with CLOSED, or with a NOTICE that says so
  std::size_t waiting_reqs = 0;            ///< subscriptions whose REQ waits for its turn
  std::optional<std::size_t> most_reqs{};  ///< how many open REQs the relay allows, as far as known
  double offences = 0;                     ///< see relay_options::max_offences
  std::uint64_t flood_messages = 0;        ///< of a flood: see relay_options::max_offences
  std::uint64_t nonstandard_ids = 0;       ///< events accepted although their id hashes control characters as \u00xx
  std::size_t publish_bytes = 0;           ///< of events that wait to be sent or answered; at most max_publish_bytes
  receipt_counts receipts{};
  std::size_t unverified_bytes = 0;  ///< of messages that wait for verification or, while it is held back, for delivery
  bool reading_paused = false;       ///< unverified_bytes exceeded max_unverified_bytes: the socket is not read
  std::optional<std::chrono::microseconds> connect_time{};  ///< of the last connection, DNS to upgrade
  std::optional<std::chrono::microseconds> ping_time{};     ///< of the last ping
  message_counts messages{};
};

/// How long the steps of a pool and its relays take. Removed relays are included.
struct pool_times {
  duration_histogram connect{};      ///< of each connection, from the DNS query to the upgrade
  duration_histogram first_event{};  ///< from a REQ to the first of its stored events, as it arrives
  duration_histogram eose{};         ///< from a REQ, pages included, to its EOSE, as it arrives
  duration_histogram ok{};           ///< from an EVENT to the relay's OK, whatever that says
  /// Of each batch of events that are verified together: from the arrival of its first event to its verdicts.
  duration_histogram verification{};
  /// Of each turn of the loop in which the pool called the program: the time that it spent there. It includes the last
  /// steps of each delivery, less than a microsecond an event.
  duration_histogram callbacks{};
};

struct pool_stats {
  message_counts messages{};  ///< of all relays, including removed ones
  std::uint64_t messages_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t verified = 0;    ///< signatures checked
  std::size_t seen_entries = 0;  ///< entries in the cache against duplicates
  pool_times times{};
  std::vector<relay_stats> relays{};
};

}  // namespace uvnostr
