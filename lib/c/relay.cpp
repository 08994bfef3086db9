// SPDX-License-Identifier: MIT
// A single relay and its callbacks. Its subscriptions are in subscription.cpp and fetch.cpp.
#include <uvnostr/relay.hpp>

#include "c/read_options.hpp"

using namespace uvnostr;

error c::read_callbacks(const uvnostr_relay_callbacks* callbacks, relay_callbacks& into) {
  uvnostr_relay_callbacks from{};
  if (error wrong = read_sized("uvnostr_relay_callbacks", callbacks, from)) return wrong;
  read_shared_callbacks(from, into);
  void* const data = from.data;
  if (from.on_event != nullptr) {
    into.on_event = [function = from.on_event, data](const event_view& event) {
      const uvnostr_event borrowed(event);
      function(data, &borrowed);
    };
  }
  if (from.on_eose != nullptr) {
    into.on_eose = [function = from.on_eose, data](subscription_id id) {
      function(data, static_cast<uvnostr_subscription_id>(id));
    };
  }
  if (from.on_notice != nullptr) {
    into.on_notice = [function = from.on_notice, data](std::string_view words) { function(data, to_c(words)); };
  }
  if (from.on_close != nullptr) {
    into.on_close = [function = from.on_close, data](std::error_code cause) { function(data, code_of(cause)); };
  }
  return {};
}

extern "C" {

int uvnostr_relay_create(uvnostr_relay** relay, uv_loop_s* loop, const char* url, const uvnostr_relay_options* options,
                         const uvnostr_relay_callbacks* callbacks, uvnostr_error* error) {
  if (relay == nullptr) return c::report(c::missing(__func__, "relay"), error);
  if (loop == nullptr) return c::report(c::missing(__func__, "loop"), error);
  if (url == nullptr) return c::report(c::missing(__func__, "url"), error);
  relay_options wanted;
  relay_callbacks calls;
  if (const uvnostr::error wrong = c::read_options(options, wanted)) return c::report(wrong, error);
  if (const uvnostr::error wrong = c::read_callbacks(callbacks, calls)) return c::report(wrong, error);
  result<uvnostr::relay> made = relay::make(loop, url, std::move(wanted), std::move(calls));
  if (!made) return c::report(made.error(), error);
  *relay = new uvnostr_relay{std::move(*made)};
  return UVNOSTR_OK;
}

void uvnostr_relay_close(uvnostr_relay* relay) {
  if (relay != nullptr) relay->relay.close();
}
void uvnostr_relay_destroy(uvnostr_relay* relay) { delete relay; }

int uvnostr_relay_reconnect(uvnostr_relay* relay) {
  return relay == nullptr ? UVNOSTR_E_INVALID_ARGUMENT : c::code_of(relay->relay.reconnect().code());
}
uvnostr_string uvnostr_relay_get_url(const uvnostr_relay* relay) {
  return c::to_c(relay == nullptr ? std::string_view() : relay->relay.url());
}
uv_loop_s* uvnostr_relay_get_loop(const uvnostr_relay* relay) {
  return relay == nullptr ? nullptr : relay->relay.loop();
}

int uvnostr_relay_get_information(uvnostr_relay* relay, int64_t max_age_s, uvnostr_information_callback callback,
                                  void* data) {
  if (relay == nullptr || callback == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  return c::code_of(relay->relay.information(c::to_cpp(callback, data), std::chrono::seconds(max_age_s)).code());
}

}  // extern "C"
