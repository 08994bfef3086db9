// SPDX-License-Identifier: MIT
// A subscription: what it calls back, and the handle that keeps it open.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <uvnostr/callback.hpp>
#include <uvnostr/event.hpp>
#include <uvnostr/gap.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

class subscription_record;  // lib/pool/subscription_record.hpp

/// What a relay said of its stored events with EOSE. Source: NIP-67.
enum class eose_hint {
  none,    ///< it said nothing more
  finish,  ///< these were all
  more,    ///< there are more: ask again with an earlier `until`
};

/// The name as it stands above.
UVNOSTR_API std::string_view to_string(eose_hint) noexcept;

/// Why a subscription ended.
enum class close_reason {
  requested,    ///< close() was called
  all_eose,     ///< subscribe_options::close_on_eose, and every relay has answered
  pool_closed,  ///< the pool or relay was closed
};

/// The name as it stands above.
UVNOSTR_API std::string_view to_string(close_reason) noexcept;

/// A relay ended a subscription on its side, and what happens next. Source: NIP-01 CLOSED.
/// Lifetime: `words` dies when the callback returns.
struct relay_closed {
  enum class again {
    after_pause,  ///< on this connection, after `pause`
    on_next_connection,
    never,  ///< unless subscription::ask_again() is called
  };
  relay_id relay{};
  std::string_view words{};  ///< the relay's own; may be empty
  bool hung_up = false;      ///< the relay closed the connection over this REQ instead of answering
  again asked_again{};
  std::chrono::milliseconds pause{};  ///< of after_pause
  /// What is missing until it is asked again and answers: there is no on_caught_up that would tell it.
  gap missing{};
};

/// How many relays answered a subscription, and how. Those that have not ended yet are counted as asked only.
struct answer_counts {
  std::size_t asked = 0;
  std::size_t answered = 0;     ///< all that they have stored has come, but for gaps
  std::size_t refused = 0;      ///< CLOSED, or they hung up over it
  std::size_t timed_out = 0;    ///< no progress within eose_timeout
  std::size_t unreachable = 0;  ///< no connection, three connections lost before the answer was whole, or removed

  friend bool operator==(const answer_counts&, const answer_counts&) = default;
};

/// What a subscription calls, all optional, fixed for its life. Called on the loop's thread, from the
/// loop, never from inside a call of yours. Any of them may destroy anything, the pool included.
/// Lifetime: as for pool_callbacks. A callable that destroys its subscription keeps its captures until it returns.
struct subscription_callbacks {
  /// An event, verified, that this subscription did not have before, and the relay that sent it first.
  callback<void(relay_id, const event_view&)> on_event{};
  /// That relay has sent what it had stored, all pages of it: once per relay, after those events. Reconnecting does
  /// not repeat it. Source: NIP-01 EOSE.
  callback<void(relay_id, eose_hint)> on_eose{};
  /// All that the relay had stored, up to now, has been given, but for the gaps: once for each connection, the first
  /// call right after on_eose. No gap: nothing is missing. It is called once more for a live event that was too big. At a
  /// relay that lets fewer REQs be open than there are subscriptions, they take turns, and it is called for each turn. A
  /// relay that refuses is told by on_relay_closed instead.
  callback<void(relay_id, std::span<const gap>)> on_caught_up{};
  /// Every relay has answered, refused, failed to connect or let eose_timeout pass: once, with the numbers.
  callback<void(const answer_counts&)> on_all_eose{};
  /// That relay ended the subscription on its side, in its words: see printable(). Nothing comes from there until it is
  /// asked again.
  callback<void(const relay_closed&)> on_relay_closed{};
  /// The subscription is over: exactly once, and the last call.
  callback<void(close_reason)> on_close{};
};

struct subscribe_options {
  /// Close by itself once on_all_eose was called. In a pool without relays that is at once. For queries see
  /// pool::fetch(), which tells how each relay answered.
  bool close_on_eose = false;
  /// How long a relay that was asked may take until it counts as having answered for on_all_eose. 1 ms to 365 days.
  /// Time in which its socket is not read, while verification catches up, does not count.
  std::chrono::milliseconds eose_timeout{10'000};
  /// After a reconnect a relay is asked from its last verified event less this, so events that it gets late, with an
  /// older date, are not lost. Gift wraps (kind 1059) are dated up to two days back on purpose, and are asked for 49
  /// hours back. 0 s to 365 days. Source: NIP-59.
  std::chrono::seconds resume_overlap{600};
  /// Where an earlier run of the program stood: what subscription::cursor() gave for the same filters. Relays are asked
  /// from there; those that it does not name are asked for everything.
  std::string resume_from{};
  /// Events whose `expiration` tag lies in the past, by our clock and the relay's, are not given, only counted.
  /// Source: NIP-40.
  bool leave_out_expired = false;
  /// How many events may be given without subscription::acknowledge(): above it nothing more is given, and what comes
  /// waits, at most relay_options::max_unverified_bytes for a relay, then unread in its socket. 0: an event is done when
  /// its callback has returned.
  std::uint64_t max_unacknowledged = 0;
};

/// A handle of an open subscription. Move-only; for the loop's thread only.
/// Lifetime: destroying it ends the subscription in silence (the relays get a CLOSE), and so does assigning another
/// handle to it. It may outlive its pool; then it does nothing. A handle that was default-constructed or moved from is
/// inert.
class [[nodiscard]] UVNOSTR_API subscription {
 public:
  subscription() noexcept = default;
  subscription(subscription&&) noexcept;
  subscription& operator=(subscription&&) noexcept;
  ~subscription();

  /// Ends it. Calls back: on_close(requested) once, from the loop. A second call does nothing.
  void close() noexcept;
  /// Gives up the handle: the subscription goes on until it or its pool closes.
  void detach() noexcept;

  /// How many events it was given. Inside on_event this one is counted: that is its number for acknowledge().
  std::uint64_t delivered() const noexcept;
  /// The first n events that it was given are safe: they will not be asked for again with cursor().
  void acknowledge(std::uint64_t n) noexcept;
  /// Nothing is given until resume(). What comes waits as with max_unacknowledged; other subscriptions go on.
  void pause() noexcept;
  void resume() noexcept;
  bool is_paused() const noexcept;
  /// How far it came at each relay, as text (JSON, versioned) for subscribe_options::resume_from. It covers what is done:
  /// events that were not, and those within resume_overlap of the last, are given again by the next run.
  std::string cursor() const;
  /// How the relays that it was asked of have answered so far. Relays that were removed count until on_all_eose.
  answer_counts answers() const noexcept;

  /// Asks a relay again that had refused, or had hung up over it. False if it had not.
  bool ask_again(relay_id) noexcept;

  bool is_open() const noexcept;
  /// 0 for an inert handle.
  subscription_id id() const noexcept;

 private:
  friend class pool_core;
  explicit subscription(subscription_record*) noexcept;
  subscription_record* record_ = nullptr;
};

}  // namespace uvnostr
