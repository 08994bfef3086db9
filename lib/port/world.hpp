// SPDX-License-Identifier: MIT
// One pool's share of the outside: what the core is given when it is made, and gives back at its end.
#pragma once

#include "port/reactor.hpp"
#include "port/transport.hpp"

namespace uvnostr::port {

class world {
 public:
  virtual port::reactor& reactor() noexcept = 0;
  virtual port::transport& transport() noexcept = 0;
  /// Before anything else is asked of it.
  virtual void attach(reactor_listener&) noexcept = 0;
  /// The core is at its end: every connection was aborted or has disconnected. The listener is not called
  /// any more, the world closes its handles in its own time and frees itself. Work that is on a worker still
  /// gets its done().
  virtual void release() noexcept = 0;

 protected:
  ~world() = default;
};

/// A loop that is no real one: whoever makes a pool on it is given a world from here, not sockets.
class world_source {
 public:
  virtual world* open_world() noexcept = 0;

 protected:
  ~world_source() = default;
};

}  // namespace uvnostr::port
