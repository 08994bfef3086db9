// SPDX-License-Identifier: MIT
#include "wire/client_message.hpp"

#include "wire/canonical.hpp"
#include "wire/filter_codec.hpp"

namespace uvnostr::wire {
namespace {

std::string with_event(std::string_view head, std::string_view event_json) {
  std::string message;
  message.reserve(head.size() + event_json.size() + 1);
  message += head;
  message += event_json;
  message += ']';
  return message;
}

}  // namespace

std::string event_message(std::string_view event_json) { return with_event("[\"EVENT\",", event_json); }

std::string auth_message(std::string_view event_json) { return with_event("[\"AUTH\",", event_json); }

std::string close_message(std::string_view subscription) {
  std::string message = "[\"CLOSE\",";
  append_canonical_string(message, subscription, control_style::escaped);
  message += ']';
  return message;
}

std::string req_message(std::string_view subscription, std::span<const filter> filters) {
  std::string message = "[\"REQ\",";
  append_canonical_string(message, subscription, control_style::escaped);
  for (const filter& asked : filters) {
    message += ',';
    append_filter(message, asked);
  }
  message += ']';
  return message;
}

}  // namespace uvnostr::wire
