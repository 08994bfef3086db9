// SPDX-License-Identifier: MIT
// A subscription: what it calls back, and the handle that keeps it open.
#pragma once

#include <chrono>
#include <string_view>

#include <uvnostr/callback.hpp>
#include <uvnostr/event.hpp>
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

/// What a subscription calls, all optional, fixed for its life. Called on the loop's thread, from the
/// loop, never from inside a call of yours. Any of them may destroy anything, the pool included.
/// Lifetime: as for pool_callbacks. A callable that destroys its subscription keeps its captures until it returns.
struct subscription_callbacks {
  /// An event, verified, that this subscription did not have before, and the relay that sent it first.
  callback<void(relay_id, const event_view&)> on_event{};
  /// That relay has sent what it had stored: once per relay, after those events. Reconnecting does
  /// not repeat it. Source: NIP-01 EOSE.
  callback<void(relay_id, eose_hint)> on_eose{};
  /// Every relay has answered, refused, failed to connect or let eose_timeout pass: once.
  callback<void()> on_all_eose{};
  /// That relay ended the subscription on its side, in its words: see printable(). Source: NIP-01 CLOSED.
  callback<void(relay_id, std::string_view)> on_relay_closed{};
  /// The subscription is over: exactly once, and the last call.
  callback<void(close_reason)> on_close{};
};

struct subscribe_options {
  /// Close by itself once on_all_eose was called: a query instead of a subscription.
  bool close_on_eose = false;
  /// How long a relay that was asked may take until it counts as having answered for on_all_eose. 1 ms to 365 days.
  /// Time in which its socket is not read, while verification catches up, does not count.
  std::chrono::milliseconds eose_timeout{10'000};
  /// After a reconnect the relay is asked for everything again, and what the subscription had is dropped, so that an
  /// event that arrives late with an old date is not lost. Once an event was forgotten (pool_options::seen_entries), the
  /// relay is asked from its last verified event on, less this time. 0 s to 365 days.
  std::chrono::seconds resume_overlap{600};
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

  bool is_open() const noexcept;
  /// 0 for an inert handle.
  subscription_id id() const noexcept;

 private:
  friend class pool_core;
  explicit subscription(subscription_record*) noexcept;
  subscription_record* record_ = nullptr;
};

}  // namespace uvnostr
