// SPDX-License-Identifier: MIT
// The outside world of one pool. The core gets it when it is made, and releases it at its end.
#pragma once

#include "port/reactor.hpp"
#include "port/transport.hpp"

namespace uvnostr::port {

class world {
 public:
  virtual port::reactor& reactor() noexcept = 0;
  virtual port::transport& transport() noexcept = 0;
  /// Must be called before anything else.
  virtual void attach(reactor_listener&) noexcept = 0;
  /// Called when the core ends, with every connection aborted or disconnected. The listener gets no further calls. The
  /// world closes its handles in its own time and frees itself. Work that is still on a worker gets its done().
  virtual void release() noexcept = 0;

 protected:
  ~world() = default;
};

/// A simulated loop: pools made on it get their worlds from here instead of using sockets.
class world_source {
 public:
  virtual world* open_world() noexcept = 0;

 protected:
  ~world_source() = default;
};

}  // namespace uvnostr::port
