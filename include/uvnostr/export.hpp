// SPDX-License-Identifier: MIT
// What the compiler must know, and what the shared library shows. Everything else in it is hidden.
#pragma once

// Every public header comes here before its first declaration. The compiler goes on after #error, and would bury it under
// dozens of other errors; a file that does not exist stops it.
#if !defined(_MSVC_LANG) && __cplusplus < 202002L
#error uvnostr needs C++20: compile with -std=c++20 (in Meson cpp_std=c++20, in CMake CMAKE_CXX_STANDARD 20)
#include <uvnostr_stops_here>
#endif

#if defined(UVNOSTR_STATIC) || !defined(__GNUC__)
#define UVNOSTR_API
#else
#define UVNOSTR_API [[gnu::visibility("default")]]
#endif
