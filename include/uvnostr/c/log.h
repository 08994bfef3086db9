// SPDX-License-Identifier: MIT
// What a pool does, as entries for a log, in C. Include <uvnostr/uvnostr.h>.
#pragma once

#include <uvnostr/c/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How much an entry matters. Each level includes those before it.
typedef enum uvnostr_log_level {
  UVNOSTR_LOG_NONE = 0,     ///< of no entry: switches the log off
  UVNOSTR_LOG_ERROR = 1,    ///< it will not recover by itself: a relay was given up
  UVNOSTR_LOG_WARNING = 2,  ///< something was lost, refused or forged, or a connection failed
  UVNOSTR_LOG_INFO = 3,     ///< connections, authentication, notices
  UVNOSTR_LOG_DEBUG = 4     ///< requests, answers, offences one by one, each address that was tried
} uvnostr_log_level;
/// The name of the enumerator, such as "warning"; "unknown" for others. Lifetime: static.
UVNOSTR_EXTERN const char* uvnostr_log_level_name(int level);

/// Never grows.
typedef struct uvnostr_log_field {
  uvnostr_string key;    ///< lower-case words joined by underscores
  uvnostr_string value;  ///< at most 300 bytes of printable UTF-8
  int is_number;         ///< 1: an integer, which JSON can hold without quotes
} uvnostr_log_field;

/// Lifetime: valid until the callback returns.
typedef struct uvnostr_log_entry {
  uvnostr_log_level level;
  uvnostr_relay_id relay;  ///< 0 if the entry is about no relay
  uvnostr_string message;  ///< what happened: always the same words for the same thing
  uvnostr_string url;      ///< of that relay
  const uvnostr_log_field* fields;
  size_t field_count;
} uvnostr_log_entry;

/// One line for humans, written as uvnostr_printable() does.
UVNOSTR_EXTERN size_t uvnostr_log_entry_to_line(const uvnostr_log_entry* entry, char* buffer, size_t size);
/// The same as a JSON object. A text that was cut is no JSON: a buffer of 0 bytes tells the length.
UVNOSTR_EXTERN size_t uvnostr_log_entry_to_json(const uvnostr_log_entry* entry, char* buffer, size_t size);

#ifdef __cplusplus
}
#endif
