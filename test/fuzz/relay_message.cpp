// SPDX-License-Identifier: MIT
// Reads any text as a relay's message, an event and a filter. Whatever is accepted means the same after it is written
// and read again, and an event's canonical form is that of its decoded fields.
#include <uvnostr/event.hpp>
#include <uvnostr/filter.hpp>

#include "base/hex.hpp"
#include "base/utf8.hpp"
#include "crypto/sha256.hpp"
#include "fuzz/targets.hpp"
#include "wire/canonical.hpp"
#include "wire/frame_scan.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr::fuzz {
namespace {

std::string quoted(std::string_view text) {
  std::string json;
  wire::append_canonical_string(json, text, wire::control_style::escaped);
  return json;
}

std::string written(const wire::relay_message& message) {
  switch (message.verb) {
    case wire::verb::ok:
      return "[\"OK\"," + quoted(base::to_hex(message.event.bytes)) + (message.accepted ? ",true," : ",false,") +
             quoted(message.text) + "]";
    case wire::verb::closed: return "[\"CLOSED\"," + quoted(message.subscription) + "," + quoted(message.text) + "]";
    case wire::verb::notice: return "[\"NOTICE\"," + quoted(message.text) + "]";
    case wire::verb::auth: return "[\"AUTH\"," + quoted(message.text) + "]";
    case wire::verb::eose: {
      const char* const hint = message.hint == eose_hint::finish ? ",[\"finish\"]"
                               : message.hint == eose_hint::more ? ",[\"more\"]"
                                                                 : "";
      return "[\"EOSE\"," + quoted(message.subscription) + hint + "]";
    }
    default: return {};
  }
}

std::string check_message(std::string_view text) {
  const wire::verb verb = wire::scan_head(text).verb;
  if (verb == wire::verb::event || verb == wire::verb::unknown || verb == wire::verb::malformed) return {};
  const auto read = wire::parse_relay_message(verb, text);
  if (!read) return {};
  const std::string anew = written(*read);
  if (wire::scan_head(anew).verb != verb || read->verb != verb) return "the verb is another: " + anew;
  const auto again = wire::parse_relay_message(verb, anew);
  if (!again) return "the message is refused when written anew: " + anew;
  const bool same = again->subscription == read->subscription && again->text == read->text &&
                    again->event == read->event && again->accepted == read->accepted && again->hint == read->hint;
  if (!same) return "the message is another when written anew: " + anew;
  if (!read->text.starts_with(wire::reason_prefix(read->text))) return "the prefix is none";
  return {};
}

draft decoded(const event& from) {
  draft fields{
      .kind = from.kind(), .content = std::string(from.content()), .tags = {}, .created_at = from.created_at()};
  for (const tag_view& tag : from.tags()) fields.tags.emplace_back(tag.items().begin(), tag.items().end());
  return fields;
}

std::string written(const event& from, const draft& fields, const event_id& id) {
  std::string json = "{\"id\":" + quoted(id.to_hex()) + ",\"pubkey\":" + quoted(from.pubkey().to_hex()) +
                     ",\"created_at\":" + std::to_string(from.created_at().time_since_epoch().count()) +
                     ",\"kind\":" + std::to_string(from.kind()) + ",\"tags\":[";
  for (std::size_t i = 0; i < fields.tags.size(); ++i) {
    json += i == 0 ? "[" : ",[";
    for (std::size_t n = 0; n < fields.tags[i].size(); ++n) json += (n == 0 ? "" : ",") + quoted(fields.tags[i][n]);
    json += ']';
  }
  return json + "],\"content\":" + quoted(fields.content) + ",\"sig\":" + quoted(from.sig().to_hex()) + "}";
}

/// Compares the canonical forms of the received bytes with that of the decoded fields.
std::string check_canonical(const wire::event_fields& received, const event& from, const draft& fields) {
  std::string in_place;
  std::string verbatim;
  std::string decoded_first;
  const bool differ = wire::append_canonical(in_place, received, wire::control_style::escaped);
  wire::append_canonical(verbatim, received, wire::control_style::verbatim);
  wire::append_canonical(decoded_first, from.pubkey(), fields, from.created_at());
  if (in_place != decoded_first) return "the canonical form is another: " + in_place + " and " + decoded_first;
  if (differ != (verbatim != in_place)) return "whether the canonical forms differ";
  event_id right{};
  right.bytes = crypto::sha256(verbatim);
  const auto named = event::parse(written(from, fields, right));
  if (!named) return "the event is refused when written anew";
  if (named->verify() == errc::wrong_id) return "the right id is taken for a wrong one";
  if (named->content() != from.content() || decoded(*named).tags != fields.tags)
    return "the event is another when written anew";
  right.bytes[31] ^= 1;
  const auto misnamed = event::parse(written(from, fields, right));
  if (!misnamed || misnamed->verify() != errc::wrong_id) return "a wrong id is taken for a right one";
  return {};
}

std::string check_event(std::string_view text) {
  const auto raw = wire::parse_event(text);
  const auto read = event::parse(text);
  if (raw.has_value() != read.has_value()) return "event::parse() and parse_event() differ";
  if (!read) {
    const error& why = read.error();
    if (why.subject().empty()) return "nothing says where: " + why.message();
    if (why == errc::event_utf8 && base::is_utf8(text)) return "event_utf8 of a text that is UTF-8";
    return why == errc::event_utf8 || why == errc::event_json || why == errc::event_field
               ? ""
               : "another error: " + why.message();
  }
  if (text.find(read->json()) == std::string_view::npos) return "the JSON of the event is not what was received";
  return check_canonical(raw->fields(), *read, decoded(*read));
}

std::string check_filter(std::string_view text) {
  const auto read = filter::parse(text);
  if (!read) return read.error().subject().empty() ? "nothing says where: " + read.error().message() : "";
  if (const error wrong = read->check()) return "a filter was read that is none: " + wrong.message();
  const std::string anew = read->to_json();
  const auto again = filter::parse(anew);
  if (!again) return "the filter is refused when written anew: " + anew;
  if (again->to_json() != anew) return "the filter is another when written anew: " + anew + " and " + again->to_json();
  return {};
}

}  // namespace

std::string relay_message(std::string_view input) {
  std::string wrong = check_message(input);
  if (wrong.empty()) wrong = check_event(input);
  if (wrong.empty()) wrong = check_filter(input);
  return wrong;
}

}  // namespace uvnostr::fuzz
