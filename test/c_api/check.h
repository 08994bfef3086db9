// SPDX-License-Identifier: MIT
// Checks for tests in C. They report to the GoogleTest test that called.
#pragma once

#include <string.h>

#include <uvnostr/uvnostr.h>

#ifdef __cplusplus
extern "C" {
#endif

void check_failed(const char* file, int line, const char* what, const char* got);

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition, NULL))
/// That a call gives this code.
#define CHECK_CODE(call, expected) check_code(__FILE__, __LINE__, #call, (call), (expected))
/// That a text that ends with NUL is this one.
#define CHECK_TEXT(text, expected) \
  (strcmp((text), (expected)) == 0 ? (void)0 : check_failed(__FILE__, __LINE__, #text " is not " #expected, (text)))

static inline void check_code(const char* file, int line, const char* call, int code, int expected) {
  if (code != expected) check_failed(file, line, call, uvnostr_err_name(code));
}

static inline int is_text(uvnostr_string view, const char* expected) {
  return view.size == strlen(expected) && (view.size == 0 || memcmp(view.data, expected, view.size) == 0);
}

#ifdef __cplusplus
}
#endif
