// SPDX-License-Identifier: MIT
// A subscription: its callbacks, its options, and the handle that keeps it open.
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

class subscription_record;  // lib/receive/subscription_record.hpp

/// What a relay said about its stored events in EOSE. Source: NIP-67.
enum class eose_hint {
  none,    ///< nothing
  finish,  ///< it has sent all of them
  more,    ///< it has more of them
};

/// The name of the enumerator.
UVNOSTR_API std::string_view to_string(eose_hint) noexcept;

/// Why a subscription ended.
enum class close_reason {
  requested,    ///< close() was called
  all_eose,     ///< subscribe_options::close_on_eose, and every relay has answered
  pool_closed,  ///< the pool or relay was closed
};

/// The name of the enumerator.
UVNOSTR_API std::string_view to_string(close_reason) noexcept;

/// A relay has ended a subscription on its side. Says when the relay is asked again. Source: NIP-01 CLOSED.
/// Lifetime: `words` is valid until the callback returns.
struct relay_closed {
  enum class again {
    after_pause,  ///< on this connection, after `pause`
    on_next_connection,
    never,  ///< unless subscription::ask_again() is called
  };
  relay_id relay{};
  std::string_view words{};  ///< the relay's reason; may be empty
  bool too_long = false;     ///< nothing was sent: a filter cannot be split below the relay's max_message_length
  bool hung_up = false;      ///< the relay closed the connection over this REQ instead of answering it
  again asked_again{};
  std::chrono::milliseconds pause{};  ///< for after_pause; 0 if it has been asked again already
  /// What is missing until the relay is asked again and answers, because on_caught_up does not report it.
  gap missing{};
};

/// The name of the enumerator.
UVNOSTR_API std::string_view to_string(relay_closed::again) noexcept;

/// How many relays answered a subscription, and how. Relays that are still answering count only as asked.
struct answer_counts {
  std::size_t asked = 0;
  std::size_t answered = 0;     ///< they sent all their stored events, except for gaps
  std::size_t refused = 0;      ///< they sent CLOSED, or hung up over the request
  std::size_t timed_out = 0;    ///< no progress within eose_timeout
  std::size_t unreachable = 0;  ///< no connection, three connections lost before the answer was complete, or removed

  friend bool operator==(const answer_counts&, const answer_counts&) = default;
};

/// A subscription's callbacks, all optional, fixed for its life. The rules of pool_callbacks apply.
/// Lifetime: as for pool_callbacks. A callable that destroys its subscription keeps its captures until it returns.
struct subscription_callbacks {
  /// A verified event that is new to this subscription, and the relay that sent it first.
  callback<void(relay_id, const event_view&)> on_event{};
  /// The relay has sent all pages of its stored events. Called once per relay, after those events; a reconnect does not
  /// repeat it. Source: NIP-01 EOSE.
  callback<void(relay_id, eose_hint)> on_eose{};
  /// The relay has given everything that it had stored by now, except for the gaps. Without gaps, nothing is missing.
  /// Called once for each connection, the first time right after on_eose. Called once more when the relay answers again
  /// after a CLOSED, for each later event that is too big, and after an event that had to be requested again. If a
  /// relay allows fewer open REQs than there are subscriptions, they take turns, and this is called once for each
  /// turn. If the relay refuses, on_relay_closed is called instead.
  callback<void(relay_id, std::span<const gap>)> on_caught_up{};
  /// Every relay has answered, refused, failed to connect, or exceeded eose_timeout. Called once.
  callback<void(const answer_counts&)> on_all_eose{};
  /// The relay has ended the subscription on its side. It sends no more events until it is asked again. Its reason may
  /// hold anything: see printable().
  callback<void(const relay_closed&)> on_relay_closed{};
  /// The subscription is over. Called exactly once, last.
  callback<void(close_reason)> on_close{};
};

struct subscribe_options {
  /// Whether the subscription closes itself after on_all_eose, which comes at once in a pool without relays. For
  /// queries, prefer pool::fetch(), which reports how each relay answered.
  bool close_on_eose = false;
  /// How long on_all_eose waits for a relay that makes no progress. 1 ms to 365 days.
  /// Time during which its socket is not read, because verification lags, does not count.
  std::chrono::milliseconds eose_timeout{10'000};
  /// After a reconnect, a relay is asked again from this long before its last verified event. This catches events that
  /// reach the relay late, with an older date. Gift wraps (kind 1059) are dated up to two days back on purpose, so
  /// their overlap is at least 49 hours. 0 s to 365 days. Source: NIP-59.
  std::chrono::seconds resume_overlap{600};
  /// A subscription::cursor() with the same filters, saved by an earlier run of the program. Relays are asked from
  /// there; relays that it does not name are asked for everything.
  std::string resume_from{};
  /// Whether to count events without delivering them if their `expiration` tag lies in the past by both our clock and
  /// the relay's. Source: NIP-40.
  bool leave_out_expired = false;
  /// Delivery stops while this many delivered events wait for subscription::acknowledge(). Received events are kept
  /// meanwhile, up to relay_options::max_unverified_bytes for each relay; above that, its socket is not read. 0: an
  /// event counts as acknowledged once its callback has returned.
  std::uint64_t max_unacknowledged = 0;
};

/// A handle of an open subscription. Move-only; for the loop's thread only.
/// Lifetime: destroying it, or assigning another handle to it, ends the subscription without further callbacks; the
/// relays get a CLOSE. It may outlive its pool, and then does nothing. A default-constructed or moved-from handle is
/// inert.
class [[nodiscard]] UVNOSTR_API subscription {
 public:
  subscription() noexcept = default;
  subscription(subscription&&) noexcept;
  subscription& operator=(subscription&&) noexcept;
  ~subscription();

  /// Ends the subscription. Calls back: on_close(requested) once, from the loop. A second call does nothing.
  void close() noexcept;
  /// Gives up the handle: the subscription continues until it closes itself or its pool closes.
  void detach() noexcept;

  /// How many events were delivered. In on_event this includes the current event, so it is its number for
  /// acknowledge().
  std::uint64_t delivered() const noexcept;
  /// Says that the first n delivered events have been processed, so cursor() does not ask for them again.
  void acknowledge(std::uint64_t n) noexcept;
  /// Stops delivery until resume(). Received events wait as with max_unacknowledged. Other subscriptions are
  /// unaffected.
  void pause() noexcept;
  void resume() noexcept;
  bool is_paused() const noexcept;
  /// The progress at each relay, as text (versioned JSON) for subscribe_options::resume_from. It covers acknowledged
  /// events. The next run gets the other events again, and those within resume_overlap of the last one.
  std::string cursor() const;
  /// How the relays have answered this subscription so far. Removed relays count until on_all_eose.
  answer_counts answers() const noexcept;

  /// Asks a relay again after it refused this subscription or hung up over it. Returns false if it did neither.
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
