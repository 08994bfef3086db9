// SPDX-License-Identifier: MIT
#include "c/convert.hpp"
#include "c/handles.hpp"

using namespace uvnostr;

extern "C" {

int uvnostr_event_parse(uvnostr_event** event, uvnostr_string json, uvnostr_error* error) {
  if (event == nullptr) return c::report(c::missing(__func__, "event"), error);
  if (const uvnostr::error wrong = c::check_text(__func__, "json", json)) return c::report(wrong, error);
  result<uvnostr::event> read = event::parse(c::to_cpp(json));
  if (!read) return c::report(read.error(), error);
  *event = new uvnostr_event(std::move(*read));
  return UVNOSTR_OK;
}

uvnostr_event* uvnostr_event_copy(const uvnostr_event* event) {
  return event == nullptr ? nullptr : new uvnostr_event(event->own());
}

void uvnostr_event_free(uvnostr_event* event) { delete event; }

int uvnostr_event_verify(const uvnostr_event* event) {
  return event == nullptr ? UVNOSTR_E_INVALID_ARGUMENT : c::code_of(event->own().verify().code());
}

const uvnostr_event_id* uvnostr_event_get_id(const uvnostr_event* event) {
  return event == nullptr ? nullptr : c::to_c(event->view.id());
}
const uvnostr_pubkey* uvnostr_event_get_pubkey(const uvnostr_event* event) {
  return event == nullptr ? nullptr : c::to_c(event->view.pubkey());
}
const uvnostr_signature* uvnostr_event_get_signature(const uvnostr_event* event) {
  return event == nullptr ? nullptr : c::to_c(event->view.sig());
}
int64_t uvnostr_event_get_created_at(const uvnostr_event* event) {
  return event == nullptr ? 0 : c::to_c(event->view.created_at());
}
uint16_t uvnostr_event_get_kind(const uvnostr_event* event) {
  return event == nullptr ? event_kind(0) : event->view.kind();
}
uvnostr_string uvnostr_event_get_content(const uvnostr_event* event) {
  return c::to_c(event == nullptr ? std::string_view() : event->view.content());
}
uvnostr_string uvnostr_event_get_json(const uvnostr_event* event) {
  return c::to_c(event == nullptr ? std::string_view() : event->view.json());
}

size_t uvnostr_event_tag_count(const uvnostr_event* event) { return event == nullptr ? 0 : event->view.tags().size(); }

size_t uvnostr_event_tag_size(const uvnostr_event* event, size_t tag) {
  return tag < uvnostr_event_tag_count(event) ? event->view.tags()[tag].size() : 0;
}

uvnostr_string uvnostr_event_tag_item(const uvnostr_event* event, size_t tag, size_t item) {
  return c::to_c(tag < uvnostr_event_tag_count(event) ? event->view.tags()[tag].at(item) : std::string_view());
}

int uvnostr_event_find_tag(const uvnostr_event* event, const char* name, size_t* tag) {
  if (event == nullptr || name == nullptr) return 0;
  const std::span<const tag_view> tags = event->view.tags();
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (tags[i].name() != name) continue;
    c::give(tag, i);
    return 1;
  }
  return 0;
}

int uvnostr_event_is_newer(const uvnostr_event* a, const uvnostr_event* b) {
  return a != nullptr && b != nullptr && is_newer(a->view, b->view) ? 1 : 0;
}
int uvnostr_is_replaceable(uint16_t kind) { return is_replaceable(kind) ? 1 : 0; }
int uvnostr_is_addressable(uint16_t kind) { return is_addressable(kind) ? 1 : 0; }

}  // extern "C"
