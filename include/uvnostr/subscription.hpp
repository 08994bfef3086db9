// SPDX-License-Identifier: MIT
// A subscription: what it calls back, and the handle that keeps it open.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
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

/// Why a subscription ended.
enum class close_reason {
  requested,    ///< close() was called
  all_eose,     ///< subscribe_options::close_on_eose, and every relay has answered
  pool_closed,  ///< the pool or relay was closed
};

/// A relay ended a subscription on its side, and what happens next. Source: NIP-01 CLOSED.
/// Lifetime: `words` dies when the callback returns.
struct relay_closed {
  enum class again {
    after_pause,         ///< on this connection, after `pause`
    on_next_connection,
    never,               ///< unless subscription::ask_again() is called
  };
  relay_id relay{};
  std::string_view words{};           ///< the relay's own; may be empty
  bool hung_up = false;               ///< the relay closed the connection over this REQ instead of answering
  again asked_again{};
  std::chrono::milliseconds pause{};  ///< of after_pause
};

/// What a subscription calls, all optional, fixed for its life. Called on the loop's thread, from the
/// loop, never from inside a call of yours. Any of them may destroy anything, the pool included.
struct subscription_callbacks {
  /// An event, verified, that this subscription did not have before, and the relay that sent it first.
  callback<void(relay_id, const event_view&)> on_event{};
  /// That relay has sent what it had stored, all pages of it: once per relay, after those events. Reconnecting does
  /// not repeat it. Source: NIP-01 EOSE.
  callback<void(relay_id, eose_hint)> on_eose{};
  /// All that the relay had stored, up to now, has been given, but for the gaps: once for each connection, the first
  /// call right after on_eose. No gap: nothing is missing.
  callback<void(relay_id, std::span<const gap>)> on_caught_up{};
  /// Every relay has answered, refused, failed to connect or let eose_timeout pass: once.
  callback<void()> on_all_eose{};
  /// That relay ended the subscription on its side. Nothing of it comes from there until it is asked again.
  callback<void(const relay_closed&)> on_relay_closed{};
  /// The subscription is over: exactly once, and the last call.
  callback<void(close_reason)> on_close{};
};

struct subscribe_options {
  /// Close by itself once on_all_eose was called: a query instead of a subscription.
  bool close_on_eose = false;
  /// How long a relay that was asked may take until it counts as having answered for on_all_eose. Does not count
  /// the time in which we do not read it because verification is behind.
  std::chrono::milliseconds eose_timeout{10'000};
  /// After a reconnect a relay is asked from its last verified event less this, so events that it gets late, with an
  /// older date, are not lost. Gift wraps (kind 1059) are dated up to two days back on purpose, and are asked for 49
  /// hours back. Source: NIP-59.
  std::chrono::seconds resume_overlap{600};
};

/// A handle of an open subscription. Move-only; for the loop's thread only.
/// Lifetime: destroying it ends the subscription in silence (the relays get a CLOSE). It may outlive
/// its pool; then it does nothing. A moved-from handle is inert.
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
