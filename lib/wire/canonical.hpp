// SPDX-License-Identifier: MIT
// The bytes whose SHA-256 is an event's id. Source: NIP-01.
//
// What can go wrong: NIP-01 names seven escapes (\n \" \\ \r \t \b \f) and wants everything else verbatim. Many
// programs write the other control characters as \u00xx anyway, so both forms exist.
#pragma once

#include <string>
#include <string_view>

#include <uvnostr/event.hpp>

#include "wire/event_fields.hpp"

namespace uvnostr::wire {

enum class control_style {
  verbatim,  // as NIP-01 says
  escaped,   // control characters without a short escape as \u00xx, in lower-case hex
};

/// Appends [0,pubkey,created_at,kind,tags,content] in canonical form. Returns whether there was a control character
/// without a short escape: only then do the styles differ.
bool append_canonical(std::string& out, const event_fields& fields, control_style style);

/// Whether tags and content are canonical as received. Then only the part before them has to be written.
bool is_canonical(const event_fields& fields) noexcept;
/// Appends the same up to the tags: [0,pubkey,created_at,kind,
void append_canonical_head(std::string& out, const event_fields& fields);

/// The same for an event that is not yet signed. The strings must be valid UTF-8.
void append_canonical(std::string& out, const uvnostr::pubkey& author, const draft& draft, unix_seconds created_at);

/// Appends the JSON string of this text in canonical form, quotes included.
bool append_canonical_string(std::string& out, std::string_view text, control_style style);

/// Appends the body of a valid JSON string, unescaped, as UTF-8.
void append_unescaped(std::string& out, std::string_view json_string_body);

}  // namespace uvnostr::wire
