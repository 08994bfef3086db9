// SPDX-License-Identifier: MIT
// One accepted TCP connection.
//
// libuv reads. It does not write, because uv_write() uses write(2), which raises SIGPIPE once the client is gone, and
// test programs should not have to ignore that signal. Bytes that the kernel does not accept wait here until a timer
// retries.
//
// Happy path: accept, listen, write..., finish. Queued bytes are sent, then FIN; whatever the client still sends is
// discarded until its FIN, for at most a second, because an unread byte would turn our FIN into RST; then on_end.
// Otherwise the client ends the connection or breaks it, and on_end follows at once. After reset() and close() it is
// never called.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <uvnostr/testing/behaviour.hpp>

#include "testing/sockets/loop_timer.hpp"

namespace uvnostr::testing::detail {

class socket : public std::enable_shared_from_this<socket> {
 public:
  /// Null if the server has no pending connection.
  static std::shared_ptr<socket> accept(uv_stream_t* server, loop_context) noexcept;
  explicit socket(loop_context) noexcept;
  socket(const socket&) = delete;
  socket& operator=(const socket&) = delete;
  ~socket() { close(); }

  /// `on_end` is called at most once, from the loop, and is the last call.
  void listen(callback<void(std::string_view)> on_bytes, callback<void()> on_end) noexcept;
  void pause_reading() noexcept;
  void resume_reading() noexcept;

  void write(std::string_view bytes);
  /// Limits each write to this many bytes, with one write per turn of the loop.
  void set_max_write_bytes(std::size_t bytes) noexcept { max_write_bytes_ = std::max<std::size_t>(bytes, 1); }
  std::size_t unsent_bytes() const noexcept { return queue_.size() - sent_; }

  /// Ends the connection with FIN or RST once the queue is sent.
  void finish(bool reset) noexcept;
  /// End the connection now.
  void reset() noexcept;
  void close() noexcept;

 private:
  struct handle;
  void flush() noexcept;
  void flush_later(std::chrono::milliseconds) noexcept;
  void flushed() noexcept;
  void came(ssize_t count, const char* bytes) noexcept;
  void over() noexcept;
  void update_reading() noexcept;

  handle* handle_;
  loop_timer retry_;
  callback<void(std::string_view)> on_bytes_;
  callback<void()> on_end_;
  std::string queue_;
  std::size_t sent_ = 0;  // of queue_
  std::size_t max_write_bytes_ = unlimited;
  std::chrono::milliseconds retry_delay_{1};
  bool paused_ = false;
  bool finishing_ = false;
  bool finish_with_reset_ = false;
  bool fin_came_ = false;
};

}  // namespace uvnostr::testing::detail
