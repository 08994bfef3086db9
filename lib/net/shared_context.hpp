// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include <libwebsockets.h>
#include <uv.h>

#include <uvnostr/error.hpp>

#include "net/attempt_list.hpp"
#include "net/context_end.hpp"
#include "net/good_addresses.hpp"
#include "net/system_resolver.hpp"
#include "net/vhost_table.hpp"

namespace uvnostr::net {

/// The one libwebsockets context of a loop and thread, counted by the worlds that use it.
class shared_context {
 public:
  /// The context of this loop, made if there is none. Null if it cannot be made: see open_world().
  static shared_context* acquire(uv_loop_t*) noexcept;
  /// The last user's call ends the context, in a later turn of the loop.
  void release() noexcept;

  uv_loop_t* loop() const noexcept { return loop_; }
  lws_context* handle() const noexcept { return context_; }
  attempt_list& attempts() noexcept { return attempts_; }
  good_addresses& addresses() noexcept { return addresses_; }
  system_resolver& resolver() noexcept { return resolver_; }
  /// See vhost_table::get().
  result<lws_vhost*> vhost(bool secure, const std::string& ca_file) noexcept {
    return vhosts_.get(context_, secure, ca_file);
  }

 private:
  friend class context_registry;

  explicit shared_context(uv_loop_t* loop) noexcept : loop_(loop), resolver_(loop) {}
  ~shared_context() = default;
  bool create() noexcept;

  uv_loop_t* loop_;
  lws_context* context_ = nullptr;
  unsigned users_ = 1;
  vhost_table vhosts_;
  attempt_list attempts_;
  good_addresses addresses_;
  system_resolver resolver_;
  context_end end_;
  shared_context* next_ = nullptr;
};

}  // namespace uvnostr::net
