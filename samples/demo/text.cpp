// SPDX-License-Identifier: MIT
#include "text.hpp"

#include <ctime>

#include <uvnostr/printable.hpp>

namespace demo {

std::string excerpt(std::string_view text, std::size_t max_bytes) {
  std::string shown = uvnostr::printable(text);
  if (shown.size() <= max_bytes) return shown;
  // A byte of the form 10xxxxxx continues a character, so the text is not cut before such a byte.
  while (max_bytes != 0 && (static_cast<unsigned char>(shown[max_bytes]) & 0xc0U) == 0x80U) --max_bytes;
  return shown.substr(0, max_bytes) + "...";
}

std::string one_line(std::string_view json) {
  // Inside of strings, line breaks are escaped.
  std::string line(json);
  for (char& c : line) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return line;
}

std::string quoted(std::string_view printable) {
  std::string text = "\"";
  for (const char c : printable) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string short_name(const uvnostr::pubkey& key) {
  const std::string npub = key.to_npub();
  return npub.substr(0, 10) + "..." + npub.substr(npub.size() - 4);
}

std::string date_and_time(uvnostr::unix_seconds at) {
  const std::time_t seconds = at.time_since_epoch().count();
  char text[64];
  // gmtime is not thread-safe, but only the loop's thread calls it.
  const std::tm* const parts = std::gmtime(&seconds);
  if (parts == nullptr) return std::to_string(seconds);
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", parts)};
}

std::string describe(const uvnostr::relay_status& now) {
  std::string text(to_string(now.state));
  if (now.next_attempt) text += " " + std::to_string(now.next_attempt->count()) + " ms until the next attempt";
  if (now.cause) text += "; " + std::string(now.text);
  return text;
}

void print(std::FILE* to, const uvnostr::pool_stats& stats) {
  std::fprintf(to, "  %-32s %8s %10s %8s %9s %8s %9s\n", "relay", "messages", "bytes", "shown", "dropped", "other",
               "connects");
  for (const uvnostr::relay_stats& each : stats.relays) {
    const uvnostr::message_counts& in = each.messages;
    std::fprintf(to, "  %-32.32s %8llu %10llu %8llu %9llu %8llu %9llu\n", each.url.c_str(),
                 static_cast<unsigned long long>(each.messages_in), static_cast<unsigned long long>(each.bytes_in),
                 static_cast<unsigned long long>(in.delivered), static_cast<unsigned long long>(in.duplicate),
                 static_cast<unsigned long long>(in.sum() - in.delivered - in.duplicate),
                 static_cast<unsigned long long>(each.connects));
  }
  const uvnostr::message_counts& all = stats.messages;
  std::fprintf(to, "  %-32s %8llu %10llu %8llu %9llu %8llu\n", "all",
               static_cast<unsigned long long>(stats.messages_in), static_cast<unsigned long long>(stats.bytes_in),
               static_cast<unsigned long long>(all.delivered), static_cast<unsigned long long>(all.duplicate),
               static_cast<unsigned long long>(all.sum() - all.delivered - all.duplicate));
  const unsigned long long bad = all.wrong_id + all.wrong_signature + all.malformed_event + all.malformed;
  std::fprintf(to, "  %llu signatures checked; %llu messages were refused as forged or malformed\n",
               static_cast<unsigned long long>(stats.verified), bad);
}

}  // namespace demo
