// SPDX-License-Identifier: MIT
#pragma once

#include "base/event_source.hpp"

namespace uvnostr::verify {

/// The request that an event answers. The verifier keeps it alive and returns it with the event.
using source = base::event_source;

}  // namespace uvnostr::verify
