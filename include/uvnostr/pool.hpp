// SPDX-License-Identifier: MIT
// Many relays as one: the events of all, each once.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <uvnostr/callback.hpp>
#include <uvnostr/event.hpp>
#include <uvnostr/fetch.hpp>
#include <uvnostr/filter.hpp>
#include <uvnostr/information.hpp>
#include <uvnostr/publish.hpp>
#include <uvnostr/relay_options.hpp>
#include <uvnostr/relay_status.hpp>
#include <uvnostr/signer.hpp>
#include <uvnostr/stats.hpp>
#include <uvnostr/subscription.hpp>

typedef struct uv_loop_s uv_loop_t;

namespace uvnostr {

class pool_core;  // lib/pool/pool_core.hpp

/// Where ids and signatures are checked.
enum class verification {
  threads,  ///< in batches on libuv's thread pool
  on_loop,  ///< on the loop's thread, a few milliseconds at a time
  off,      ///< not at all: only for relays that you run yourself
};

/// The name as it stands above.
UVNOSTR_API std::string_view to_string(verification) noexcept;

struct pool_options {
  /// URLs to begin with, each with `relay_defaults`.
  std::vector<std::string> relays{};
  /// For relays that are added without options of their own. Checked by make() also if there is none.
  relay_options relay_defaults{};
  /// Events that are remembered against duplicates, one for each subscription; at most 64 bytes each. 1 to 2^24.
  std::size_t seen_entries = 10'000;
  uvnostr::verification verification = uvnostr::verification::threads;
  /// How many relays are dialled at a time; others wait for their turn. Those that have served before go first, and
  /// have as many places of their own. A relay that has not answered within 100 ms gives its place to the next; so up to
  /// 16 times as many may be silent at the same time. At least 1.
  std::size_t max_dials = 32;
  /// False for a program that ends by itself: the pool then does not keep uv_run() from returning.
  bool keep_loop_alive = true;
};

/// What a pool calls, all optional, fixed for its life. Called on the loop's thread, from the loop, never from inside a
/// call of yours. Any of them may destroy anything, the pool included.
/// Lifetime: a callable that destroys its pool keeps its captures until it returns. The captures of the others are
/// destroyed soon after that, on the loop's thread: at the latest when a worker has finished the signatures it checks.
struct pool_callbacks {
  /// Whether the program has this event already, in a store that outlives it: asked once for each id that is new to the
  /// pool and wanted by a subscription, before the signature is checked. True: no subscription is given the event, it
  /// counts as a duplicate, and cursors go on as if it had been given and were safe. Its id is checked all the same, so
  /// that a relay cannot lie about its date. Without this callback none is known.
  callback<bool(const event_id&)> known{};
  /// Every event of every subscription, each once, after the subscription's own on_event.
  callback<void(relay_id, const event_view&)> on_event{};
  /// Every EOSE that a subscription is told of.
  callback<void(relay_id, subscription_id)> on_eose{};
  /// A relay's words to a human: see printable(). Source: NIP-01 NOTICE.
  callback<void(relay_id, std::string_view)> on_notice{};
  /// A relay asked who we are, or was told. Source: NIP-42.
  callback<void(const auth_status&)> on_auth{};
  /// A relay's connection changed its state.
  callback<void(const relay_status&)> on_relay_state{};
  /// After close(): every connection has ended. Exactly once, and the last call.
  callback<void()> on_close{};
};

/// A pool of relays on one loop. Move-only; everything on it is for the loop's thread only.
/// Lifetime: destroying it ends all in silence, at any time, also inside its own callbacks; so does assigning another
/// pool to it. The loop then needs a few more turns before uv_loop_close() answers 0. Every input is copied.
class UVNOSTR_API pool {
 public:
  /// Connects to the relays of the options from the loop's next turn on.
  /// Errors: url_* and duplicate_relay (which of the URLs), option_range, option_ca_file, loop_unusable,
  /// random_unavailable.
  static result<pool> make(uv_loop_t*, pool_options = {}, pool_callbacks = {}) noexcept;

  /// An inert pool: its calls answer errc::closed, as those of a pool that was moved from.
  pool() noexcept = default;
  pool(pool&&) noexcept;
  pool& operator=(pool&&) noexcept;
  ~pool();

  /// Adds a relay and connects to it; open subscriptions for all relays are asked of it too.
  /// Errors: url_*, duplicate_relay, option_range, option_ca_file, closed.
  result<relay_id> add_relay(std::string_view url, relay_options) noexcept;
  /// The same with the pool's relay_defaults.
  result<relay_id> add_relay(std::string_view url) noexcept;
  /// Closes the connection and forgets the relay: its unanswered publishes give receipts, and its
  /// state becomes `stopped`. Errors: unknown_relay, closed.
  error remove_relay(relay_id) noexcept;
  /// Dials now instead of when the delay is over; also a relay that had stopped trying.
  /// Does nothing if it is connected. Errors: unknown_relay, closed.
  error reconnect(relay_id) noexcept;
  /// The same for all relays but those that want us to stay away for a while, and all delays start anew: for a program
  /// that learns that the network is there again. Errors: closed.
  error reconnect() noexcept;

