// SPDX-License-Identifier: MIT
#pragma once

#include "base/shared_object.hpp"

namespace uvnostr::base {

/// What an event came for. Whoever works on the event keeps it alive and gives it back.
class event_source : public shared_object {
 public:
  /// The relay that sends it sent a forgery before.
  virtual bool distrusted() const noexcept = 0;
};

}  // namespace uvnostr::base
