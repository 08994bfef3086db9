// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <uvnostr/types.hpp>

/// One line of output: a JSON object that is printed at the end of its scope.
class json_line {
 public:
  explicit json_line(std::string_view type) {
    text_ = "{";
    text("type", type);
  }
  json_line(const json_line&) = delete;
  json_line& operator=(const json_line&) = delete;
  ~json_line() {
    text_ += "}\n";
    std::fwrite(text_.data(), 1, text_.size(), stdout);
    std::fflush(stdout);
  }

  json_line& text(std::string_view name, std::string_view value) { return raw(name, quoted(value)); }
  json_line& number(std::string_view name, std::uint64_t value) { return raw(name, std::to_string(value)); }
  json_line& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  json_line& relay(uvnostr::relay_id id) { return number("relay", static_cast<std::uint32_t>(id)); }
  json_line& raw(std::string_view name, std::string_view json) {
    if (text_.size() > 1) text_ += ',';
    text_ += quoted(name) + ':';
    text_ += json;
    return *this;
  }

  static std::string quoted(std::string_view value) {
    std::string out = "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
        out += escape;
      } else {
        out += c;
      }
    }
    return out + '"';
  }

 private:
  std::string text_;
};