  /// Asks these relays for events that match any of the filters; none named: all, those added later included.
  /// Errors: filter_* (with the filter and its member, as "filters[2].tags[0].name"), unknown_relay, option_range, closed.
  result<subscription> subscribe(std::span<const filter>, subscription_callbacks, subscribe_options = {},
                                 std::vector<relay_id> relays = {}) noexcept;
  result<subscription> subscribe(std::initializer_list<filter> filters, subscription_callbacks callbacks,
                                 subscribe_options options = {}, std::vector<relay_id> relays = {}) noexcept {
    return subscribe(std::span(filters.begin(), filters.size()), std::move(callbacks), options, std::move(relays));
  }
  result<subscription> subscribe(const filter& f, subscription_callbacks callbacks, subscribe_options options = {},
                                 std::vector<relay_id> relays = {}) noexcept {
    return subscribe(std::span(&f, 1), std::move(callbacks), options, std::move(relays));
  }

  /// Collects what these relays have stored that matches any of the filters, page by page: all of it, or the newest
  /// `limit` of each filter from each relay. None named: all relays, those that are added while it runs included. It ends
  /// once every relay has answered, refused or failed; in a pool without relays at once.
  /// Calls back: on_event for each event, then on_done once. The subscription is one as any other: destroying it ends the
  /// fetch in silence, close() with on_done; detach() lets it run on its own.
  /// Errors: as subscribe().
  result<subscription> fetch(std::span<const filter>, fetch_callbacks, fetch_options = {},
                             std::vector<relay_id> relays = {}) noexcept;
  result<subscription> fetch(std::initializer_list<filter> filters, fetch_callbacks callbacks,
                             fetch_options options = {}, std::vector<relay_id> relays = {}) noexcept {
    return fetch(std::span(filters.begin(), filters.size()), std::move(callbacks), options, std::move(relays));
  }
  result<subscription> fetch(const filter& f, fetch_callbacks callbacks, fetch_options options = {},
                             std::vector<relay_id> relays = {}) noexcept {
    return fetch(std::span(&f, 1), std::move(callbacks), options, std::move(relays));
  }

  /// Sends the event to these relays; none named: all that the pool has now. Without an error every relay gives one
  /// receipt, then on_done comes.
  /// Errors: no_relay, unknown_relay, event_too_big, wrong_id, wrong_signature, option_range, closed.
  [[nodiscard]] error publish(const event&, publish_callbacks = {}, publish_options = {},
                              std::vector<relay_id> relays = {}) noexcept;

  /// The same for an event that is still to be signed. The relays, options and callbacks are those of this call; if
  /// the signer refuses, does not answer in its time, or gives another event, every relay's receipt says not_sent with
  /// errc::not_signed. The event's size is known when it is signed: too big a one gives receipts with event_too_big.
  /// Errors: no_relay, unknown_relay, option_range, closed.
  [[nodiscard]] error publish(draft, const signer&, publish_callbacks = {}, publish_options = {},
                              std::vector<relay_id> relays = {}) noexcept;

  /// Asks the relay for its information document, over HTTP and apart from its connection; with none newer than
  /// `max_age`, or else gives the one that it has. Calls back once, from the loop, unless the pool ends before.
  /// Errors: unknown_relay, closed. To the callback: those of connections, no_document. Source: NIP-11.
  error information(relay_id, callback<void(const result<relay_information>&)>,
                    std::chrono::seconds max_age = std::chrono::hours(1)) noexcept;

  /// Ends everything: publishes give their receipts, subscriptions their on_close, connections their
  /// close handshake, then on_close comes. A second call does nothing.
  void close() noexcept;

  /// In the order in which they were added.
  std::vector<relay_id> relays() const;
  /// The normalised URL; empty if there is no such relay.
  std::string_view url(relay_id) const noexcept;
  /// The relay with this URL, however it is spelled. Errors: url_*, unknown_relay, closed.
  result<relay_id> find(std::string_view url) const noexcept;
  /// The relays that sent this event as long as it is remembered, duplicates included; in the order of relays(). One that
  /// sent its id with another signature is not among them.
  std::vector<relay_id> seen_on(const event_id&) const;
  /// Its relays are in the order of relays().
  pool_stats stats() const;
  /// The loop it was made on; null for an inert pool.
  uv_loop_t* loop() const noexcept { return loop_; }

 private:
  friend class relay;
  pool(pool_core*, uv_loop_t*) noexcept;
  pool_core* core_ = nullptr;
  uv_loop_t* loop_ = nullptr;
};

}  // namespace uvnostr
