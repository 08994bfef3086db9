// SPDX-License-Identifier: MIT
#pragma once

#include <uvnostr/uvnostr.h>
#include <uvnostr/uvnostr.hpp>

namespace uvnostr::c {

/// Errors: INVALID_ARGUMENT.
error read_draft(const char* function, const uvnostr_draft* from, draft& into);

}  // namespace uvnostr::c
