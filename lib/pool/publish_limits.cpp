// SPDX-License-Identifier: MIT
#include "pool/publish_limits.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>

namespace uvnostr {
namespace {

/// NIP-11 counts characters of Unicode, not bytes.
std::uint64_t characters_in(std::string_view utf8) noexcept {
  return static_cast<std::uint64_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Source: NIP-13.
std::uint64_t difficulty_of(const event_id& id) noexcept {
  std::uint64_t zeros = 0;
  for (const std::uint8_t byte : id.bytes) {
    zeros += static_cast<std::uint64_t>(std::countl_zero(byte));
    if (byte != 0) break;
  }
  return zeros;
}

/// Also right for dates before 1970, and for limits that are larger than any date.
bool is_farther(unix_seconds later, unix_seconds earlier, std::uint64_t seconds) noexcept {
  if (later <= earlier) return false;
  const auto distance = static_cast<std::uint64_t>(later.time_since_epoch().count()) -
                        static_cast<std::uint64_t>(earlier.time_since_epoch().count());
  return distance > seconds;
}

}  // namespace

std::optional<foreseen_refusal> foresee_refusal(const relay_limitation& relay, const event_view& event,
                                                std::size_t message_bytes, unix_seconds now, bool has_users) {
  const auto over = [](std::string_view name, std::uint64_t limit, std::string_view unit, std::string_view what,
                       std::uint64_t value) {
    return foreseen_refusal{errc::relay_limit, std::string(name) + " is " + std::to_string(limit) + std::string(unit) +
                                                   "; " + std::string(what) + ' ' + std::to_string(value)};
  };
  if (relay.auth_required.value_or(false) && !has_users)
    return foreseen_refusal{errc::auth_required, "auth_required is true; there are no auth_users"};
  if (const auto& most = relay.max_message_length; most && message_bytes > *most)
    return over("max_message_length", *most, " bytes", "the message has", message_bytes);
  if (const auto& most = relay.max_content_length) {
    const std::uint64_t characters = characters_in(event.content());
    if (characters > *most) return over("max_content_length", *most, " characters", "the content has", characters);
  }
  if (const auto& most = relay.max_event_tags; most && event.tags().size() > *most)
    return over("max_event_tags", *most, "", "the event has", event.tags().size());
  if (const auto& least = relay.min_pow_difficulty) {
    const std::uint64_t difficulty = difficulty_of(event.id());
    if (difficulty < *least) return over("min_pow_difficulty", *least, " bits", "the id has", difficulty);
  }
  const unix_seconds date = event.created_at();
  if (const auto& most = relay.created_at_lower_limit; most && is_farther(now, date, *most))
    return foreseen_refusal{errc::relay_limit,
                            "created_at_lower_limit is " + std::to_string(*most) + " seconds; the event is older"};
  if (const auto& most = relay.created_at_upper_limit; most && is_farther(date, now, *most))
    return foreseen_refusal{errc::relay_limit, "created_at_upper_limit is " + std::to_string(*most) +
                                                   " seconds; the event's date is farther ahead"};
  return std::nullopt;
}

}  // namespace uvnostr
