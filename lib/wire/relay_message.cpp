// SPDX-License-Identifier: MIT
#include "wire/relay_message.hpp"

#include <utility>

#include "base/hex.hpp"
#include "base/utf8.hpp"
#include "wire/json_reader.hpp"
#include "wire/json_scanner.hpp"

namespace uvnostr::wire {
namespace {

/// Takes the elements of the message in turn. A function that returns false ends the parse.
class message_handler : public json_handler<message_handler> {
 public:
  explicit message_handler(verb verb) { message_.verb = verb; }

  bool String(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view string(text, size);
    if (depth() == 1) return element(string);
    if (in_hints_ && depth() == 2) hint(string);
    return true;
  }
  bool Bool(bool value) {
    if (message_.verb != verb::ok || depth() != 1 || index_ != 2) return other();
    message_.accepted = value;
    ++index_;
    return true;
  }
  bool Null() { return other(); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return other(); }
  bool StartObject() {
    in_hints_ = false;
    return depth() != 0 && other() && enter();
  }
  bool StartArray() {
    in_hints_ = message_.verb == verb::eose && depth() == 1 && index_ == 2;
    return (depth() == 0 || other()) && enter();
  }

  std::optional<relay_message> take() {
    if (index_ < needed()) return std::nullopt;
    return std::move(message_);
  }

 private:
  /// The least number of elements of the message.
  std::size_t needed() const noexcept { return message_.verb == verb::ok ? 3 : 2; }

  bool element(std::string_view string) {
    const std::size_t index = index_++;
    if (index == 0) return true;
    switch (message_.verb) {
      case verb::notice:
      case verb::auth: return index != 1 || keep(string, message_.text);
      case verb::closed:
        if (index == 2) return keep(string, message_.text);
        [[fallthrough]];
      case verb::eose:
        if (index == 2) hint(string);
        return index != 1 || keep(string, message_.subscription);
      case verb::ok:
        if (index == 1) return !base::decode_hex(string, message_.event.bytes);
        return index == 3 ? keep(string, message_.text) : index != 2;
      case verb::event:
      case verb::unknown:
      case verb::malformed: break;
    }
    return false;
  }

  /// An element, or a part of one, that is not a string: refused where a string or a boolean belongs.
  bool other() noexcept {
    if (depth() != 1) return true;
    const std::size_t index = index_++;
    const bool has_text = message_.verb == verb::ok || message_.verb == verb::closed;
    return index >= needed() && !(has_text && index == needed());
  }

  void hint(std::string_view word) noexcept {
    if (message_.hint != eose_hint::none) return;
    if (word == "finish") message_.hint = eose_hint::finish;
    if (word == "more") message_.hint = eose_hint::more;
  }

  static bool keep(std::string_view from, std::string& to) {
    to = from;
    return base::is_utf8(to);
  }

  relay_message message_;
  std::size_t index_ = 0;  // of the next element
  bool in_hints_ = false;
};

/// Reads the comma before the next element, and the white space around it.
bool next_element(json_scanner& scan) noexcept {
  scan.space();
  if (!scan.take(',')) return false;
  scan.space();
  return true;
}

/// Reads the usual OK, without escapes or further elements; returns false for any other message, valid or not. A
/// publisher gets one from every relay for every event, so this is worth a path of its own.
bool read_usual_ok(std::string_view message, relay_message& out) {
  json_scanner scan(message);
  scan.space();
  if (!scan.take('[')) return false;
  scan.space();
  if (!scan.take("\"OK\"") || !next_element(scan) || !scan.hex(out.event.bytes) || !next_element(scan)) return false;
  out.accepted = scan.take("true");
  if (!out.accepted && !scan.take("false")) return false;
  std::string_view text;
  bool escaped = false;
  if (next_element(scan) && (!scan.string(text, escaped) || escaped)) return false;
  scan.space();
  if (!scan.take(']')) return false;
  scan.space();
  if (!scan.at_end()) return false;
  out.verb = wire::verb::ok;
  out.text = text;
  return true;
}

}  // namespace

std::optional<relay_message> parse_relay_message(verb verb, std::string_view message) {
  if (relay_message usual; verb == wire::verb::ok && read_usual_ok(message, usual)) return usual;
  message_handler handler(verb);
  if (read_json(message, handler).IsError()) return std::nullopt;
  return handler.take();
}

std::string_view reason_prefix(std::string_view text) noexcept {
  const std::string_view prefix = text.substr(0, text.find(':'));
  if (prefix.size() == text.size()) return {};
  for (const char c : prefix) {
    if ((c < 'a' || c > 'z') && c != '-') return {};
  }
  return prefix;
}

}  // namespace uvnostr::wire
