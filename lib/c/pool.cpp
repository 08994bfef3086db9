// SPDX-License-Identifier: MIT
// A pool, its relays and its callbacks. Its subscriptions are in subscription.cpp and fetch.cpp.
//
// Happy path: create, add relays, subscribe, close, on_close, destroy.
// What can go wrong: a callback destroys the pool. The closures below hold nothing but the program's function and
// `data`, so they outlive it.
#include <uvnostr/pool.hpp>

#include <algorithm>

#include "c/read_options.hpp"

using namespace uvnostr;

error c::read_callbacks(const uvnostr_pool_callbacks* callbacks, pool_callbacks& into) {
  uvnostr_pool_callbacks from{};
  if (error wrong = read_sized("uvnostr_pool_callbacks", callbacks, from)) return wrong;
  read_shared_callbacks(from, into);
  void* const data = from.data;
  if (from.on_event != nullptr) into.on_event = taking_events(from.on_event, data);
  if (from.on_eose != nullptr) {
    into.on_eose = [function = from.on_eose, data](relay_id relay, subscription_id id) {
      function(data, to_c(relay), static_cast<uvnostr_subscription_id>(id));
    };
  }
  if (from.on_notice != nullptr) {
    into.on_notice = [function = from.on_notice, data](relay_id relay, std::string_view words) {
      function(data, to_c(relay), to_c(words));
    };
  }
  if (from.on_close != nullptr) {
    into.on_close = [function = from.on_close, data] { function(data); };
  }
  return {};
}

namespace {

std::size_t write_relays(const std::vector<relay_id>& from, uvnostr_relay_id* relays, std::size_t capacity) noexcept {
  const std::size_t count = relays == nullptr ? 0 : std::min(capacity, from.size());
  for (std::size_t i = 0; i < count; ++i) relays[i] = c::to_c(from[i]);
  return from.size();
}

}  // namespace

extern "C" {

int uvnostr_pool_create(uvnostr_pool** pool, uv_loop_s* loop, const uvnostr_pool_options* options,
                        const uvnostr_pool_callbacks* callbacks, uvnostr_error* error) {
  if (pool == nullptr) return c::report(c::missing(__func__, "pool"), error);
  if (loop == nullptr) return c::report(c::missing(__func__, "loop"), error);
  pool_options wanted;
  pool_callbacks calls;
  if (const uvnostr::error wrong = c::read_options(options, wanted)) return c::report(wrong, error);
  if (const uvnostr::error wrong = c::read_callbacks(callbacks, calls)) return c::report(wrong, error);
  result<uvnostr::pool> made = pool::make(loop, std::move(wanted), std::move(calls));
  if (!made) return c::report(made.error(), error);
  *pool = new uvnostr_pool{std::move(*made)};
  return UVNOSTR_OK;
}

void uvnostr_pool_close(uvnostr_pool* pool) {
  if (pool != nullptr) pool->pool.close();
}
void uvnostr_pool_destroy(uvnostr_pool* pool) { delete pool; }

int uvnostr_pool_add_relay(uvnostr_pool* pool, uvnostr_relay_id* relay, const char* url,
                           const uvnostr_relay_options* options, uvnostr_error* error) {
  if (pool == nullptr) return c::report(c::missing(__func__, "pool"), error);
  if (url == nullptr) return c::report(c::missing(__func__, "url"), error);
  relay_options wanted;
  if (const uvnostr::error wrong = c::read_options(options, wanted)) return c::report(wrong, error);
  const result<relay_id> added =
      options == nullptr ? pool->pool.add_relay(url) : pool->pool.add_relay(url, std::move(wanted));
  if (!added) return c::report(added.error(), error);
  c::give(relay, c::to_c(*added));
  return UVNOSTR_OK;
}

int uvnostr_pool_remove_relay(uvnostr_pool* pool, uvnostr_relay_id relay) {
  if (pool == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  return c::code_of(pool->pool.remove_relay(relay_id(relay)).code());
}

int uvnostr_pool_reconnect(uvnostr_pool* pool, uvnostr_relay_id relay) {
  if (pool == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  return c::code_of((relay == 0 ? pool->pool.reconnect() : pool->pool.reconnect(relay_id(relay))).code());
}

size_t uvnostr_pool_get_relays(const uvnostr_pool* pool, uvnostr_relay_id* relays, size_t capacity) {
  return pool == nullptr ? 0 : write_relays(pool->pool.relays(), relays, capacity);
}

uvnostr_string uvnostr_pool_get_url(const uvnostr_pool* pool, uvnostr_relay_id relay) {
  return c::to_c(pool == nullptr ? std::string_view() : pool->pool.url(relay_id(relay)));
}

int uvnostr_pool_find(const uvnostr_pool* pool, const char* url, uvnostr_relay_id* relay, uvnostr_error* error) {
  if (pool == nullptr) return c::report(c::missing(__func__, "pool"), error);
  if (url == nullptr) return c::report(c::missing(__func__, "url"), error);
  const result<relay_id> found = pool->pool.find(url);
  if (!found) return c::report(found.error(), error);
  c::give(relay, c::to_c(*found));
  return UVNOSTR_OK;
}

size_t uvnostr_pool_seen_on(const uvnostr_pool* pool, const uvnostr_event_id* id, uvnostr_relay_id* relays,
                            size_t capacity) {
  if (pool == nullptr || id == nullptr) return 0;
  return write_relays(pool->pool.seen_on(c::to_cpp(*id)), relays, capacity);
}

uv_loop_s* uvnostr_pool_get_loop(const uvnostr_pool* pool) { return pool == nullptr ? nullptr : pool->pool.loop(); }

int uvnostr_pool_get_information(uvnostr_pool* pool, uvnostr_relay_id relay, int64_t max_age_s,
                                 uvnostr_information_callback callback, void* data) {
  if (pool == nullptr || callback == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  return c::code_of(
      pool->pool.information(relay_id(relay), c::to_cpp(callback, data), std::chrono::seconds(max_age_s)).code());
}

}  // extern "C"
