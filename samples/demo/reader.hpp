// SPDX-License-Identifier: MIT
#pragma once

#include "arguments.hpp"

namespace demo {

/// Prints the relays' stored events, then new ones, until SIGINT or SIGTERM. Returns the exit status: 1 if no relay has
/// answered, 2 for an argument that the library refuses.
int read_relays(const arguments&);

}  // namespace demo
