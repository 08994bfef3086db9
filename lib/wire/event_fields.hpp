// SPDX-License-Identifier: MIT
// The parts of one event inside its bytes. Only the members of fixed size are decoded.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <uvnostr/types.hpp>

namespace uvnostr::wire {

/// The hex digits of a signature.
constexpr std::size_t sig_digit_count = 128;

/// Invariant: the views lie inside `json`, which is strictly valid JSON and UTF-8 in exactly the form of NIP-01. So
/// later stages need no checks of their own.
struct event_fields {
  std::string_view json;        // the object, braces included
  std::string_view tags;        // the array, brackets included, as received
  std::string_view content;     // the text between the quotes, as received
  std::string_view sig_digits;  // of `sig`, as received
  event_id id;
  uvnostr::pubkey pubkey;
  signature sig;
  std::int64_t created_at = 0;
  event_kind kind = 0;
  bool content_escaped = false;  // content has a backslash
  bool tags_escaped = false;     // a string in the tags has a backslash

  unix_seconds created_at_time() const noexcept { return unix_seconds(std::chrono::seconds(created_at)); }

  /// The same fields inside a copy of `json` at `at`.
  event_fields moved_to(const char* at) const noexcept {
    event_fields moved = *this;
    moved.json = {at, json.size()};
    moved.tags = {at + (tags.data() - json.data()), tags.size()};
    moved.content = {at + (content.data() - json.data()), content.size()};
    moved.sig_digits = {at + (sig_digits.data() - json.data()), sig_digits.size()};
    return moved;
  }
};

}  // namespace uvnostr::wire
