// SPDX-License-Identifier: MIT
#include <charconv>
#include <cstdint>
#include <span>
#include <utility>

#include "base/hex.hpp"
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

/// Fills a filter. Answering false ends the parse; why() then tells the reason, unless it is the JSON itself.
class filter_handler : public json_handler<filter_handler> {
 public:
  std::error_code why() const noexcept { return why_; }
  filter take() noexcept { return std::move(filter_); }

  bool StartObject() { return (depth() == 0 || refuse(errc::event_field)) && enter(); }
  bool StartArray() {
    list_was_empty_ = true;
    if (depth() == 0) return refuse(errc::event_json);
    if (depth() != 1 || !is_list(member_)) return refuse(errc::event_field);
    return enter();
  }
  bool EndArray(rapidjson::SizeType) {
    // For us an empty list is one that is not set: taking it would widen the filter from nothing to everything.
    if (list_was_empty_) return refuse(member_ == member::tags ? errc::filter_tag_value : errc::event_field);
    return leave();
  }

  bool Key(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view key(text, size);
    if (key.starts_with('#')) {
      member_ = member::tags;
      if (key.size() != 2) return refuse(errc::filter_tag_name);
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
    return refuse(errc::event_field);
  }

  bool String(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view string(text, size);
    if (depth() == 0) return refuse(errc::event_json);
    if (is_list(member_) != (depth() == 2)) return refuse(errc::event_field);
    list_was_empty_ = false;
    switch (member_) {
      case member::ids: return bytes(string, filter_.ids.emplace_back().bytes);
      case member::authors: return bytes(string, filter_.authors.emplace_back().bytes);
      case member::tags: filter_.tags.back().values.emplace_back(string); return true;
      case member::search: filter_.search = string; return true;
      default: return refuse(errc::event_field);
    }
  }

  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    if (depth() == 0) return refuse(errc::event_json);
    if (is_list(member_) != (depth() == 2)) return refuse(errc::event_field);
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
      default: return refuse(errc::event_field);
    }
  }

  bool Null() { return refuse(depth() == 0 ? errc::event_json : errc::event_field); }
  bool Bool(bool) { return Null(); }

 private:
  static constexpr bool is_list(member which) noexcept { return which <= member::tags; }

  bool refuse(errc why) noexcept {
    why_ = why;
    return false;
  }

  /// All digits of an id or a key: a prefix matched more than one in older versions of NIP-01.
  bool bytes(std::string_view digits, std::span<std::uint8_t> out) noexcept {
    return !base::decode_hex(digits, out) || refuse(errc::event_field);
  }

  /// Whole numbers from 0 to what the type holds, as NIP-01 has them: no sign, no fraction, no exponent.
  template <class Number>
  bool number(std::string_view digits, Number& out) noexcept {
    const char* const end = digits.data() + digits.size();
    const auto [behind, error] = std::from_chars(digits.data(), end, out);
    if (error != std::errc() || behind != end || digits.front() == '-') return refuse(errc::event_field);
    return true;
  }

  filter filter_;
  std::error_code why_;
  member member_ = member::count;
  unsigned seen_ = 0;
  bool list_was_empty_ = true;
};

}  // namespace

result<filter> parse_filter(std::string_view json) noexcept {
  filter_handler handler;
  const rapidjson::ParseErrorCode code = read_json(json, handler);
  if (code == rapidjson::kParseErrorStringInvalidEncoding || code == rapidjson::kParseErrorStringUnicodeSurrogateInvalid) {
    return errc::event_utf8;
  }
  if (code != rapidjson::kParseErrorNone) return handler.why() ? handler.why() : make_error_code(errc::event_json);
  filter parsed = handler.take();
  if (const std::error_code error = check_filter(parsed)) return error;
  return parsed;
}

}  // namespace uvnostr::wire
