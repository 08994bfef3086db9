// SPDX-License-Identifier: MIT
#include "net/lws_flaws.hpp"

#include <cstdlib>

#include "net/socket_calls.hpp"

#if UVNOSTR_BUNDLED_LWS == 0 && !defined(LWS_WITH_MBEDTLS)
#include <dlfcn.h>
#endif

namespace uvnostr::net {

bool descriptors_suffice_for_context(uv_loop_t* loop) noexcept {
  // The event pipe, which may take two, and /dev/urandom. Some builds also open a socket for route changes, and
  // context_descriptors holds two.
  return has_descriptors_left(loop, UVNOSTR_BUNDLED_LWS ? 3 : 6);
}

#if UVNOSTR_BUNDLED_LWS == 0
void context_descriptors::watch(lws_sockfd_type number) noexcept { entries_.push_back({number, duplicate(number)}); }

void context_descriptors::context_ends() noexcept {
  for (const entry& each : entries_) occupy(each.number, each.held);
}

void context_descriptors::context_has_ended() noexcept {
  for (const entry& each : entries_) {
    if (is_same_file(each.number, each.held)) close_number(each.number);
    close_number(each.held);
  }
  entries_.clear();
}
#endif

void close_forgotten(uv_poll_t* poll) noexcept {
  auto* const handle = reinterpret_cast<uv_handle_t*>(poll);
  // libwebsockets allocates with realloc().
  if (uv_is_closing(handle) == 0) uv_close(handle, [](uv_handle_t* h) { std::free(h); });
}

void close_forgotten(const newer_handles& handles) noexcept {
  handles.visit([](uv_handle_t* handle) {
    if (handle->type == UV_POLL) close_forgotten(reinterpret_cast<uv_poll_t*>(handle));
  });
}

void close_in_next_turn(lws* wsi) noexcept { lws_set_timer_usecs(wsi, 1); }

#if UVNOSTR_BUNDLED_LWS == 0 && !defined(LWS_WITH_MBEDTLS)
int openssl_verify_result(lws* wsi) noexcept {
  // OpenSSL is in the process because libwebsockets uses it. We do not link it, so that we also work with a
  // libwebsockets that uses another TLS library.
  using getter = long (*)(const void*);
  static const auto get = reinterpret_cast<getter>(dlsym(RTLD_DEFAULT, "SSL_get_verify_result"));
  const void* const connection = lws_get_ssl(wsi);
  return get != nullptr && connection != nullptr ? static_cast<int>(get(connection)) : 0;
}
#else
int openssl_verify_result(lws*) noexcept { return 0; }
#endif

}  // namespace uvnostr::net
