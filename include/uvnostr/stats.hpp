// SPDX-License-Identifier: MIT
// Counters that account for every received message.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <uvnostr/relay_status.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

/// Messages received, each counted under exactly one of these: their sum is relay_stats::messages_in.
struct message_counts {
  // Events.
  std::uint64_t delivered = 0;             ///< given to a subscription
  std::uint64_t duplicate = 0;             ///< the subscription had it, or the program: pool_callbacks::known
  std::uint64_t false_copy = 0;            ///< the id is one the subscription had, the signature is not that event's
  std::uint64_t expired = 0;               ///< left out: see subscribe_options::leave_out_expired
  std::uint64_t doubtful = 0;              ///< stored, of dates that were forgotten: told as a gap (gap_reason::memory)
  std::uint64_t unknown_subscription = 0;  ///< for no subscription that is open, or no longer
  std::uint64_t not_matching = 0;          ///< outside the subscription's filters
  std::uint64_t malformed_event = 0;       ///< an EVENT without a valid event (NIP-01)
  std::uint64_t wrong_id = 0;              ///< the id is not the hash of the event
  std::uint64_t wrong_signature = 0;
  std::uint64_t too_big = 0;     ///< larger than max_message_bytes, of any kind: read past, and told as a gap
  std::uint64_t unverified = 0;  ///< waiting for verification, or for events before them
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
  std::optional<std::size_t> most_reqs{};  ///< how many REQs it lets be open at a time, as far as it has shown
  double offences = 0;                     ///< see relay_options::max_offences
  std::uint64_t flood_messages = 0;        ///< of a flood: see relay_options::max_offences
  std::uint64_t nonstandard_ids = 0;       ///< events accepted although their id hashes control characters as \u00xx
  std::size_t publish_bytes = 0;           ///< of events that wait to be sent or answered; at most max_publish_bytes
  std::size_t unverified_bytes = 0;        ///< of messages that wait for verification
  bool reading_paused = false;             ///< unverified_bytes exceeded max_unverified_bytes: the socket is not read
  std::optional<std::chrono::microseconds> connect_time{};  ///< of the last connection, DNS to upgrade
  std::optional<std::chrono::microseconds> ping_time{};     ///< of the last ping
  message_counts messages{};
};

struct pool_stats {
  message_counts messages{};  ///< of all relays, including removed ones
  std::uint64_t messages_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t verified = 0;    ///< signatures checked
  std::size_t seen_entries = 0;  ///< entries in the cache against duplicates
  std::vector<relay_stats> relays{};
};

}  // namespace uvnostr
