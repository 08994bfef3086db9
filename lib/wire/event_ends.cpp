// SPDX-License-Identifier: MIT
#include "wire/event_ends.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>

#include "wire/json_text.hpp"

namespace uvnostr::wire {

namespace {

/// The text after `"name":`; empty if there is no such member.
std::string_view value_of(std::string_view quoted_name, std::string_view text) noexcept {
  for (std::size_t at = text.find(quoted_name); at != std::string_view::npos; at = text.find(quoted_name, at + 1)) {
    if (at == 0 || text[at - 1] == '\\') continue;
    const char* const end = text.data() + text.size();
    const char* value = skip_space(text.data() + at + quoted_name.size(), end);
    if (value == end || *value != ':') continue;
    value = skip_space(value + 1, end);
    return {value, bytes_between(value, end)};
  }
  return {};
}

std::optional<unix_seconds> date_in(std::string_view text) noexcept {
  constexpr std::uint64_t latest = (std::uint64_t{1} << 53) - 1;
  const std::string_view digits = value_of("\"created_at\"", text);
  std::uint64_t seconds = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  // A number that reaches the end may have been cut there.
  if (parsed.ec != std::errc() || parsed.ptr == digits.data() + digits.size() || seconds > latest) return std::nullopt;
  return unix_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

std::optional<event_id> id_in(std::string_view text) noexcept {
  constexpr std::size_t digits = 64;
  const std::string_view value = value_of("\"id\"", text);
  if (value.size() < digits + 2 || value.front() != '"') return std::nullopt;
  const result<event_id> id = event_id::parse(value.substr(1, digits));
  return id ? std::optional(*id) : std::nullopt;
}

}  // namespace

event_ends scan_ends(std::string_view beginning, std::string_view end) noexcept {
  event_ends found{.id = id_in(beginning), .created_at = date_in(beginning)};
  if (!found.id) found.id = id_in(end);
  if (!found.created_at) found.created_at = date_in(end);
  return found;
}

}  // namespace uvnostr::wire
