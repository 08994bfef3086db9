// SPDX-License-Identifier: MIT
#pragma once

#include "arguments.hpp"

namespace demo {

/// Prints what the relays have and what comes, until SIGINT or SIGTERM. The exit status: 1 if no relay has answered, 2
/// for an argument that the library refuses.
int read_relays(const arguments&);

}  // namespace demo
