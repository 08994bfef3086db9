// SPDX-License-Identifier: MIT
// A slow oracle for relays' messages: RapidJSON reads a message into a tree, and the rules of frame_scan.hpp are then
// checked in the tree one by one. It shares only these rules with the library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "wire/frame_scan.hpp"

namespace uvnostr::test {

struct json_value {
  enum kind { other, number, string, array, object };
  kind type = other;
  bool plain = false;             // a string without escapes
  std::string text;               // a number or string
  std::vector<json_value> items;  // the values of an array or object
  std::vector<std::string> keys;  // the keys of an object

  /// How deeply arrays and objects are nested.
  std::size_t nesting() const {
    std::size_t deepest = 0;
    for (const json_value& item : items) deepest = std::max(deepest, item.nesting());
    return deepest + (type == array || type == object ? 1 : 0);
  }
};

class tree_builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, tree_builder> {
 public:
  /// `read` is the reader's stream, which is after the closing quote when the reader reports a string.
  explicit tree_builder(const rapidjson::MemoryStream& read) : read_(read) {}

  bool Default() { return add({}); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return add({json_value::number, false, {text, size}, {}, {}});
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return is_text({text, size}) && add({json_value::string, stands_there({text, size}), {text, size}, {}, {}});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    open_.back().keys.emplace_back(text, size);
    return is_text({text, size});
  }
  bool StartArray() { return open(json_value::array); }
  bool StartObject() { return open(json_value::object); }
  bool EndArray(rapidjson::SizeType) { return close(); }
  bool EndObject(rapidjson::SizeType) { return close(); }

  json_value root;

 private:
  /// RapidJSON checks UTF-8, but turns "\udc00" into a surrogate in UTF-8.
  static bool is_text(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i - 1] == '\xed' && static_cast<unsigned char>(text[i]) >= 0xa0) return false;
    }
    return true;
  }
  /// Whether the string just read has this text between its quotes.
  bool stands_there(std::string_view text) const {
    const std::string_view before(read_.begin_, read_.Tell());
    return before.ends_with('"' + std::string(text) + '"');
  }
  bool open(json_value::kind type) {
    open_.push_back({type, false, {}, {}, {}});
    return open_.size() < 100;
  }
  bool close() {
    json_value closed = std::move(open_.back());
    open_.pop_back();
    return add(std::move(closed));
  }
  bool add(json_value value) {
    if (open_.empty()) {
      root = std::move(value);
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }

  const rapidjson::MemoryStream& read_;
  std::vector<json_value> open_;
};

struct oracle_event {
  std::string id;
  std::string pubkey;
  std::string sig;
  std::string content;
  std::uint64_t created_at = 0;
  std::uint64_t kind = 0;
  std::vector<std::vector<std::string>> tags;
};

struct oracle_verdict {
  bool undecided = false;  // RapidJSON refuses numbers that do not fit a double, though they are valid JSON
  bool is_json = false;
  wire::verb verb = wire::verb::malformed;  // if the text is JSON
  std::string subscription;
  std::optional<oracle_event> event;
};

/// Ids, keys and signatures must have no escapes.
inline bool is_hex(const json_value& value, std::size_t digits) {
  return value.type == json_value::string && value.plain && value.text.size() == digits &&
         value.text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

inline bool read_whole(const json_value& value, std::uint64_t max, std::uint64_t& out) {
  if (value.type != json_value::number || value.text.size() > 16) return false;
  if (value.text.find_first_not_of("0123456789") != std::string::npos) return false;
  out = std::stoull(value.text);
  return out <= max;
}

inline bool read_tags(const json_value& value, std::vector<std::vector<std::string>>& out) {
  if (value.type != json_value::array) return false;
  for (const json_value& tag : value.items) {
    if (tag.type != json_value::array) return false;
    std::vector<std::string>& items = out.emplace_back();
    for (const json_value& item : tag.items) {
      if (item.type != json_value::string) return false;
      items.push_back(item.text);
    }
  }
  return true;
}

inline std::optional<oracle_event> read_event(const json_value& object) {
  oracle_event event;
  const std::vector<std::string> names = {"id", "pubkey", "sig", "content", "created_at", "kind", "tags"};
  std::vector<int> count(names.size());
  for (std::size_t i = 0; i < object.keys.size(); ++i) {
    const std::string& key = object.keys[i];
    const json_value& value = object.items[i];
    bool valid = true;
    if (key == "id") {
      valid = is_hex(value, 64);
      event.id = value.text;
    } else if (key == "pubkey") {
      valid = is_hex(value, 64);
      event.pubkey = value.text;
    } else if (key == "sig") {
      valid = is_hex(value, 128);
      event.sig = value.text;
    } else if (key == "content") {
      valid = value.type == json_value::string;
      event.content = value.text;
    } else if (key == "created_at") {
      valid = read_whole(value, 9007199254740991, event.created_at);
    } else if (key == "kind") {
      valid = read_whole(value, 65535, event.kind);
    } else if (key == "tags") {
      valid = count[6] == 0 && read_tags(value, event.tags);
    } else {
      valid = value.nesting() <= 64;
    }
    if (!valid) return std::nullopt;
    for (std::size_t n = 0; n < names.size(); ++n) count[n] += key == names[n] ? 1 : 0;
  }
  for (const int times : count) {
    if (times != 1) return std::nullopt;
  }
  return event;
}

inline wire::verb verb_named(std::string_view name) {
  if (name == "EVENT") return wire::verb::event;
  if (name == "EOSE") return wire::verb::eose;
  if (name == "OK") return wire::verb::ok;
  if (name == "CLOSED") return wire::verb::closed;
  if (name == "NOTICE") return wire::verb::notice;
  if (name == "AUTH") return wire::verb::auth;
  return wire::verb::unknown;
}

inline oracle_verdict judge(std::string_view message) {
  constexpr unsigned flags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  oracle_verdict verdict;
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(message.data(), message.size());
  tree_builder builder(stream);
  const rapidjson::ParseResult parsed = reader.Parse<flags>(stream, builder);
  verdict.undecided = parsed.Code() == rapidjson::kParseErrorNumberTooBig;
  // RapidJSON stops at a NUL.
  verdict.is_json = !parsed.IsError() && stream.Tell() == message.size();
  const json_value& root = builder.root;
  if (!verdict.is_json || root.type != json_value::array) return verdict;
  if (root.items.empty() || root.items[0].type != json_value::string) return verdict;
  const wire::verb verb = verb_named(root.items[0].text);
  if (verb != wire::verb::event) {
    verdict.verb = verb;
    return verdict;
  }
  if (root.items.size() < 3 || root.items[1].type != json_value::string) return verdict;
  if (root.items[2].type != json_value::object) return verdict;
  verdict.verb = verb;
  verdict.subscription = root.items[1].text;
  for (std::size_t i = 3; i < root.items.size(); ++i) {
    if (root.items[i].nesting() > 64) return verdict;
  }
  verdict.event = read_event(root.items[2]);
  return verdict;
}

}  // namespace uvnostr::test
