// SPDX-License-Identifier: MIT
// One relay, without a pool around it.
#pragma once

#include <uvnostr/pool.hpp>

namespace uvnostr {

/// What a relay calls, all optional, fixed for its life. The rules are those of pool_callbacks, and so are the names.
struct relay_callbacks {
  callback<bool(const event_id&)> known{};
  callback<void(const event_view&)> on_event{};
  callback<void(subscription_id)> on_eose{};
  callback<void(std::string_view)> on_notice{};
  callback<void(const auth_status&)> on_auth{};
  callback<void(const relay_status&)> on_relay_state{};
  /// After close(), or after reconnecting has ended for good (the cause is then not 0): once, the last call.
  callback<void(std::error_code)> on_close{};
};

/// A connection to one relay that is kept: everything that a pool with its default options does, for one.
/// The same rules as for a pool; relays on one loop share their libwebsockets context.
class UVNOSTR_API relay {
 public:
  /// Connects from the loop's next turn on.
  /// Errors: url_*, option_range, option_ca_file, loop_unusable, random_unavailable.
  static result<relay> make(uv_loop_t*, std::string_view url, relay_options = {}, relay_callbacks = {}) noexcept;

  /// An inert relay: its calls answer errc::closed, as those of a relay that was moved from.
  relay() noexcept = default;
  relay(relay&&) noexcept = default;
  relay& operator=(relay&&) noexcept = default;
  ~relay() = default;

  /// As pool::subscribe().
  result<subscription> subscribe(std::span<const filter>, subscription_callbacks, subscribe_options = {}) noexcept;
  result<subscription> subscribe(std::initializer_list<filter> filters, subscription_callbacks callbacks,
                                 subscribe_options options = {}) noexcept {
    return subscribe(std::span(filters.begin(), filters.size()), std::move(callbacks), options);
  }
  result<subscription> subscribe(const filter& f, subscription_callbacks callbacks,
                                 subscribe_options options = {}) noexcept {
    return subscribe(std::span(&f, 1), std::move(callbacks), options);
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

  /// The normalised URL; empty once closed or moved from.
  std::string_view url() const noexcept;
  relay_stats stats() const;
  /// The loop it was made on; null for an inert relay.
  uv_loop_t* loop() const noexcept { return inner_.loop(); }

 private:
  explicit relay(pool inner) noexcept : inner_(std::move(inner)) {}
  pool inner_;
};

}  // namespace uvnostr
