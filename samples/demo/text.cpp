// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <ctime>

namespace demo {

std::string printable(std::string_view text, std::size_t max_bytes) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // A byte of the form 10xxxxxx goes on with a character, so text is cut before other bytes only.
    if (shown.size() >= max_bytes && (byte & 0xc0U) != 0x80U) return shown + "...";
    // U+0080 to U+009F are control characters too: C2 80 to C2 9F in UTF-8.
    const bool two_byte_control = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (two_byte_control) ++i;
    shown += byte < ' ' || byte == 0x7f || two_byte_control ? ' ' : text[i];
  }
  return shown;
}

std::string short_name(const uvnostr::pubkey& key) {
  const std::string npub = key.to_npub();
  return npub.substr(0, 10) + "..." + npub.substr(npub.size() - 4);
}

std::string date_and_time(uvnostr::unix_seconds at) {
  const std::time_t seconds = at.time_since_epoch().count();
  char text[64];
  // Only the loop's thread asks for dates.
  const std::tm* const parts = std::gmtime(&seconds);
  if (parts == nullptr) return std::to_string(seconds);
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", parts)};
}

std::string_view name_of(uvnostr::relay_state state) noexcept {
  switch (state) {
    case uvnostr::relay_state::connecting: return "connecting";
    case uvnostr::relay_state::connected: return "connected";
    case uvnostr::relay_state::waiting: return "waiting";
    case uvnostr::relay_state::closing: return "closing";
    case uvnostr::relay_state::stopped: return "stopped";
  }
  return "?";
}

std::string_view name_of(uvnostr::outcome outcome) noexcept {
  switch (outcome) {
    case uvnostr::outcome::accepted: return "accepted";
    case uvnostr::outcome::rejected: return "rejected";
    case uvnostr::outcome::timed_out: return "timed out";
    case uvnostr::outcome::not_sent: return "not sent";
  }
  return "?";
}

std::string describe(const uvnostr::relay_status& now) {
  std::string text(name_of(now.state));
  if (now.next_attempt) text += " " + std::to_string(now.next_attempt->count()) + " ms for the next attempt";
  if (now.cause) text += "; " + printable(now.text, 300);
  return text;
}

void print(std::FILE* to, const uvnostr::pool_stats& stats) {
  std::fprintf(to, "  %-32s %8s %10s %8s %9s %8s %9s\n", "relay", "messages", "bytes", "shown", "dropped", "other", "connects");
  for (const uvnostr::relay_stats& each : stats.relays) {
    const uvnostr::message_counts& in = each.messages;
    std::fprintf(to, "  %-32.32s %8llu %10llu %8llu %9llu %8llu %9llu\n", each.url.c_str(),
                static_cast<unsigned long long>(each.messages_in), static_cast<unsigned long long>(each.bytes_in),
                static_cast<unsigned long long>(in.delivered), static_cast<unsigned long long>(in.duplicate),
                static_cast<unsigned long long>(in.sum() - in.delivered - in.duplicate),
                static_cast<unsigned long long>(each.connects));
  }
  const uvnostr::message_counts& all = stats.messages;
  std::fprintf(to, "  %-32s %8llu %10llu %8llu %9llu %8llu\n", "all", static_cast<unsigned long long>(stats.messages_in),
              static_cast<unsigned long long>(stats.bytes_in), static_cast<unsigned long long>(all.delivered),
              static_cast<unsigned long long>(all.duplicate),
              static_cast<unsigned long long>(all.sum() - all.delivered - all.duplicate));
  const unsigned long long bad = all.wrong_id + all.wrong_signature + all.malformed_event + all.malformed;
  std::fprintf(to, "  %llu signatures checked; %llu messages were refused as forged or malformed\n",
              static_cast<unsigned long long>(stats.verified), bad);
}

}  // namespace demo
