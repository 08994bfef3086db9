// SPDX-License-Identifier: MIT
// Messages from relays, except events. They are rare, so RapidJSON reads them.
//
// What can go wrong: relays omit texts, add elements, and use ids that we never sent. Extra elements are ignored, and a
// missing text is empty. Types other than those of NIP-01 are refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <uvnostr/subscription.hpp>
#include <uvnostr/types.hpp>

#include "wire/frame_scan.hpp"

namespace uvnostr::wire {

/// One message. The verb decides which members have a meaning.
struct relay_message {
  wire::verb verb = verb::malformed;
  std::string subscription;          // EOSE, CLOSED
  std::string text;                  // OK, CLOSED, NOTICE: the text; AUTH: the challenge
  event_id event;                    // OK
  bool accepted = false;             // OK
  eose_hint hint = eose_hint::none;  // EOSE, by NIP-67
};

/// Empty if the text is not a message of that verb. `verb` comes from scan_head(), and is not event, unknown or
/// malformed.
std::optional<relay_message> parse_relay_message(wire::verb verb, std::string_view message);

/// The machine-readable part before ':' of an OK or CLOSED text, e.g. "auth-required"; empty if there is none.
std::string_view reason_prefix(std::string_view text) noexcept;

}  // namespace uvnostr::wire
