// SPDX-License-Identifier: MIT
#include <uvnostr/relay.hpp>

#include <memory>
#include <utility>

#include "api/world_of_loop.hpp"
#include "pool/pool_core.hpp"

namespace uvnostr {

namespace {

/// A relay is a pool with one relay, and closes when that has stopped for good.
pool_callbacks as_pool_callbacks(relay_callbacks given) {
  struct shared {
    relay_callbacks callbacks;
    std::error_code cause;  // why the relay stopped
  };
  const auto state = std::make_shared<shared>(shared{std::move(given), {}});
  pool_callbacks all;
  if (state->callbacks.known) {
    all.known = [state](const event_id& id) { return state->callbacks.known(id); };
  }
  if (state->callbacks.on_event) {
    all.on_event = [state](relay_id, const event_view& event) { state->callbacks.on_event(event); };
  }
  if (state->callbacks.on_eose) {
    all.on_eose = [state](relay_id, subscription_id id) { state->callbacks.on_eose(id); };
  }
  if (state->callbacks.on_notice) {
    all.on_notice = [state](relay_id, std::string_view words) { state->callbacks.on_notice(words); };
  }
  if (state->callbacks.on_auth) {
    all.on_auth = [state](const auth_status& status) { state->callbacks.on_auth(status); };
  }
  if (state->callbacks.on_log) {
    all.on_log = [state](const log_entry& entry) { state->callbacks.on_log(entry); };
  }
  all.on_relay_state = [state](const relay_status& status) {
    if (status.state == relay_state::stopped) state->cause = status.cause;
    if (state->callbacks.on_relay_state) state->callbacks.on_relay_state(status);
  };
  all.on_close = [state] {
    if (state->callbacks.on_close) state->callbacks.on_close(state->cause);
  };
  return all;
}

}  // namespace

result<relay> relay::make(uv_loop_t* loop, std::string_view url, relay_options options,
                          relay_callbacks callbacks) noexcept {
  const result<port::world*> world = world_of_loop(loop, true);
  if (!world) return world.error();
  result<base::ref<pool_core>> core = pool_core::make(**world, {}, as_pool_callbacks(std::move(callbacks)));
  if (!core) return core.error();
  (*core)->close_with_last_relay();
  if (const result<relay_id> added = (*core)->add_relay(url, std::move(options)); !added) {
    (*core)->destroy();
    return added.error();
  }
  return relay(pool(core->leak(), loop));
}

result<subscription> relay::subscribe(std::span<const filter> filters, subscription_callbacks callbacks,
                                      subscribe_options options) noexcept {
  return inner_.subscribe(filters, std::move(callbacks), std::move(options));
}

result<subscription> relay::fetch(std::span<const filter> filters, fetch_callbacks callbacks,
                                  fetch_options options) noexcept {
  return inner_.fetch(filters, std::move(callbacks), options);
}

error relay::publish(const event& event, publish_callbacks callbacks, publish_options options) noexcept {
  return inner_.publish(event, std::move(callbacks), options);
}

error relay::publish(draft unsigned_event, const signer& who, publish_callbacks callbacks,
                     publish_options options) noexcept {
  return inner_.publish(std::move(unsigned_event), who, std::move(callbacks), options);
}

error relay::information(callback<void(const result<relay_information>&)> take, std::chrono::seconds max_age) noexcept {
  const std::vector<relay_id> one = inner_.relays();
  return one.empty() ? error(errc::closed) : inner_.information(one.front(), std::move(take), max_age);
}

error relay::reconnect() noexcept {
  const std::vector<relay_id> one = inner_.relays();
  return one.empty() ? error(errc::closed) : inner_.reconnect(one.front());
}

void relay::close() noexcept { inner_.close(); }

std::string_view relay::url() const noexcept {
  const std::vector<relay_id> one = inner_.relays();
  return one.empty() ? std::string_view() : inner_.url(one.front());
}

relay_stats relay::stats() const {
  pool_stats all = inner_.stats();
  return all.relays.empty() ? relay_stats() : std::move(all.relays.front());
}

}  // namespace uvnostr
