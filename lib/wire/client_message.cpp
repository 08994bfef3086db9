// SPDX-License-Identifier: MIT
#include "wire/client_message.hpp"

#include <algorithm>

#include "wire/canonical.hpp"
#include "wire/filter_codec.hpp"

namespace uvnostr::wire {
namespace {

constexpr std::string_view event_head = "[\"EVENT\",";

}  // namespace

std::size_t event_message_bytes(std::string_view event_json) noexcept {
  return event_head.size() + event_json.size() + 1;
}

void write_event_message(std::string_view event_json, char* out) noexcept {
  out = std::copy(event_head.begin(), event_head.end(), out);
  out = std::copy(event_json.begin(), event_json.end(), out);
  *out = ']';
}

std::string auth_message(std::string_view event_json) {
  constexpr std::string_view head = "[\"AUTH\",";
  std::string message;
  message.reserve(head.size() + event_json.size() + 1);
  message += head;
  message += event_json;
  message += ']';
  return message;
}

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
