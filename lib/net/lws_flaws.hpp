// SPDX-License-Identifier: MIT
// Workarounds for faults of libwebsockets; each names the release. The bundled release is 4.3.5 with our patches. The
// system's may be 4.1.6 (Debian 12), 4.3.3 (Ubuntu 24.04), 4.3.5 (Debian 13) or newer.
#pragma once

#if !defined(_WIN32)
#include <csignal>
#endif

#include <vector>

#include <libwebsockets.h>
#include <uv.h>

#include "net/loop_handles.hpp"

namespace uvnostr::net {

#if UVNOSTR_BUNDLED_LWS && defined(LWS_WITH_MBEDTLS)
inline constexpr bool writes_raise_sigpipe = false;
#else
inline constexpr bool writes_raise_sigpipe = true;
#endif

#if defined(_WIN32)
/// Windows has no such signal.
class sigpipe_guard {
 public:
  explicit sigpipe_guard(bool) noexcept {}
};
#else
/// All but the bundled one with mbedTLS ignore SIGPIPE for the whole process in lws_create_context(). This puts back
/// what the application had chosen: a handler, or to ignore it. The default action is put back only where no write can
/// raise the signal. OpenSSL sends without MSG_NOSIGNAL, so a relay that resets a TLS connection would end the program.
class sigpipe_guard {
 public:
  explicit sigpipe_guard(bool writes_can_raise_it) noexcept : writes_can_raise_it_(writes_can_raise_it) {
    saved_ = sigaction(SIGPIPE, nullptr, &before_) == 0;
  }
  ~sigpipe_guard() {
    const bool was_default = (before_.sa_flags & SA_SIGINFO) == 0 && before_.sa_handler == SIG_DFL;
    if (saved_ && !(was_default && writes_can_raise_it_)) sigaction(SIGPIPE, &before_, nullptr);
  }
  sigpipe_guard(const sigpipe_guard&) = delete;
  sigpipe_guard& operator=(const sigpipe_guard&) = delete;

 private:
  bool writes_can_raise_it_;
  bool saved_ = false;
  struct sigaction before_ {};
};
#endif

/// Without enough descriptors lws_create_context() must not be called. When it fails, 4.3.5 runs the loop from which we
/// may have been called and reads freed memory, and 4.1.6 leaves its handles on the loop for ever.
bool descriptors_suffice_for_context(uv_loop_t*) noexcept;

/// Ensures that a context's own descriptors, above all its event pipe, are closed exactly once, as the bundled release
/// does by itself. Some releases close the pipe's descriptor when the context begins to end, and again when libuv
/// closes the handle (4.1.6, 4.3.10); by then another thread may have opened a file with that number. Others never
/// close it (4.3.4, 4.3.5). We keep a second descriptor for each open file. With it we take back the first number if it
/// was closed too early, and know at the end whether it is still open.
class context_descriptors {
 public:
#if UVNOSTR_BUNDLED_LWS
  void watch(lws_sockfd_type) noexcept {}
  void context_ends() noexcept {}
  void context_has_ended() noexcept {}
#else
  void watch(lws_sockfd_type) noexcept;
  /// To be called after the call that begins the end.
  void context_ends() noexcept;
  void context_has_ended() noexcept;

 private:
  struct entry {
    lws_sockfd_type number;
    lws_sockfd_type held;
  };
  std::vector<entry> entries_;  // the event pipe; a socket for changes of routes, in some builds
#endif
};

/// 4.1.6 leaks the handle of a socket if connect() fails at once, or if the peer resets the connection before
/// libwebsockets has looked at it. Closes the handle, unless it is closing already.
void close_forgotten(uv_poll_t*) noexcept;
void close_forgotten(const newer_handles&) noexcept;

/// Makes libwebsockets call us with LWS_CALLBACK_TIMER, which is answered by asking it to close. The current callback
/// must not give this answer itself. Builds with libwebsockets' debugging on (Debian's 4.1.6 is one) close a socket
/// twice after a write, the second time without sending anything; and after a read that came with the upgrade's answer
/// they read the same bytes again.
void close_in_next_turn(lws*) noexcept;

/// What OpenSSL found wrong with the certificate, as a number of x509_vfy.h, or 0. Only 4.1.6 does not report it.
int openssl_verify_result(lws*) noexcept;

}  // namespace uvnostr::net
