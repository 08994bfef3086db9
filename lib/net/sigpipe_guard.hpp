// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>

namespace uvnostr::net {

#if defined(_WIN32)
/// There is no such signal there.
class sigpipe_guard {
 public:
  explicit sigpipe_guard(bool) noexcept {}
};
#else

/// Undoes what a libwebsockets not built by us does in lws_create_context(): it ignores SIGPIPE for the whole
/// process, over the head of the application. A handler, or the decision to ignore it, is put back. The default
/// action is put back only where no write can raise the signal: OpenSSL sends without MSG_NOSIGNAL, so with it a
/// relay that resets a TLS connection would end the program.
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
  struct sigaction before_{};
};
#endif

}  // namespace uvnostr::net
