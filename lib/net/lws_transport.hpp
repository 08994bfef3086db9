// SPDX-License-Identifier: MIT
#pragma once

#include <uv.h>

#include "base/intrusive_list.hpp"
#include "net/mask_source.hpp"
#include "net/shared_context.hpp"
#include "net/spare_texts.hpp"
#include "net/uv_reactor.hpp"
#include "port/transport.hpp"

namespace uvnostr::net {

class lws_connection;

/// port::transport on the loop's libwebsockets context. Owns its connections.
class lws_transport final : public port::transport {
 public:
  lws_transport(shared_context& context, uv_reactor& reactor) noexcept : context_(context), reactor_(reactor) {}
  lws_transport(const lws_transport&) = delete;
  lws_transport& operator=(const lws_transport&) = delete;

  result<port::connection*> dial(const port::dial_request&, port::connection_listener&) noexcept override;
  error check(const relay_options&) noexcept override;

  /// Ends all connections without calling their listeners, and releases the context.
  void release() noexcept;

  uv_loop_t* loop() const noexcept { return context_.loop(); }
  shared_context& context() noexcept { return context_; }
  uv_reactor& reactor() noexcept { return reactor_; }
  mask_source& masks() noexcept { return masks_; }
  spare_texts& spares() noexcept { return spares_; }
  void add(lws_connection&) noexcept;

 private:
  shared_context& context_;
  uv_reactor& reactor_;
  mask_source masks_;
  spare_texts spares_;
  base::intrusive_list<lws_connection> connections_;
};

}  // namespace uvnostr::net
