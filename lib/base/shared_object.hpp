// SPDX-License-Identifier: MIT
#pragma once

#include "base/ref.hpp"

namespace uvnostr::base {

/// An object that others keep alive without knowing its type.
class shared_object : public ref_counted<shared_object> {
 public:
  virtual ~shared_object() = default;
};

}  // namespace uvnostr::base
