// SPDX-License-Identifier: MIT
// Many relays used as one: each event comes once, however many relays send it.
#pragma once

#include <chrono>
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
#include <uvnostr/log.hpp>
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

/// The name of the enumerator.
UVNOSTR_API std::string_view to_string(verification) noexcept;

struct pool_options {
  /// URLs of the first relays, each with `relay_defaults`.
  std::vector<std::string> relays{};
  /// For relays that are added without options of their own. make() checks them even if there is no relay.
  relay_options relay_defaults{};
  /// Size of the cache against duplicates: one entry for each event and subscription, of at most 64 bytes. 1 to 2^24.
  std::size_t seen_entries = 10'000;
  uvnostr::verification verification = uvnostr::verification::threads;
  /// How many relays are dialled at a time; others wait for their turn. Relays that have served before go first, then
  /// new ones, then those that have only failed; each group has this many places. A relay that has not answered
  /// within 100 ms gives its place to the next, so up to 16 times as many dials may be unanswered. At least 1.
  std::size_t max_dials = 32;
  /// The last level that pool_callbacks::on_log gets. Entries above it cost nothing.
  uvnostr::log_level log_level = uvnostr::log_level::info;
  /// False: the pool does not keep uv_run() from returning, for programs that end when their own work is done.
  bool keep_loop_alive = true;
};

/// A pool's callbacks: all optional, fixed for its life. The loop calls them on its thread, never from inside one of
/// your calls. Each of them may destroy anything, including the pool.
/// Lifetime: a callable that destroys its pool keeps its captures until it returns. The captures of the others are
/// destroyed soon afterwards on the loop's thread, at the latest when the workers finish the signatures they check.
struct pool_callbacks {
  /// Whether the program's own permanent store already has this event. Asked before the signature is checked,
  /// once for each id that is new to the pool and wanted by a subscription. If true, the event is not delivered, counts
  /// as a duplicate, and cursors advance as if it had been delivered and acknowledged. Its id is still checked, so that
  /// a relay cannot lie about its date. Without this callback no event is known.
  callback<bool(const event_id&)> known{};
  /// Every event of every subscription, each once, after the subscription's own on_event.
  callback<void(relay_id, const event_view&)> on_event{};
  /// Every EOSE that a subscription gets.
  callback<void(relay_id, subscription_id)> on_eose{};
  /// A relay's text for humans: see printable(). Source: NIP-01 NOTICE.
  callback<void(relay_id, std::string_view)> on_notice{};
  /// An authentication took a step. Source: NIP-42.
  callback<void(const auth_status&)> on_auth{};
  /// A relay's connection changed its state.
  callback<void(const relay_status&)> on_relay_state{};
  /// What the pool does, for a log: states of connections with their causes, refusals, gaps, offences, AUTH. No entry
  /// is made without this callback or above pool_options::log_level. A relay that floods us cannot fill the memory: if
  /// more than 1,000 entries wait, further ones are left out and counted.
  callback<void(const log_entry&)> on_log{};
  /// After close(): every connection has ended. Exactly once, and the last call.
  callback<void()> on_close{};
};

/// A pool of relays on one loop. Move-only. All members are for the loop's thread only.
/// Lifetime: destroying the pool, or assigning another to it, ends everything without further callbacks. It is allowed
/// at any time, also in its own callbacks. The loop then needs a few more turns before uv_loop_close() returns 0. Every
/// input is copied.
class UVNOSTR_API pool {
 public:
  /// Makes a pool, which begins to connect to the relays of its options in the loop's next turn.
  /// Errors: url_* and duplicate_relay (which of the URLs), option_range, option_certificate, loop_unusable,
  /// random_unavailable.
  static result<pool> make(uv_loop_t*, pool_options = {}, pool_callbacks = {}) noexcept;

  /// An inert pool: its calls return errc::closed, as after a move.
  pool() noexcept = default;
  pool(pool&&) noexcept;
  pool& operator=(pool&&) noexcept;
  ~pool();

