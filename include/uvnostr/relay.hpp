// SPDX-License-Identifier: MIT
// One relay, without a pool around it.
#pragma once

#include <uvnostr/pool.hpp>

namespace uvnostr {

/// A relay's callbacks, all optional, fixed for its life. Names and rules are those of pool_callbacks.
struct relay_callbacks {
  callback<bool(const event_id&)> known{};
  callback<void(const event_view&)> on_event{};
  callback<void(subscription_id)> on_eose{};
  callback<void(std::string_view)> on_notice{};
  callback<void(const auth_status&)> on_auth{};
  callback<void(const relay_status&)> on_relay_state{};
  /// Up to log_level::info.
  callback<void(const log_entry&)> on_log{};
  /// Called once, last: after close(), or when there will be no more attempts to connect (then the cause is not 0).
  callback<void(std::error_code)> on_close{};
};

/// A lasting connection to one relay. It does for one relay everything that a pool with its default options does.
/// The rules are those of a pool. Relays on one loop share their libwebsockets context.
class UVNOSTR_API relay {
 public:
  /// Makes a relay, which begins to connect in the loop's next turn.
  /// Errors: url_*, option_range, option_certificate, loop_unusable, random_unavailable.
  static result<relay> make(uv_loop_t*, std::string_view url, relay_options = {}, relay_callbacks = {}) noexcept;

  /// An inert relay: its calls return errc::closed, as after a move.
  relay() noexcept = default;
  relay(relay&&) noexcept = default;
  relay& operator=(relay&&) noexcept = default;
  ~relay() = default;

  /// As pool::subscribe().
  result<subscription> subscribe(std::span<const filter>, subscription_callbacks, subscribe_options = {}) noexcept;
  result<subscription> subscribe(std::initializer_list<filter> filters, subscription_callbacks callbacks,
                                 subscribe_options options = {}) noexcept {
    return subscribe(std::span(filters.begin(), filters.size()), std::move(callbacks), std::move(options));
  }
  result<subscription> subscribe(const filter& f, subscription_callbacks callbacks,
                                 subscribe_options options = {}) noexcept {
    return subscribe(std::span(&f, 1), std::move(callbacks), std::move(options));
  }
  /// As pool::fetch().
  result<subscription> fetch(std::span<const filter>, fetch_callbacks, fetch_options = {}) noexcept;
  result<subscription> fetch(std::initializer_list<filter> filters, fetch_callbacks callbacks,
                             fetch_options options = {}) noexcept {
    return fetch(std::span(filters.begin(), filters.size()), std::move(callbacks), options);
  }
  result<subscription> fetch(const filter& f, fetch_callbacks callbacks, fetch_options options = {}) noexcept {
    return fetch(std::span(&f, 1), std::move(callbacks), options);
  }
  /// As pool::publish().
  [[nodiscard]] error publish(const event&, publish_callbacks = {}, publish_options = {}) noexcept;
  [[nodiscard]] error publish(draft, const signer&, publish_callbacks = {}, publish_options = {}) noexcept;
  /// As pool::information().
  error information(callback<void(const result<relay_information>&)>,
                    std::chrono::seconds max_age = std::chrono::hours(1)) noexcept;
  /// As pool::reconnect().
  error reconnect() noexcept;
  /// As pool::close().
  void close() noexcept;

  /// The normalised URL; empty once moved from.
  std::string_view url() const noexcept;
  relay_stats stats() const;
  /// The loop it was made on; null for an inert relay.
  uv_loop_t* loop() const noexcept { return inner_.loop(); }

 private:
  explicit relay(pool inner) noexcept : inner_(std::move(inner)) {}
  pool inner_;
};

}  // namespace uvnostr
