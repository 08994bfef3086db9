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
inline auto asking_known(int (*function)(void*, const uvnostr_event_id*), void* data) {
  return [function, data](const event_id& id) { return function(data, to_c(id)) != 0; };
}

}  // namespace uvnostr::c
