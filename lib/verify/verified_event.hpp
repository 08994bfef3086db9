// SPDX-License-Identifier: MIT
#pragma once

#include "wire/event_fields.hpp"

namespace uvnostr::verify {

/// An event that may enter the cache of seen ids, because its id and signature were checked or the application switched
/// the check off. Only the verifier makes one. Lifetime: as long as the fields.
class verified_event {
 public:
  const wire::event_fields& fields() const noexcept { return *fields_; }
  /// The same event in a copy of its bytes.
  verified_event in(const wire::event_fields& copy) const noexcept { return verified_event(copy); }

 private:
  friend class verifier;
  explicit verified_event(const wire::event_fields& fields) noexcept : fields_(&fields) {}
  const wire::event_fields* fields_;
};

}  // namespace uvnostr::verify
