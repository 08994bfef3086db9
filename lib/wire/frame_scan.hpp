// SPDX-License-Identifier: MIT
// The hot path: finds the parts of a relay's message in the received bytes without decoding them.
//
// What can go wrong: the relay chooses every byte. So nothing here recurses, allocates, or reads past the end, and
// anything that is not strictly valid JSON, UTF-8 and NIP-01 is refused.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "wire/event_fields.hpp"

namespace uvnostr::wire {

/// The first element of the message. Source: NIP-01, NIP-42.
enum class verb { event, eose, ok, closed, notice, auth, unknown, malformed };

/// The parts of a message that its first bytes give.
struct frame_head {
  wire::verb verb = verb::malformed;
  std::string_view subscription;  // EVENT only: between the quotes, as received, with its escapes
  std::string_view event;         // EVENT only: from the event's '{' to the end of the message
};

/// Reads up to the second element. `unknown` is any other string; `malformed` is everything else, such as an EVENT
/// without a subscription or an object.
frame_head scan_head(std::string_view message) noexcept;

/// An event's id, and what follows it in the message.
struct found_id {
  event_id id;
  std::string_view rest;
};

/// The event's own "id", wherever it is in the object: nested members and strings that look like it are skipped.
/// Nothing else is checked. Empty if there is no id of 64 lower-case hex digits. `event` begins with '{'.
std::optional<found_id> scan_id(std::string_view event) noexcept;

/// The characters that are probably the event's "sig", because they stand where most relays write it; empty if it is not
/// there. Only good for a comparison with a signature that is known: if they differ, ask scan_sig(). `rest` is what
/// scan_id() found.
std::string_view guess_sig(std::string_view rest) noexcept;

/// The characters of the event's "sig", unchecked; empty if there are not as many as there should be digits.
std::string_view scan_sig(std::string_view event, std::string_view rest) noexcept;

/// An event whose shape was checked and nothing else. Only scan_event() and parse_event() make one.
class raw_event {
 public:
  const event_fields& fields() const noexcept { return fields_; }
  /// The same event inside a copy of its json at `at`.
  raw_event moved_to(const char* at) const noexcept { return raw_event(fields_.moved_to(at)); }

 private:
  friend std::optional<raw_event> scan_event(std::string_view) noexcept;
  friend std::optional<raw_event> parse_event(std::string_view) noexcept;
  explicit raw_event(const event_fields& fields) noexcept : fields_(fields) {}
  event_fields fields_;
};

/// Checks frame_head::event to the end of the message: the object, further elements of the array (ignored, but valid
/// JSON), the closing bracket, and only white space after it.
///
/// The rules: the seven members of NIP-01 exactly once each (unknown members are skipped, nested up to 64 deep); id,
/// pubkey and sig are lower-case hex digits without escapes; created_at and kind are whole numbers without fraction or
/// exponent, created_at from 0 to 2^53 - 1, kind from 0 to 65535; tags is an array of arrays of strings; the text is
/// valid UTF-8 without lone surrogate escapes or raw control characters in strings.
std::optional<raw_event> scan_event(std::string_view event_to_end_of_message) noexcept;

/// The same rules for an event object on its own, white space around it allowed.
std::optional<raw_event> parse_event(std::string_view json) noexcept;

}  // namespace uvnostr::wire
