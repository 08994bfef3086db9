// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <system_error>

#include <uv.h>

#include "net/name_question.hpp"

namespace uvnostr::net {

/// Asks the system's getaddrinfo(), each look-up on a thread of its own: one that hangs holds up none of the others. A
/// thread that finds no further look-up ends. All members are for the loop's thread.
class system_resolver {
 public:
  /// How many threads there may be. Further look-ups wait until one of them is free. The dialler begins fewer than that
  /// in the time that a name server needs to answer.
  static constexpr std::size_t most_threads = 256;

  explicit system_resolver(uv_loop_t* loop) noexcept : loop_(loop) {}
  system_resolver(const system_resolver&) = delete;
  system_resolver& operator=(const system_resolver&) = delete;
  /// Every question must have been answered or cancelled.
  ~system_resolver();

  /// If it returns an error, there is no question.
  std::error_code ask(const std::string& host, name_listener&, name_question*& out) noexcept;

 private:
  class question;
  struct look_up_task;
  struct desk;

  bool open_bell() noexcept;
  void close_bell() noexcept;
  void forget(question&) noexcept;
  void on_bell() noexcept;
  static void run_thread(void*) noexcept;

  uv_loop_t* loop_;
  std::size_t questions_ = 0;
  uv_async_t* bell_ = nullptr;  // while there are questions
  std::shared_ptr<desk> desk_;  // shared with the threads
};

}  // namespace uvnostr::net
