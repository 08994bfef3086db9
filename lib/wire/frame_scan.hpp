// SPDX-License-Identifier: MIT
// The hot path: finds the parts of a relay's message in the received bytes without decoding them.
//
// What can go wrong: everything in these bytes is the relay's choice. Nothing here recurses, allocates,
// or reads past the end; whatever is not strictly valid JSON, UTF-8 and NIP-01 is refused.
#pragma once

#include <optional>
#include <string_view>

#include "wire/event_fields.hpp"

namespace uvnostr::wire {

/// The first element of the message. Source: NIP-01, NIP-42.
enum class verb { event, eose, ok, closed, notice, auth, unknown, malformed };

/// What can be known from the first bytes.
struct frame_head {
  wire::verb verb = verb::malformed;
  std::string_view subscription;  // EVENT only: between the quotes, as received, escapes and all
  std::string_view event;         // EVENT only: from the event's '{' to the end of the message
};

/// Reads up to the second element. `unknown` is any string that is no verb of ours; `malformed` is
/// everything else, such as an EVENT without a subscription or an object.
frame_head scan_head(std::string_view message) noexcept;

/// The event's own "id", wherever it stands in the object and whatever else looks like it: nested
/// members and strings are stepped over. Nothing else is checked. Empty if there is none of 64 lower-case
/// hex digits. `event` begins with '{'.
std::optional<event_id> scan_id(std::string_view event) noexcept;

/// The event's "sig", in the same way. Where it stands last, as most relays have it, nothing before it is read.
std::optional<signature> scan_sig(std::string_view event) noexcept;

/// An event whose shape was checked and nothing else. Only scan_event() and parse_event() make one.
class raw_event {
 public:
  const event_fields& fields() const noexcept { return fields_; }
  /// The same inside a copy of its json that stands at `at`.
  raw_event moved_to(const char* at) const noexcept { return raw_event(fields_.moved_to(at)); }

 private:
  friend std::optional<raw_event> scan_event(std::string_view) noexcept;
  friend std::optional<raw_event> parse_event(std::string_view) noexcept;
  explicit raw_event(const event_fields& fields) noexcept : fields_(fields) {}
  event_fields fields_;
};

/// Checks frame_head::event to the end of the message: the object, further elements of the array (ignored
/// but valid JSON), the closing bracket, nothing behind it but white space.
///
/// The rules: the seven members of NIP-01 exactly once each (a second one of a known name refuses the event;
/// unknown members are stepped over, nested up to 64 deep); id, pubkey, sig of lower-case hex digits without
/// escapes; created_at and kind whole numbers without fraction or exponent, created_at from 0 to 2^53 - 1,
/// kind from 0 to 65535; tags an array of arrays of strings; valid UTF-8; no lone surrogate escapes; no raw
/// control characters in strings.
std::optional<raw_event> scan_event(std::string_view event_to_end_of_message) noexcept;

/// The same rules for an event object on its own, white space around it allowed.
std::optional<raw_event> parse_event(std::string_view json) noexcept;

}  // namespace uvnostr::wire
