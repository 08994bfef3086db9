// SPDX-License-Identifier: MIT
#include "wire/frame_scan.hpp"

#include <cstddef>
#include <cstdint>

#include "wire/json_scanner.hpp"

namespace uvnostr::wire {
namespace {

constexpr std::uint64_t max_created_at = (std::uint64_t{1} << 53) - 1;
constexpr std::uint64_t max_kind = 65535;

enum member : unsigned {
  unknown_member = 0,
  content_member = 1,
  created_at_member = 2,
  id_member = 4,
  kind_member = 8,
  pubkey_member = 16,
  sig_member = 32,
  tags_member = 64,
  all_members = 127,
};

struct member_name {
  member which;
  std::string_view text;
};

constexpr member_name member_names[] = {
    {content_member, "content"}, {created_at_member, "created_at"}, {id_member, "id"},
    {kind_member, "kind"},       {pubkey_member, "pubkey"},         {sig_member, "sig"},
    {tags_member, "tags"},
};

/// Walks over an event. A function that returns false has refused it.
class event_scanner : public json_scanner {
 public:
  using json_scanner::json_scanner;

  bool event(event_fields& fields) noexcept {
    const char* const begin = position();
    if (!take('{')) return false;
    unsigned seen = 0;
    space();
    if (take('}')) return false;
    do {
      space();
      member which = unknown_member;
      if (!key(which)) return false;
      if ((seen & which) != 0) return false;
      seen |= which;
      if (!member_value(which, fields)) return false;
    } while (take_next(','));
    if (!take('}')) return false;
    fields.json = since(begin);
    return seen == all_members;
  }

 private:
  /// Reads a key in its usual spelling. Returns nothing for another spelling.
  member plain_key() noexcept {
    switch (rest().size() < 2 ? 0 : rest()[1]) {
      case 'c':
        return take("\"content\"") ? content_member : take("\"created_at\"") ? created_at_member : unknown_member;
      case 'i': return take("\"id\"") ? id_member : unknown_member;
      case 'k': return take("\"kind\"") ? kind_member : unknown_member;
      case 'p': return take("\"pubkey\"") ? pubkey_member : unknown_member;
      case 's': return take("\"sig\"") ? sig_member : unknown_member;
      case 't': return take("\"tags\"") ? tags_member : unknown_member;
      default: return unknown_member;
    }
  }

  /// Reads a key of the event and its colon.
  bool key(member& which) noexcept {
    which = plain_key();
    if (which != unknown_member) return take_next(':');
    std::string_view body;
    bool escaped = false;
    if (!string(body, escaped)) return false;
    if (escaped) {
      for (const member_name& name : member_names) {
        if (spells(body, name.text)) which = name.which;
      }
    }
    return take_next(':');
  }

  bool member_value(member which, event_fields& fields) noexcept {
    std::uint64_t number = 0;
    switch (which) {
      case content_member: return string(fields.content, fields.content_escaped);
      case id_member: return hex(fields.id.bytes);
      case pubkey_member: return hex(fields.pubkey.bytes);
      case sig_member:
        if (!hex(fields.sig.bytes)) return false;
        fields.sig_digits = {position() - 1 - sig_digit_count, sig_digit_count};
        return true;
      case tags_member: return tags(fields);
      case created_at_member:
        if (!whole_number(max_created_at, number)) return false;
        fields.created_at = static_cast<std::int64_t>(number);
        return true;
      case kind_member:
        if (!whole_number(max_kind, number)) return false;
        fields.kind = static_cast<event_kind>(number);
        return true;
      case unknown_member:
      case all_members: break;
    }
    return any_value();
  }

  bool tags(event_fields& fields) noexcept {
    space();
    const char* const begin = position();
    if (!take('[')) return false;
    if (!take_next(']')) {
      do {
        if (!tag(fields.tags_escaped)) return false;
      } while (take_next(','));
      if (!take(']')) return false;
    }
    fields.tags = since(begin);
    return true;
  }

  bool tag(bool& escaped) noexcept {
    if (!take_next('[')) return false;
    if (take_next(']')) return true;
    std::string_view body;
    do {
      if (!string(body, escaped)) return false;
    } while (take_next(','));
    return take(']');
  }

