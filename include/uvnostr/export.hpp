// SPDX-License-Identifier: MIT
// What the shared library shows. Everything else in it is hidden.
#pragma once

#if defined(UVNOSTR_STATIC) || !defined(__GNUC__)
#define UVNOSTR_API
#else
#define UVNOSTR_API [[gnu::visibility("default")]]
#endif
