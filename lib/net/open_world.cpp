// SPDX-License-Identifier: MIT
#include "net/open_world.hpp"

#include "net/lws_transport.hpp"
#include "net/shared_context.hpp"
#include "net/uv_reactor.hpp"
#include "port/world.hpp"

namespace uvnostr::net {
namespace {

// Frees itself when libuv has closed the reactor's handles.
class uv_world final : public port::world {
 public:
  uv_world(shared_context& context, bool keep_loop_alive) noexcept
      : reactor_(context.loop(), keep_loop_alive), transport_(context, reactor_) {}

  bool start() noexcept { return reactor_.start(); }
  /// To be called instead of release() after start() has failed.
  void discard() noexcept {
    transport_.release();
    delete this;
  }

  port::reactor& reactor() noexcept override { return reactor_; }
  port::transport& transport() noexcept override { return transport_; }
  void attach(port::reactor_listener& listener) noexcept override { reactor_.listen(listener); }
  void release() noexcept override {
    transport_.release();
    reactor_.close([this] { delete this; });
  }

 private:
  ~uv_world() = default;

  uv_reactor reactor_;
  lws_transport transport_;
};

}  // namespace

result<port::world*> open_world(uv_loop_t* loop, bool keep_loop_alive) noexcept {
  shared_context* const context = shared_context::acquire(loop);
  if (context == nullptr) return errc::loop_unusable;
  auto* made = new uv_world(*context, keep_loop_alive);
  if (!made->start()) {
    made->discard();
    return errc::loop_unusable;
  }
  return static_cast<port::world*>(made);
}

}  // namespace uvnostr::net