  std::string_view since(const char* begin) const noexcept { return {begin, bytes_between(begin, position())}; }
};

verb verb_of(std::string_view body, bool escaped) noexcept {
  struct name {
    wire::verb verb;
    std::string_view text;
  };
  constexpr name names[] = {{verb::event, "EVENT"},   {verb::eose, "EOSE"},     {verb::ok, "OK"},
                            {verb::closed, "CLOSED"}, {verb::notice, "NOTICE"}, {verb::auth, "AUTH"}};
  for (const name& known : names) {
    if (escaped ? spells(body, known.text) : body == known.text) return known.verb;
  }
  return verb::unknown;
}

/// Skips an object or array without checking it. `at` is at its opening bracket.
[[gnu::noinline]] const char* find_closing(const char* at, const char* end) noexcept {
  std::size_t depth = 0;
  while (at != end) {
    const char c = *at++;
    if (c == '"') {
      at = pass_string(at, end);
      if (at == nullptr) return nullptr;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      if (--depth == 0) return at;
    }
  }
  return nullptr;
}

/// Skips a value without checking it.
inline const char* find_end_of_value(const char* at, const char* end) noexcept {
  if (at == end) return nullptr;
  if (*at == '{' || *at == '[') return find_closing(at, end);
  return *at == '"' ? pass_string(at + 1, end) : pass_scalar(at, end);
}

/// Reads up to the comma after the verb. Most relays write it without white space, and nearly all messages are events.
verb read_verb(json_scanner& scan) noexcept {
  if (scan.take("[\"EVENT\",")) return verb::event;
  std::string_view name;
  bool escaped = false;
  if (!scan.take_next('[')) return verb::malformed;
  if (!scan.string(name, escaped)) return verb::malformed;
  const verb said = verb_of(name, escaped);
  if (scan.take_next(',')) return said;
  return said != verb::event && scan.take(']') ? said : verb::malformed;
}

}  // namespace

frame_head scan_head(std::string_view message) noexcept {
  frame_head head;
  json_scanner scan(message);
  const verb said = read_verb(scan);
  if (said != verb::event) {
    head.verb = said;
    return head;
  }
  std::string_view subscription;
  bool escaped = false;
  if (!scan.string(subscription, escaped)) return head;
  if (!scan.take_next(',')) return head;
  scan.space();
  const std::string_view rest = scan.rest();
  if (!rest.starts_with('{')) return head;
  return {said, subscription, rest};
}

namespace {

/// Where the value of the object's own member of that name begins; null if there is none. `at` is after the object's
/// opening bracket, or after a comma between its members. `ended` is the name with the closing quote.
template <std::size_t Size>
const char* find_member(const char* at, const char* end, const char (&ended)[Size]) noexcept {
  do {
    at = pass(at, end, '"');
    if (at == nullptr) return nullptr;
    bool is_wanted = goes_on_with(at, end, ended);
    if (is_wanted) {
      at += Size - 1;
    } else {
      bool escaped = false;
      const char* const name = at;
      at = find_quote(name, end, escaped);
      if (at == nullptr) return nullptr;
      is_wanted = escaped && spells({name, bytes_between(name, at)}, std::string_view(ended).substr(0, Size - 2));
      ++at;
    }
    at = pass(at, end, ':');
    if (at == nullptr) return nullptr;
    at = skip_space(at, end);
    if (is_wanted) return at;
    at = find_end_of_value(at, end);
    if (at == nullptr) return nullptr;
    at = pass(at, end, ',');
  } while (at != nullptr);
  return nullptr;
}

/// The characters of a string of that size at the beginning of the text; empty if something else stands there.
std::string_view string_of(std::size_t size, std::string_view text) noexcept {
  return text.size() >= size + 2 && text.front() == '"' && text[size + 1] == '"' ? text.substr(1, size)
                                                                                 : std::string_view();
}

}  // namespace

std::optional<found_id> scan_id(std::string_view event) noexcept {
  const char* const end = event.data() + event.size();
  const char* at = find_member(event.data() + 1, end, "id\"");
  if (at == nullptr || at == end || *at != '"') return std::nullopt;
  std::optional<found_id> found(std::in_place);
  at = read_hex(at + 1, end, found->id.bytes);
  if (at == nullptr || at == end || *at != '"') return std::nullopt;
  found->rest = {at + 1, bytes_between(at + 1, end)};
  return found;
}

std::string_view guess_sig(std::string_view rest) noexcept {
  constexpr std::string_view sig = ",\"sig\":";
  constexpr std::string_view closing = "\"}]";
  constexpr std::size_t size = sig.size() + 1 + sig_digit_count + closing.size();
  if (rest.size() < size) return {};
  if (rest.ends_with(closing) && rest.substr(rest.size() - size).starts_with(sig)) {
    return string_of(sig_digit_count, rest.substr(rest.size() - size + sig.size()));
  }
  // In alphabetical order, the kind and the author stand between the id and the signature.
  constexpr std::string_view kind = ",\"kind\":";
  constexpr std::string_view author = ",\"pubkey\":\"";
  constexpr std::size_t most_digits = 5;
  constexpr std::size_t author_size = author.size() + 64 + 1;
  if (rest.size() < kind.size() + most_digits + author_size + size || !rest.starts_with(kind)) return {};
  std::size_t at = kind.size();
  while (at < kind.size() + most_digits && rest[at] != ',') ++at;
  if (!rest.substr(at).starts_with(author) || !rest.substr(at + author_size).starts_with(sig)) return {};
  return string_of(sig_digit_count, rest.substr(at + author_size + sig.size()));
}

std::string_view scan_sig(std::string_view event, std::string_view rest) noexcept {
  const char* const end = event.data() + event.size();
  const char* at = pass(rest.data(), end, ',');
  if (at != nullptr) at = find_member(at, end, "sig\"");
  if (at == nullptr) at = find_member(event.data() + 1, end, "sig\"");
  return at == nullptr ? std::string_view() : string_of(sig_digit_count, {at, bytes_between(at, end)});
}

std::optional<raw_event> scan_event(std::string_view event_to_end_of_message) noexcept {
  event_scanner scan(event_to_end_of_message);
  event_fields fields;
  if (!scan.event(fields)) return std::nullopt;
  scan.space();
  while (scan.take(',')) {
    if (!scan.any_value()) return std::nullopt;
    scan.space();
  }
  if (!scan.take(']')) return std::nullopt;
  scan.space();
  if (!scan.at_end()) return std::nullopt;
  return raw_event(fields);
}

std::optional<raw_event> parse_event(std::string_view json) noexcept {
  event_scanner scan(json);
  event_fields fields;
  scan.space();
  if (!scan.event(fields)) return std::nullopt;
  scan.space();
  if (!scan.at_end()) return std::nullopt;
  return raw_event(fields);
}

}  // namespace uvnostr::wire
