// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <libwebsockets.h>
#include <uv.h>

#include <uvnostr/error.hpp>

#include "net/event_descriptor.hpp"

namespace uvnostr::net {

class lws_attempt;

/// The one libwebsockets context of a loop and thread, counted by the worlds that use it.
class shared_context {
 public:
  /// Null if there can be none: see open_world().
  static shared_context* acquire(uv_loop_t*) noexcept;
  /// The last one ends the context, in the loop's time.
  void release() noexcept;

  uv_loop_t* loop() const noexcept { return loop_; }
  lws_context* handle() const noexcept { return context_; }

  /// What connections are made with: one for plain ones, one per CA file for TLS ("" is the system's). Kept until
  /// the context ends; a CA file is read when it is first used, and not again.
  /// Errors: option_ca_file, tls_failed.
  result<lws_vhost*> vhost(bool secure, const std::string& ca_file) noexcept;

  /// The handles that libwebsockets put on the loop since there were `known` of them do not keep it alive: our
  /// own holds do. Returns the one that watches this descriptor, or null.
  uv_poll_t* adopt_new_handles(std::size_t known, lws_sockfd_type descriptor) noexcept;
  std::size_t count_handles() const noexcept;
  /// Closes the poll handle that 4.1.6 forgets on the loop when connect() fails: those newer than `known`, or one.
  void close_forgotten_handles(std::size_t known) noexcept;
  static void close_if_forgotten(uv_poll_t*) noexcept;

  /// The attempts whose memory may be referred to by libwebsockets.
  void add(lws_attempt&) noexcept;
  void remove(lws_attempt&) noexcept;
  /// Of any context of this thread; null if none watches that handle.
  static lws_attempt* find(const uv_poll_t*) noexcept;

 private:
  struct named_vhost {
    bool secure;
    std::string ca_file;
    std::string name;  // libwebsockets keeps the pointer
    lws_vhost* vhost;
  };

  explicit shared_context(uv_loop_t* loop) noexcept : loop_(loop) {}
  ~shared_context();
  bool create() noexcept;
  void begin_end() noexcept;
  void continue_end() noexcept;
  static void on_reaper(uv_timer_t*) noexcept;

  uv_loop_t* loop_;
  uv_thread_t thread_ = uv_thread_self();
  lws_context* context_ = nullptr;  // libwebsockets writes null here when the memory is freed
  unsigned users_ = 1;
  bool ending_ = false;
  event_descriptor event_descriptor_;
  std::vector<std::unique_ptr<named_vhost>> vhosts_;
  struct static_handle {
    uv_handle_t* handle;
    bool seen_closing;
  };
  std::vector<static_handle> static_handles_;
  lws_attempt* attempts_ = nullptr;
  uv_timer_t reaper_{};
  shared_context* next_ = nullptr;
};

}  // namespace uvnostr::net
