// SPDX-License-Identifier: MIT
#include "unit/frame_scan_oracle.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/hex.hpp"
#include "unit/event_oracle.hpp"
#include "wire/canonical.hpp"
#include "wire/frame_scan.hpp"

namespace uvnostr::test {
namespace {

std::string unescaped(std::string_view body) {
  std::string text;
  wire::append_unescaped(text, body);
  return text;
}

void append_slowly(std::string& out, std::string_view text, bool escape_controls) {
  out += '"';
  for (const char c : text) {
    const std::size_t letter = std::string_view("\n\"\\\r\t\b\f").find(c);
    if (letter != std::string_view::npos) {
      out += '\\';
      out += "n\"\\rtbf"[letter];
    } else if (static_cast<unsigned char>(c) < 0x20 && escape_controls) {
      const auto byte = static_cast<std::uint8_t>(c);
      out += "\\u00" + base::to_hex({&byte, 1});
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string canonical_slowly(const oracle_event& event, bool escape_controls) {
  std::string out =
      "[0,\"" + event.pubkey + "\"," + std::to_string(event.created_at) + "," + std::to_string(event.kind) + ",[";
  for (std::size_t i = 0; i < event.tags.size(); ++i) {
    out += i == 0 ? "[" : ",[";
    for (std::size_t n = 0; n < event.tags[i].size(); ++n) {
      if (n != 0) out += ',';
      append_slowly(out, event.tags[i][n], escape_controls);
    }
    out += ']';
  }
  out += "],";
  append_slowly(out, event.content, escape_controls);
  return out + "]";
}

/// The differences between an accepted event and the oracle's result; empty if there are none.
std::string difference(const wire::event_fields& fields, const oracle_event& expected, wire::event_record& record) {
  if (base::to_hex(fields.id.bytes) != expected.id) return "id";
  if (base::to_hex(fields.pubkey.bytes) != expected.pubkey) return "pubkey";
  if (base::to_hex(fields.sig.bytes) != expected.sig) return "sig";
  if (static_cast<std::uint64_t>(fields.created_at) != expected.created_at) return "created_at";
  if (fields.kind != expected.kind) return "kind";
  record.assign(fields);
  if (record.content() != expected.content) return "content";
  if (record.tags().size() != expected.tags.size()) return "number of tags";
  for (std::size_t i = 0; i < expected.tags.size(); ++i) {
    if (!std::ranges::equal(record.tags()[i].items(), expected.tags[i])) return "tag";
  }
  std::string verbatim;
  std::string escaped;
  const bool controls = wire::append_canonical(verbatim, fields, wire::control_style::verbatim);
  wire::append_canonical(escaped, fields, wire::control_style::escaped);
  if (verbatim != canonical_slowly(expected, false)) return "canonical form";
  if (escaped != canonical_slowly(expected, true)) return "canonical form with escaped controls";
  if (controls != (verbatim != escaped)) return "whether there are control characters";
  const std::optional<wire::raw_event> alone = wire::parse_event(fields.json);
  if (!alone || alone->fields().json != fields.json || alone->fields().sig != fields.sig) return "parse_event";
  return {};
}

}  // namespace

std::string disagreement(std::string_view message, wire::event_record& record, std::size_t& accepted) {
  const oracle_verdict expected = judge(message);
  const wire::frame_head head = wire::scan_head(message);
  if (head.verb != wire::verb::event) {
    if (expected.event) return "an event is not seen";
    return expected.is_json && head.verb != expected.verb ? "verb" : "";
  }
  const std::optional<wire::found_id> found = wire::scan_id(head.event);
  const std::string_view sig = found ? wire::scan_sig(head.event, found->rest) : std::string_view();
  const std::optional<wire::raw_event> event = wire::scan_event(head.event);
  if (expected.undecided) return {};
  if (expected.is_json && expected.verb != wire::verb::event) return "verb";
  if (event.has_value() != expected.event.has_value())
    return event ? "a wrong event is accepted" : "an event is refused";
  if (!event) return {};
  ++accepted;
  if (unescaped(head.subscription) != expected.subscription) return "subscription";
  if (!found || found->id != event->fields().id) return "scan_id";
  if (sig != event->fields().sig_digits || sig.data() != event->fields().sig_digits.data()) return "scan_sig";
  if (sig != base::to_hex(event->fields().sig.bytes)) return "the digits of the signature";
  return difference(event->fields(), *expected.event, record);
}

std::string visible(std::string_view message) {
  std::string out;
  append_slowly(out, message, true);
  return out;
}

}  // namespace uvnostr::test
