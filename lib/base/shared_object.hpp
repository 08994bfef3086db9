// SPDX-License-Identifier: MIT
#pragma once

#include "base/ref.hpp"

namespace uvnostr::base {

/// Something that others keep alive without knowing what it is.
class shared_object : public ref_counted<shared_object> {
 public:
  virtual ~shared_object() = default;
};

}  // namespace uvnostr::base
