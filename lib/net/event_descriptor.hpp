// SPDX-License-Identifier: MIT
#pragma once

#include <libwebsockets.h>

#include "net/socket_calls.hpp"

namespace uvnostr::net {

/// Sees to it that the descriptor of a context's event pipe is closed exactly once, which is what the bundled
/// libwebsockets does by itself. Others close its number when the context begins to end, and once more when libuv lets
/// go of the handle (4.1.6, 4.3.10): by then another thread may have opened a file of that number. Or they never close
/// it (4.3.4, 4.3.5). We keep a second number for the same open file. With it the first number is taken again as soon
/// as libwebsockets has closed it too early, and we know in the end whether it is still open.
class event_descriptor {
 public:
#if UVNOSTR_BUNDLED_LWS
  void watch(lws_sockfd_type) noexcept {}
  void context_ends() noexcept {}
  void context_has_ended() noexcept {}
#else
  void watch(lws_sockfd_type number) noexcept {
    number_ = number;
    held_ = duplicate(number);
  }
  /// After the call that begins the end.
  void context_ends() noexcept { occupy(number_, held_); }
  void context_has_ended() noexcept { close_both_if_same(number_, held_); }

 private:
  lws_sockfd_type number_ = LWS_SOCK_INVALID;
  lws_sockfd_type held_ = LWS_SOCK_INVALID;
#endif
};

}  // namespace uvnostr::net