  /// Adds a relay and connects to it. Open subscriptions that address all relays include it.
  /// Errors: url_*, duplicate_relay, option_range, option_certificate, closed.
  result<relay_id> add_relay(std::string_view url, relay_options) noexcept;
  /// The same with the pool's relay_defaults.
  result<relay_id> add_relay(std::string_view url) noexcept;
  /// Closes the connection and removes the relay: its unanswered publishes give receipts, and its state becomes
  /// `stopped`. Errors: unknown_relay, closed.
  error remove_relay(relay_id) noexcept;
  /// Dials now instead of waiting for the delay, even if the relay's state is `stopped`.
  /// Does nothing if the relay is connected. Errors: unknown_relay, closed.
  error reconnect(relay_id) noexcept;
  /// Dials all relays and resets their delays, except relays that asked us to stay away for a while. Call it when the
  /// network has come back. Errors: closed.
  error reconnect() noexcept;

  /// Asks these relays for events that match any of the filters. An empty list means all relays, including later ones.
  /// Errors: filter_* (with the filter and its member, such as "filters[2].tags[0].name"), unknown_relay, option_range,
  /// cursor_format, cursor_filters, closed.
  result<subscription> subscribe(std::span<const filter>, subscription_callbacks, subscribe_options = {},
                                 std::vector<relay_id> relays = {}) noexcept;
  result<subscription> subscribe(std::initializer_list<filter> filters, subscription_callbacks callbacks,
                                 subscribe_options options = {}, std::vector<relay_id> relays = {}) noexcept {
    return subscribe(std::span(filters.begin(), filters.size()), std::move(callbacks), std::move(options),
                     std::move(relays));
  }
  result<subscription> subscribe(const filter& f, subscription_callbacks callbacks, subscribe_options options = {},
                                 std::vector<relay_id> relays = {}) noexcept {
    return subscribe(std::span(&f, 1), std::move(callbacks), std::move(options), std::move(relays));
  }

  /// Collects the stored events of these relays that match any of the filters, page by page: all of them, or the newest
  /// `limit` of each filter from each relay. An empty list means all relays, including those added meanwhile. The fetch
  /// ends when every relay has answered, refused or failed; without relays it ends at once. Calls back: on_event for
  /// each event, then on_done once. Destroying the subscription ends the fetch without further callbacks, close() ends
  /// it with on_done, and detach() lets it run on its own.
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

  /// Sends the event to these relays. An empty list means all relays that the pool has now. Unless an error is
  /// returned, every relay gives one receipt, and then on_done follows.
  /// Errors: no_relay, unknown_relay, event_too_big, wrong_id, wrong_signature, option_range, closed.
  [[nodiscard]] error publish(const event&, publish_callbacks = {}, publish_options = {},
                              std::vector<relay_id> relays = {}) noexcept;

  /// The same for an event that the signer signs first. If the signer refuses, does not answer within its timeout, or
  /// returns another event, every relay's receipt says not_sent with errc::not_signed. A relay for which the signed
  /// event is too big gives a receipt with errc::event_too_big.
  /// Errors: no_relay, unknown_relay, option_range, closed.
  [[nodiscard]] error publish(draft, const signer&, publish_callbacks = {}, publish_options = {},
                              std::vector<relay_id> relays = {}) noexcept;

  /// Gives the relay's information document: the last one if it is younger than `max_age`, otherwise a new one, which
  /// is requested over HTTP, apart from the relay's connection. The limits in it are obeyed from then on. Calls back
  /// once, from the loop, unless the pool is destroyed before. Errors: unknown_relay, closed. To the callback:
  /// no_document, relay_removed, closed, and those of connections. Source: NIP-11.
  error information(relay_id, callback<void(const result<relay_information>&)>,
                    std::chrono::seconds max_age = std::chrono::hours(1)) noexcept;

  /// Ends everything: publishes give their receipts, subscriptions their on_close, connections their close handshake,
  /// and then on_close comes. A second call does nothing.
  void close() noexcept;

  /// All relays in the order in which they were added.
  std::vector<relay_id> relays() const;
  /// The normalised URL; empty if there is no such relay.
  std::string_view url(relay_id) const noexcept;
  /// The relay with this URL, which need not be normalised. Errors: url_*, unknown_relay, closed.
  result<relay_id> find(std::string_view url) const noexcept;
  /// The relays that sent this event, first or as a duplicate, in the order of relays(); empty once it is forgotten.
  /// Relays that sent its id with another signature are not among them.
  std::vector<relay_id> seen_on(const event_id&) const;
  /// Counters of the pool and of each relay, in the order of relays().
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
