// SPDX-License-Identifier: MIT
// What has come and is not verified yet: a cursor must not cover it.
#pragma once

#include <uvnostr/callback.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

class relay_request;

class unverified_events {
 public:
  /// Calls the function for each of them with its date. Answers that are still coming are left out, because what such
  /// an answer brings is asked for again anyway.
  virtual void for_each_unverified(callback<void(const relay_request&, unix_seconds)>) const = 0;

 protected:
  ~unverified_events() = default;
};

}  // namespace uvnostr
