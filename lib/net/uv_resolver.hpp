// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>

#include <uv.h>

#include "net/name_question.hpp"

namespace uvnostr::net {

/// One query by the system's getaddrinfo(), on a thread of libuv's pool. At most half of these threads resolve names at
/// a time, so names that hang delay others.
class uv_question final : public name_question {
 public:
  /// If it returns an error, there is no query.
  static std::error_code ask(uv_loop_t*, const std::string& host, name_listener&, name_question*& out) noexcept;
  /// A thread that has begun continues, and its answer is dropped.
  void cancel() noexcept override;

 private:
  uv_question() noexcept = default;
  ~uv_question() = default;
  static void on_answer(uv_getaddrinfo_t*, int status, addrinfo*) noexcept;

  uv_getaddrinfo_t request_{};
  name_listener* listener_ = nullptr;
};

}  // namespace uvnostr::net
