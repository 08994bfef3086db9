// SPDX-License-Identifier: MIT
#include <uvnostr/log.hpp>

namespace uvnostr {
namespace {

/// The texts of an entry are printable, so quotes and backslashes are all that needs an escape.
void append_quoted(std::string& to, std::string_view text) {
  to += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') to += '\\';
    to += c;
  }
  to += '"';
}

bool is_one_word(std::string_view text) noexcept {
  return !text.empty() && text.find_first_of(" \"=\\") == std::string_view::npos;
}

}  // namespace

std::string log_entry::line() const {
  std::string text(to_string(level));
  text.append(": ").append(message);
  const auto add = [&text](std::string_view key, std::string_view value) {
    text.append(" ").append(key).append("=");
    if (is_one_word(value)) {
      text += value;
    } else {
      append_quoted(text, value);
    }
  };
  if (!url.empty()) add("url", url);
  for (const log_field& each : fields) add(each.key, each.value);
  return text;
}

std::string log_entry::json() const {
  std::string text = "{\"level\":";
  append_quoted(text, to_string(level));
  text += ",\"message\":";
  append_quoted(text, message);
  if (relay != relay_id{}) text.append(",\"relay\":").append(std::to_string(static_cast<std::uint32_t>(relay)));
  if (!url.empty()) {
    text += ",\"url\":";
    append_quoted(text, url);
  }
  for (const log_field& each : fields) {
    text += ',';
    append_quoted(text, each.key);
    text += ':';
    if (each.is_number) {
      text += each.value;
    } else {
      append_quoted(text, each.value);
    }
  }
  return text + '}';
}

}  // namespace uvnostr
