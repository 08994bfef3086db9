// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>
#include <vector>

#include <uv.h>

#include "net/ip_address.hpp"

namespace uvnostr::net {

/// A resolver's answer for a name.
struct name_answer {
  std::error_code error;  // host_not_found, resolver_failed; only in a complete answer without addresses
  std::string detail;     // the resolver's description of the error
  std::vector<ip_address> addresses;
  bool is_complete = true;  // false: the addresses of the other family may come later
};

class name_listener {
 public:
  /// Called on the loop, not from inside the call that asked. A complete answer is the last.
  virtual void on_answer(name_answer) noexcept = 0;

 protected:
  ~name_listener() = default;
};

/// A query for the addresses of a name. It frees itself after a complete answer or cancel().
class name_question {
 public:
  /// The listener gets no further calls. Allowed inside its callback, unless the answer was complete.
  virtual void cancel() noexcept = 0;

 protected:
  ~name_question() = default;
};

}  // namespace uvnostr::net
