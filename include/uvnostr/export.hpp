// SPDX-License-Identifier: MIT
// The check of the C++ standard, and UVNOSTR_API: only what it marks is exported by the shared library.
#pragma once

// Every public header includes this file before its first declaration. Compilers continue after #error and would bury
// it under dozens of other errors; a missing file stops them.
#if !defined(_MSVC_LANG) && __cplusplus < 202002L
#error uvnostr needs C++20: compile with -std=c++20 (in Meson cpp_std=c++20, in CMake CMAKE_CXX_STANDARD 20)
#include <uvnostr_stops_here>
#endif

#if defined(UVNOSTR_STATIC) || !defined(__GNUC__)
#define UVNOSTR_API
#else
#define UVNOSTR_API [[gnu::visibility("default")]]
#endif
