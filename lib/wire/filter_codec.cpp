// SPDX-License-Identifier: MIT
#include "wire/filter_codec.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/hex.hpp"
#include "base/utf8.hpp"
#include "wire/canonical.hpp"

namespace uvnostr::wire {
namespace {

bool is_key_or_id(std::string_view value) noexcept {
  constexpr auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return value.size() == 64 && std::ranges::all_of(value, is_digit);
}

error tag_error(errc code, std::size_t condition, const std::string& member) {
  return {code, "tags[" + std::to_string(condition) + "]." + member};
}

error check_condition(const std::vector<tag_condition>& all, std::size_t at) {
  const tag_condition& condition = all[at];
  // A filter has one member for each letter: a second condition of the same name would silently replace the first.
  const auto has_its_name = [&](const tag_condition& other) { return other.name == condition.name; };
  if (!is_tag_name(condition.name) ||
      std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at), has_its_name)) {
    return tag_error(errc::filter_tag_name, at, "name");
  }
  if (condition.values.empty()) return tag_error(errc::filter_tag_value, at, "values");
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    if (is_tag_value(condition.name, condition.values[i])) continue;
    return tag_error(errc::filter_tag_value, at, "values[" + std::to_string(i) + "]");
  }
  return {};
}

template <class Number>
void append_value(std::string& out, Number number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}
void append_value(std::string& out, const std::string& text) {
  append_canonical_string(out, text, control_style::escaped);
}
void append_value(std::string& out, const event_id& id) { append_value(out, base::to_hex(id.bytes)); }
void append_value(std::string& out, const pubkey& key) { append_value(out, base::to_hex(key.bytes)); }

/// Writes members one after another.
class object_writer {
 public:
  explicit object_writer(std::string& out) : out_(out) { out_ += '{'; }
  void finish() { out_ += '}'; }

  template <class Value>
  void member(std::string_view name, const Value& value) {
    key(name);
    append_value(out_, value);
  }

  template <class Value>
  void list(std::string_view name, const std::vector<Value>& values) {
    if (values.empty()) return;
    key(name);
    char before = '[';
    for (const Value& value : values) {
      out_ += before;
      append_value(out_, value);
      before = ',';
    }
    out_ += ']';
  }

 private:
  void key(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

  std::string& out_;
};

}  // namespace

bool is_tag_name(char name) noexcept { return (name >= 'a' && name <= 'z') || (name >= 'A' && name <= 'Z'); }

bool is_tag_value(char name, std::string_view value) noexcept {
  return name == 'e' || name == 'p' ? is_key_or_id(value) : base::is_utf8(value);
}

error check_filter(const filter& asked) noexcept {
  for (std::size_t i = 0; i < asked.tags.size(); ++i) {
    if (error wrong = check_condition(asked.tags, i)) return wrong;
  }
  if (asked.since && asked.until && *asked.since > *asked.until) return {errc::filter_time_range, "since"};
  if (!base::is_utf8(asked.search)) return {errc::filter_field, "search"};
  return {};
}

void append_filter(std::string& out, const filter& asked) {
  object_writer object(out);
  object.list("ids", asked.ids);
  object.list("authors", asked.authors);
  object.list("kinds", asked.kinds);
  for (const tag_condition& condition : asked.tags) {
    const char name[] = {'#', condition.name};
    object.list(std::string_view(name, sizeof name), condition.values);
  }
  // No event is older than 1970, and relays refuse a negative time.
  if (asked.since) object.member("since", std::max(asked.since->time_since_epoch().count(), unix_seconds::rep{0}));
  if (asked.until) object.member("until", asked.until->time_since_epoch().count());
  if (asked.limit) object.member("limit", *asked.limit);
  if (!asked.search.empty()) object.member("search", asked.search);
  object.finish();
}

}  // namespace uvnostr::wire
