// SPDX-License-Identifier: MIT
#include <algorithm>

#include "c/convert.hpp"
#include "c/handles.hpp"

using namespace uvnostr;

extern "C" {

uvnostr_filter* uvnostr_filter_create(void) { return new uvnostr_filter; }

int uvnostr_filter_parse(uvnostr_filter** filter, uvnostr_string json, uvnostr_error* error) {
  if (filter == nullptr) return c::report(c::missing(__func__, "filter"), error);
  if (const uvnostr::error wrong = c::check_text(__func__, "json", json)) return c::report(wrong, error);
  result<uvnostr::filter> read = filter::parse(c::to_cpp(json));
  if (!read) return c::report(read.error(), error);
  *filter = new uvnostr_filter{std::move(*read)};
  return UVNOSTR_OK;
}

void uvnostr_filter_free(uvnostr_filter* filter) { delete filter; }

int uvnostr_filter_add_id(uvnostr_filter* filter, const uvnostr_event_id* id) {
  if (filter == nullptr || id == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  filter->filter.ids.push_back(c::to_cpp(*id));
  return UVNOSTR_OK;
}

int uvnostr_filter_add_author(uvnostr_filter* filter, const uvnostr_pubkey* author) {
  if (filter == nullptr || author == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  filter->filter.authors.push_back(c::to_cpp(*author));
  return UVNOSTR_OK;
}

int uvnostr_filter_add_kind(uvnostr_filter* filter, uint16_t kind) {
  if (filter == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  filter->filter.kinds.push_back(kind);
  return UVNOSTR_OK;
}

int uvnostr_filter_add_tag(uvnostr_filter* filter, char name, uvnostr_string value) {
  if (filter == nullptr || c::check_text(__func__, "value", value)) return UVNOSTR_E_INVALID_ARGUMENT;
  std::vector<tag_condition>& tags = filter->filter.tags;
  auto condition = std::find_if(tags.begin(), tags.end(), [name](const tag_condition& c) { return c.name == name; });
  if (condition == tags.end()) condition = tags.insert(tags.end(), {.name = name, .values = {}});
  condition->values.emplace_back(c::to_cpp(value));
  return UVNOSTR_OK;
}

int uvnostr_filter_set_since(uvnostr_filter* filter, int64_t seconds) {
  if (filter == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  filter->filter.since = c::to_unix_seconds(seconds);
  return UVNOSTR_OK;
}

int uvnostr_filter_set_until(uvnostr_filter* filter, int64_t seconds) {
  if (filter == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  filter->filter.until = c::to_unix_seconds(seconds);
  return UVNOSTR_OK;
}

int uvnostr_filter_set_limit(uvnostr_filter* filter, uint32_t limit) {
  if (filter == nullptr) return UVNOSTR_E_INVALID_ARGUMENT;
  filter->filter.limit = limit;
  return UVNOSTR_OK;
}

int uvnostr_filter_set_search(uvnostr_filter* filter, uvnostr_string search) {
  if (filter == nullptr || c::check_text(__func__, "search", search)) return UVNOSTR_E_INVALID_ARGUMENT;
  filter->filter.search = c::to_cpp(search);
  return UVNOSTR_OK;
}

int uvnostr_filter_check(const uvnostr_filter* filter, uvnostr_error* error) {
  if (filter == nullptr) return c::report(c::missing(__func__, "filter"), error);
  const uvnostr::error wrong = filter->filter.check();
  return wrong ? c::report(wrong, error) : UVNOSTR_OK;
}

int uvnostr_filter_matches(const uvnostr_filter* filter, const uvnostr_event* event) {
  return filter != nullptr && event != nullptr && filter->filter.matches(event->view) ? 1 : 0;
}

size_t uvnostr_filter_to_json(const uvnostr_filter* filter, char* buffer, size_t size) {
  return c::put_text(filter == nullptr ? std::string() : filter->filter.to_json(), buffer, size);
}

}  // extern "C"
