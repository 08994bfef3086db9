// SPDX-License-Identifier: MIT
// Options and callbacks of the C API as those of C++. An absent struct gives the defaults.
#pragma once

#include "c/convert.hpp"
#include "c/handles.hpp"

namespace uvnostr::c {

// Errors: INVALID_ARGUMENT. Whether a value is in its range is checked later, by the C++ call.
error read_options(const uvnostr_relay_options*, relay_options&);
error read_options(const uvnostr_pool_options*, pool_options&);
error read_options(const uvnostr_subscribe_options*, subscribe_options&, std::vector<relay_id>&);
error read_options(const uvnostr_fetch_options*, fetch_options&, std::vector<relay_id>&);
error read_options(const uvnostr_publish_options*, publish_options&, std::vector<relay_id>&);

error read_callbacks(const uvnostr_pool_callbacks*, pool_callbacks&);
error read_callbacks(const uvnostr_relay_callbacks*, relay_callbacks&);
error read_callbacks(const uvnostr_subscription_callbacks*, subscription_callbacks&);
error read_callbacks(const uvnostr_fetch_callbacks*, fetch_callbacks&);
error read_callbacks(const uvnostr_publish_callbacks*, publish_callbacks&);

error read_filters(const char* function, uvnostr_filter* const* from, std::size_t count, std::vector<filter>&);

// What several structs of callbacks have.
void call(void (*)(void*, const uvnostr_relay_status*), void* data, const relay_status&);
void call(void (*)(void*, const uvnostr_auth_status*), void* data, const auth_status&);
void call(void (*)(void*, const uvnostr_log_entry*), void* data, const log_entry&);
callback<void(const result<relay_information>&)> to_cpp(uvnostr_information_callback, void* data);

/// A closure that gives the event to the program.
inline auto taking_events(void (*function)(void*, uvnostr_relay_id, const uvnostr_event*), void* data) {
  return [function, data](relay_id from, const event_view& event) {
    const uvnostr_event borrowed(event);
    function(data, to_c(from), &borrowed);
  };
}

/// Reads the callbacks that a pool and a relay have alike.
template <class From, class Into>
void read_shared_callbacks(const From& from, Into& into) {
  void* const data = from.data;
  if (from.known != nullptr) {
    into.known = [function = from.known, data](const event_id& id) { return function(data, to_c(id)) != 0; };
  }
  if (from.on_auth != nullptr) {
    into.on_auth = [function = from.on_auth, data](const auth_status& status) { call(function, data, status); };
  }
  if (from.on_relay_state != nullptr) {
    into.on_relay_state = [function = from.on_relay_state, data](const relay_status& status) {
      call(function, data, status);
    };
  }
  if (from.on_log != nullptr) {
    into.on_log = [function = from.on_log, data](const log_entry& entry) { call(function, data, entry); };
  }
}

/// Reads what the program gave to a function that subscribes or fetches, and calls `ask` with it. A pool and a relay
/// ask in their own ways. Without a handle (`into` is NULL), the subscription is detached.
template <class Callbacks, class Options, class GivenCallbacks, class GivenOptions, class Ask>
int make_subscription(const char* function, uvnostr_subscription** into, uvnostr_filter* const* filters,
                      std::size_t filter_count, const GivenCallbacks* callbacks, const GivenOptions* options,
                      uvnostr_error* error, Ask ask) {
  std::vector<filter> wanted;
  Callbacks calls;
  Options how;
  std::vector<relay_id> relays;
  if (const uvnostr::error wrong = read_filters(function, filters, filter_count, wanted)) return report(wrong, error);
  if (const uvnostr::error wrong = read_callbacks(callbacks, calls)) return report(wrong, error);
  if (const uvnostr::error wrong = read_options(options, how, relays)) return report(wrong, error);
  result<subscription> made = ask(wanted, std::move(calls), std::move(how), std::move(relays));
  if (!made) return report(made.error(), error);
  if (into == nullptr) {
    made->detach();
  } else {
    *into = new uvnostr_subscription{std::move(*made)};
  }
  return UVNOSTR_OK;
}

}  // namespace uvnostr::c
