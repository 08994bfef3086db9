// SPDX-License-Identifier: MIT
#include "wire/canonical.hpp"

#include <charconv>
#include <cstring>
#include <vector>

#include "base/hex.hpp"
#include "wire/json_text.hpp"

namespace uvnostr::wire {
namespace {

/// The letter of the short escape that NIP-01 prescribes for this character, or 0.
constexpr char short_escape(char32_t code) noexcept {
  switch (code) {
    case U'\n': return 'n';
    case U'"': return '"';
    case U'\\': return '\\';
    case U'\r': return 'r';
    case U'\t': return 't';
    case U'\b': return 'b';
    case U'\f': return 'f';
    default: return 0;
  }
}

/// Returns whether the character is a control character without a short escape.
bool append_character(std::string& out, char32_t code, control_style style) {
  if (const char letter = short_escape(code); letter != 0) {
    const char escape[] = {'\\', letter};
    out.append(escape, sizeof escape);
    return false;
  }
  const bool is_control = code < 0x20;
  if (is_control && style == control_style::escaped) {
    constexpr char digits[] = "0123456789abcdef";
    const char escape[] = {'\\', 'u', '0', '0', digits[code >> 4], digits[code & 15]};
    out.append(escape, sizeof escape);
  } else {
    append_utf8(out, code);
  }
  return is_control;
}

/// Reads the body of a valid JSON string: calls `append` with the character of each escape, and copies the rest.
template <class Append>
void copy_with_escapes(std::string& out, std::string_view body, const Append& append) {
  const char* at = body.data();
  const char* const end = at + body.size();
  while (at != end) {
    const void* const found = std::memchr(at, '\\', bytes_between(at, end));
    const char* const backslash = found == nullptr ? end : static_cast<const char*>(found);
    out.append(at, backslash);
    if (backslash == end) return;
    const json_escape escape = read_escape(backslash, end);
    append(escape.code);
    at = escape.next;
  }
}

bool append_body(std::string& out, std::string_view body, control_style style) {
  bool controls = false;
  copy_with_escapes(out, body, [&](char32_t code) { controls |= append_character(out, code, style); });
  return controls;
}

/// Copies the tags, without white space between tokens.
bool append_tags(std::string& out, std::string_view tags, control_style style) {
  bool controls = false;
  const char* const end = tags.data() + tags.size();
  const char* copied = tags.data();
  for (const char* at = copied; at != end;) {
    if (*at == '"') {
      bool escaped = false;
      const char* const closing = find_quote(at + 1, end, escaped);
      if (escaped) {
        out.append(copied, at + 1);
        controls |= append_body(out, {at + 1, bytes_between(at + 1, closing)}, style);
        copied = closing;
      }
      at = closing + 1;
    } else if (const char* const token = skip_space(at, end); token != at) {
      out.append(copied, at);
      copied = at = token;
    } else {
      ++at;
    }
  }
  out.append(copied, end);
  return controls;
}

/// Length of the escape in a valid JSON text.
bool has_only_short_escapes(std::string_view text) noexcept {
  for (auto at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at + 2)) {
    if (std::string_view("n\"\\rtbf").find(text[at + 1]) == std::string_view::npos) return false;
  }
  return true;
}

bool has_no_space_between_tokens(std::string_view json) noexcept {
  const char* const end = json.data() + json.size();
  bool escaped = false;
  for (const char* at = json.data(); at != end; ++at) {
    if (*at == '"') {
      at = find_quote(at + 1, end, escaped);
    } else if (skip_space(at, end) != at) {
      return false;
    }
  }
  return true;
}

void append_number(std::string& out, std::int64_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_head(std::string& out, const uvnostr::pubkey& author, std::int64_t created_at, event_kind kind) {
  char digits[64];
  base::encode_hex(author.bytes, digits);
  out += "[0,\"";
  out.append(digits, sizeof digits);
  out += "\",";
  append_number(out, created_at);
  out += ',';
  append_number(out, kind);
  out += ',';
}

}  // namespace

bool is_canonical(const event_fields& fields) noexcept {
  return (!fields.content_escaped || has_only_short_escapes(fields.content)) &&
         (!fields.tags_escaped || has_only_short_escapes(fields.tags)) && has_no_space_between_tokens(fields.tags);
}

void append_canonical_head(std::string& out, const event_fields& fields) {
  append_head(out, fields.pubkey, fields.created_at, fields.kind);
}

bool append_canonical(std::string& out, const event_fields& fields, control_style style) {
  // The event's JSON has all of this, and the names of its members as well.
  out.reserve(out.size() + fields.json.size());
  append_head(out, fields.pubkey, fields.created_at, fields.kind);
  bool controls = append_tags(out, fields.tags, style);
  out += ",\"";
  if (fields.content_escaped) {
    controls |= append_body(out, fields.content, style);
  } else {
    out += fields.content;
  }
  out += "\"]";
  return controls;
}

void append_canonical(std::string& out, const uvnostr::pubkey& author, const draft& draft, unix_seconds created_at) {
  // NIP-01 wants control characters verbatim. But relays check ids with the JSON writers of their languages, which all
  // write \u00xx, so they would refuse an event that follows NIP-01 to the letter.
  constexpr control_style style = control_style::escaped;
  append_head(out, author, created_at.time_since_epoch().count(), draft.kind);
  out += '[';
  const char* before_tag = "[";
  for (const std::vector<std::string>& tag : draft.tags) {
    out += before_tag;
    before_tag = ",[";
    const char* before_item = "";
    for (const std::string& item : tag) {
      out += before_item;
      before_item = ",";
      append_canonical_string(out, item, style);
    }
    out += ']';
  }
  out += ']';
  out += ',';
  append_canonical_string(out, draft.content, style);
  out += ']';
}

bool append_canonical_string(std::string& out, std::string_view text, control_style style) {
  bool controls = false;
  const char* const end = text.data() + text.size();
  out += '"';
  for (const char* at = text.data(); at != end;) {
    const char* stop = skip_plain(at, end);
    while (stop != end && static_cast<unsigned char>(*stop) >= 0x80) ++stop;
    out.append(at, stop);
    at = stop;
    if (at == end) break;
    const auto code = static_cast<unsigned char>(*at);
    if (code < 0x20 || code == '"' || code == '\\') {
      controls |= append_character(out, code, style);
      ++at;
    }
  }
  out += '"';
  return controls;
}

void append_unescaped(std::string& out, std::string_view json_string_body) {
  const std::size_t before = out.size();
  out.resize(before + json_string_body.size());
  char* const begin = out.data() + before;
  out.resize(before + bytes_between(begin, write_unescaped(begin, json_string_body)));
}

}  // namespace uvnostr::wire
