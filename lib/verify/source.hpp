// SPDX-License-Identifier: MIT
#pragma once

#include "base/event_source.hpp"

namespace uvnostr::verify {

/// What an event came for: the verifier keeps it alive and gives it back.
using source = base::event_source;

}  // namespace uvnostr::verify
