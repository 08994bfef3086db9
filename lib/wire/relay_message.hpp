// SPDX-License-Identifier: MIT
// What a relay says besides events. Rare, so by RapidJSON.
//
// What can go wrong: relays leave out texts, add elements, and answer to ids that nobody used. Extra elements are
// ignored, a missing text is empty; anything else than the types of NIP-01 is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <uvnostr/subscription.hpp>
#include <uvnostr/types.hpp>

#include "wire/frame_scan.hpp"

namespace uvnostr::wire {

/// One message; which members mean something depends on the verb.
struct relay_message {
  wire::verb verb = verb::malformed;
  std::string subscription;          // EOSE, CLOSED
  std::string text;                  // OK, CLOSED, NOTICE: the words; AUTH: the challenge
  event_id event;                    // OK
  bool accepted = false;             // OK
  eose_hint hint = eose_hint::none;  // EOSE, by NIP-67
};

/// Empty if it is not a message of that verb. `verb` is what scan_head() said: not event, unknown, malformed.
std::optional<relay_message> parse_relay_message(wire::verb verb, std::string_view message);

/// The machine-readable part before ':' of an OK or CLOSED text, e.g. "auth-required"; empty if there is none.
std::string_view reason_prefix(std::string_view text) noexcept;

}  // namespace uvnostr::wire
