// SPDX-License-Identifier: MIT
#pragma once

#include "base/shared_object.hpp"

namespace uvnostr::base {

/// The request that an event answers. Code that works on the event keeps its source alive and returns it.
class event_source : public shared_object {
 public:
  /// Whether the relay that sent the event has sent a forgery before.
  virtual bool distrusted() const noexcept = 0;
};

}  // namespace uvnostr::base
