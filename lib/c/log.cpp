// SPDX-License-Identifier: MIT
#include <uvnostr/log.hpp>

#include "c/read_options.hpp"

namespace uvnostr::c {
namespace {

// The enumerators have the same numbers in both languages.
static_assert(UVNOSTR_LOG_NONE == static_cast<int>(log_level::none) &&
              UVNOSTR_LOG_ERROR == static_cast<int>(log_level::error) &&
              UVNOSTR_LOG_WARNING == static_cast<int>(log_level::warning) &&
              UVNOSTR_LOG_INFO == static_cast<int>(log_level::info) &&
              UVNOSTR_LOG_DEBUG == static_cast<int>(log_level::debug));

/// The program may have made the entry itself, so that its level can be any number.
log_level level_of(const uvnostr_log_entry& entry) noexcept {
  static_assert(sizeof entry.level == sizeof(int));
  int level = 0;
  std::memcpy(&level, &entry.level, sizeof level);
  return level >= 0 && level <= static_cast<int>(log_level::debug) ? static_cast<log_level>(level) : log_level{255};
}

/// Writes an entry of the C API by one of the functions of log_entry.
std::size_t put_entry(const uvnostr_log_entry* from, std::string (log_entry::*text)() const, char* buffer,
                      std::size_t size) {
  if (from == nullptr) return put_text({}, buffer, size);
  std::vector<log_field> fields;
  const bool has_fields = !check_list("uvnostr_log_entry", "fields", from->fields, from->field_count);
  for (std::size_t i = 0; has_fields && i < from->field_count; ++i) {
    const uvnostr_log_field& each = from->fields[i];
    fields.push_back({.key = to_cpp(each.key), .value = to_cpp(each.value), .is_number = each.is_number != 0});
  }
  const log_entry entry{.level = level_of(*from),
                        .message = to_cpp(from->message),
                        .relay = relay_id(from->relay),
                        .url = to_cpp(from->url),
                        .fields = fields};
  return put_text((entry.*text)(), buffer, size);
}

}  // namespace

void call(void (*function)(void*, const uvnostr_log_entry*), void* data, const log_entry& from) {
  std::vector<uvnostr_log_field> fields;
  fields.reserve(from.fields.size());
  for (const log_field& each : from.fields) {
    fields.push_back({to_c(each.key), to_c(each.value), each.is_number ? 1 : 0});
  }
  uvnostr_log_entry to{};
  to.level = static_cast<uvnostr_log_level>(from.level);
  to.relay = to_c(from.relay);
  to.message = to_c(from.message);
  to.url = to_c(from.url);
  to.fields = fields.data();
  to.field_count = fields.size();
  function(data, &to);
}

}  // namespace uvnostr::c

using namespace uvnostr;

extern "C" {

const char* uvnostr_log_level_name(int level) {
  const bool known = level >= 0 && level <= static_cast<int>(log_level::debug);
  return known ? to_string(static_cast<log_level>(level)).data() : "unknown";
}
size_t uvnostr_log_entry_to_line(const uvnostr_log_entry* entry, char* buffer, size_t size) {
  return c::put_entry(entry, &log_entry::line, buffer, size);
}
size_t uvnostr_log_entry_to_json(const uvnostr_log_entry* entry, char* buffer, size_t size) {
  return c::put_entry(entry, &log_entry::json, buffer, size);
}

}  // extern "C"
