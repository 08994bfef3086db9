// SPDX-License-Identifier: MIT
#pragma once

#include "pool/pool_core.hpp"

namespace uvnostr {

/// Wraps every call from outside: keeps the core alive, and arms the alarm afterwards.
class pool_core::turn {
 public:
  explicit turn(pool_core& core) noexcept : core_(base::ref<pool_core>::retain(core)) {}
  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;
  ~turn() { core_->rearm(); }

 private:
  base::ref<pool_core> core_;
};

}  // namespace uvnostr
