// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include <uvnostr/types.hpp>

#include "testing/relay/timer.hpp"

namespace uvnostr::testing::detail {

class relay_core;

/// Where a relay listens: at a port on a libuv loop, or at a URL in a simulation.
class host {
 public:
  virtual ~host() = default;

  /// From now on clients are given to relay_core::admit(). Errors: from the system.
  virtual std::error_code listen(relay_core&) noexcept = 0;
  /// From now on clients are refused. No other relay gets the place.
  virtual void refuse() noexcept = 0;
  /// Gives the place up.
  virtual void close() noexcept = 0;

  /// With this host name; empty: the usual one.
  virtual std::string url(std::string_view name) const = 0;
  virtual std::uint16_t port() const noexcept = 0;
  virtual const std::string& ca_file() const noexcept = 0;

  virtual std::unique_ptr<timer> make_timer() = 0;
  virtual unix_seconds wall_clock() const noexcept = 0;
  /// Only differences mean anything.
  virtual std::chrono::microseconds elapsed() const noexcept = 0;
};

}  // namespace uvnostr::testing::detail
