// SPDX-License-Identifier: MIT
#pragma once

#include "arguments.hpp"

namespace demo {

/// Prints the relays' stored events, then new ones, until SIGINT or SIGTERM. Returns the exit status: 1 if no relay
/// answered, 2 if the library refused an argument.
int read_relays(const arguments&);

}  // namespace demo
