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

/// What a relay stands on: a port of a libuv loop, or a name in a simulation.
class host {
 public:
  virtual ~host() = default;

  /// Clients are given to core::admit() from now on. Errors: from the system.
  virtual std::error_code listen(relay_core&) noexcept = 0;
  /// Clients are refused from now on; the place is kept from others.
  virtual void refuse() noexcept = 0;
  /// The place is given up.
  virtual void close() noexcept = 0;

  /// With another name of this machine, if it has any.
  virtual std::string url(std::string_view name) const = 0;
  virtual std::uint16_t port() const noexcept = 0;
  virtual const std::string& ca_file() const noexcept = 0;

  virtual std::unique_ptr<timer> make_timer() = 0;
  virtual unix_seconds wall_clock() const noexcept = 0;
};

}  // namespace uvnostr::testing::detail
