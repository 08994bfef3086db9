// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include <uvnostr/callback.hpp>

namespace uvnostr::testing::detail {

/// A one-shot timer. It may be destroyed at any time, even in its own callback.
class timer {
 public:
  virtual ~timer() = default;

  /// A new time and callback replace the old ones.
  virtual void start(std::chrono::milliseconds, callback<void()>) noexcept = 0;
  virtual void stop() noexcept = 0;
  virtual bool is_running() const noexcept = 0;
};

}  // namespace uvnostr::testing::detail
