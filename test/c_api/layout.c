// SPDX-License-Identifier: MIT
// The sizes of all structs of the C API on 64-bit machines, and where the last member of each lies. A struct grows at its
// end only: its new last member comes after its old size, and this table changes with it.
#include <uvnostr/uvnostr.h>

#if defined(__LP64__)

#define HAS(type, size, last, offset) \
  typedef char type##_has_its_layout[sizeof(type) == (size) && offsetof(type, last) == (offset) ? 1 : -1]

HAS(uvnostr_error, 512, message, 4);
HAS(uvnostr_string, 16, size, 8);
HAS(uvnostr_event_id, 32, bytes, 0);
HAS(uvnostr_pubkey, 32, bytes, 0);
HAS(uvnostr_signature, 64, bytes, 0);
HAS(uvnostr_tag, 16, item_count, 8);
HAS(uvnostr_draft, 56, kind, 48);
HAS(uvnostr_log_field, 40, is_number, 32);
HAS(uvnostr_log_entry, 56, field_count, 48);
HAS(uvnostr_http_header, 16, value, 8);
HAS(uvnostr_relay_options, 272, offence_pause_ms, 264);
HAS(uvnostr_pool_options, 64, reserved, 60);
HAS(uvnostr_pool_callbacks, 80, on_log, 72);
HAS(uvnostr_relay_callbacks, 80, on_log, 72);
HAS(uvnostr_receipt, 96, text, 80);
HAS(uvnostr_publish_callbacks, 40, on_done, 32);
HAS(uvnostr_publish_options, 64, reserved, 60);
HAS(uvnostr_relay_status, 104, next_attempt_ms, 96);
HAS(uvnostr_auth_status, 48, words, 32);
HAS(uvnostr_information, 232, restricted_writes, 224);
HAS(uvnostr_message_counts, 160, binary, 152);
HAS(uvnostr_receipt_counts, 32, not_sent, 24);
HAS(uvnostr_duration_histogram, 32, sum_us, 24);
HAS(uvnostr_pool_times, 192, callbacks, 160);
HAS(uvnostr_relay_stats, 192, reading_paused, 184);
HAS(uvnostr_pool_stats, 64, times, 56);
HAS(uvnostr_gap, 24, reason, 16);
HAS(uvnostr_relay_closed, 72, missing, 48);
HAS(uvnostr_answer_counts, 40, unreachable, 32);
HAS(uvnostr_subscription_callbacks, 64, on_close, 56);
HAS(uvnostr_subscribe_options, 64, leave_out_expired, 60);
HAS(uvnostr_fetched_relay, 40, words, 24);
HAS(uvnostr_fetch_result, 80, relay_count, 72);
HAS(uvnostr_fetch_callbacks, 32, on_done, 24);
HAS(uvnostr_fetch_options, 40, max_unacknowledged, 32);

#endif

typedef int uvnostr_layout_is_not_empty;
