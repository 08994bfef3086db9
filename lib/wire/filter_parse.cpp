// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/hex.hpp"
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "wire/filter_codec.hpp"
#include "wire/json_reader.hpp"

namespace uvnostr::wire {
namespace {

enum class member { ids, authors, kinds, tags, since, until, limit, search, count };

struct member_name {
  member which;
  std::string_view text;
};

constexpr member_name member_names[] = {
    {member::ids, "ids"},     {member::authors, "authors"}, {member::kinds, "kinds"},   {member::since, "since"},
    {member::until, "until"}, {member::limit, "limit"},     {member::search, "search"},
};

constexpr std::size_t longest_shown_name = 64;

/// Fills a filter. A function that returns false ends the parse. Then where() is the member, and why() the reason
/// unless the JSON itself is at fault.
class filter_handler : public json_handler<filter_handler> {
 public:
  std::error_code why() const noexcept { return why_; }
  const std::string& where() const noexcept { return key_; }
  filter take() noexcept { return std::move(filter_); }

  bool StartObject() { return (depth() == 0 || refuse(errc::filter_field)) && enter(); }
  bool StartArray() {
    list_was_empty_ = true;
    if (depth() == 0) return refuse(errc::filter_json);
    if (depth() != 1 || !is_list(member_)) return refuse(errc::filter_field);
    return enter();
  }
  bool EndArray(rapidjson::SizeType) {
    // An empty list counts as not set here, so accepting one would widen the filter from nothing to everything.
    if (list_was_empty_) return refuse(member_ == member::tags ? errc::filter_tag_value : errc::filter_field);
    return leave();
  }

  bool Key(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view key(text, size);
    key_ = base::printable(key.substr(0, longest_shown_name));
    if (key.starts_with('#')) {
      member_ = member::tags;
      const auto has_its_name = [&](const tag_condition& other) { return other.name == key[1]; };
      if (key.size() != 2 || !is_tag_name(key[1]) || std::ranges::any_of(filter_.tags, has_its_name)) {
        return refuse(errc::filter_tag_name);
      }
      filter_.tags.push_back({.name = key[1], .values = {}});
      return true;
    }
    for (const member_name& name : member_names) {
      if (name.text != key) continue;
      member_ = name.which;
      const unsigned bit = 1U << static_cast<unsigned>(member_);
      if ((std::exchange(seen_, seen_ | bit) & bit) != 0) break;
      return true;
    }
    return refuse(errc::filter_field);
  }

  bool String(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view string(text, size);
    if (depth() == 0) return refuse(errc::filter_json);
    if (is_list(member_) != (depth() == 2)) return refuse(errc::filter_field);
    list_was_empty_ = false;
    switch (member_) {
      case member::ids: return bytes(string, filter_.ids.emplace_back().bytes);
      case member::authors: return bytes(string, filter_.authors.emplace_back().bytes);
      case member::tags:
        filter_.tags.back().values.emplace_back(string);
        return is_tag_value(filter_.tags.back().name, string) || refuse(errc::filter_tag_value);
      case member::search: filter_.search = string; return base::is_utf8(string) || refuse(errc::filter_field);
      default: return refuse(errc::filter_field);
    }
  }

  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    if (depth() == 0) return refuse(errc::filter_json);
    if (is_list(member_) != (depth() == 2)) return refuse(errc::filter_field);
    list_was_empty_ = false;
    const std::string_view digits(text, size);
    std::int64_t time = 0;
    switch (member_) {
      case member::kinds: return number(digits, filter_.kinds.emplace_back());
      case member::limit: return number(digits, filter_.limit.emplace());
      case member::since:
        if (!number(digits, time)) return false;
        filter_.since.emplace(std::chrono::seconds(time));
        return true;
      case member::until:
        if (!number(digits, time)) return false;
        filter_.until.emplace(std::chrono::seconds(time));
        return true;
      default: return refuse(errc::filter_field);
    }
  }

  bool Null() { return refuse(depth() == 0 ? errc::filter_json : errc::filter_field); }
  bool Bool(bool) { return Null(); }

 private:
  static constexpr bool is_list(member which) noexcept { return which <= member::tags; }

  bool refuse(errc why) noexcept {
    why_ = why;
    return false;
  }

  /// Requires all digits of an id or key. In older versions of NIP-01, a prefix matched several.
  bool bytes(std::string_view digits, std::span<std::uint8_t> out) noexcept {
    return !base::decode_hex(digits, out) || refuse(errc::filter_field);
  }

  /// Accepts whole numbers that fit the type, as in NIP-01: no sign, fraction or exponent.
  template <class Number>
  bool number(std::string_view digits, Number& out) noexcept {
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, out);
    if (error != std::errc() || stop != end || digits.front() == '-') return refuse(errc::filter_field);
    return true;
  }

  filter filter_;
  std::string key_;  // the name of the last member, printable
  std::error_code why_;
  member member_ = member::count;
  unsigned seen_ = 0;
  bool list_was_empty_ = true;
};

/// The position of the token that the handler refused. RapidJSON has passed it if it is a string or a word.
std::size_t begin_of_token(std::string_view text, std::size_t end) noexcept {
  const auto is_escaped = [text](std::size_t at) {
    std::size_t backslashes = 0;
    while (backslashes < at && text[at - backslashes - 1] == '\\') ++backslashes;
    return backslashes % 2 != 0;
  };
  const auto is_letter = [text](std::size_t at) { return text[at] >= 'a' && text[at] <= 'z'; };
  if (end == 0 || end > text.size()) return end;
  std::size_t at = end - 1;
  if (text[at] == '"') {
    do --at;
    while (at != 0 && (text[at] != '"' || is_escaped(at)));
    return at;
  }
  if (!is_letter(at)) return end;
  while (at != 0 && is_letter(at - 1)) --at;
  return at;
}

}  // namespace

result<filter> parse_filter(std::string_view json) noexcept {
  filter_handler handler;
  if (const rapidjson::ParseResult read = read_json(json, handler); read.IsError()) {
    if (!handler.why()) return error(errc::filter_json, "at byte " + std::to_string(read.Offset()));
    const std::string place = "at byte " + std::to_string(begin_of_token(json, read.Offset()));
    return error(handler.why(), handler.where().empty() ? place : handler.where() + ' ' + place);
  }
  filter parsed = handler.take();
  if (error wrong = check_filter(parsed)) return wrong;
  return parsed;
}

}  // namespace uvnostr::wire
