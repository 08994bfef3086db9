// SPDX-License-Identifier: MIT
#include "arguments.hpp"

#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>

namespace demo {

namespace {

template <class Number>
std::optional<Number> number_in(std::string_view text) noexcept {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Seconds since 1970, or an age such as 90s, 30m, 24h or 7d.
std::optional<uvnostr::unix_seconds> time_in(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  std::chrono::seconds unit{0};
  switch (text.back()) {
    case 's': unit = std::chrono::seconds(1); break;
    case 'm': unit = std::chrono::minutes(1); break;
    case 'h': unit = std::chrono::hours(1); break;
    case 'd': unit = std::chrono::hours(24); break;
    default: break;
  }
  const bool is_age = unit.count() != 0;
  if (is_age) text.remove_suffix(1);
  const std::optional<std::uint32_t> number = number_in<std::uint32_t>(text);
  if (!number) return std::nullopt;
  if (!is_age) return uvnostr::unix_seconds(std::chrono::seconds(*number));
  return uvnostr::unix_now() - unit * *number;
}

/// Takes one option with its value. Returns what is wrong with it, or an empty string.
std::string take(arguments& all, std::string_view option, const std::string& value) {
  if (option == "--kind") {
    const auto kind = number_in<uvnostr::event_kind>(value);
    if (!kind) return "it is not a number from 0 to 65535";
    all.wanted.kinds.push_back(*kind);
  } else if (option == "--author") {
    const auto author = uvnostr::pubkey::parse(value);
    if (!author) return author.error().message();
    all.wanted.authors.push_back(*author);
  } else if (option == "--limit") {
    all.wanted.limit = number_in<std::uint32_t>(value);
    if (!all.wanted.limit) return "it is not a number from 0 to 4294967295";
  } else if (option == "--since" || option == "--until") {
    const auto at = time_in(value);
    if (!at) return "it is neither seconds since 1970 nor an age such as 90s, 30m, 24h or 7d";
    (option == "--since" ? all.wanted.since : all.wanted.until) = at;
  } else {
    all.ca_file = value;
  }
  return {};
}

bool takes_value(std::string_view option) noexcept {
  for (const std::string_view each : {"--kind", "--author", "--limit", "--since", "--until", "--ca-file"}) {
    if (option == each) return true;
  }
  return false;
}

}  // namespace

arguments read_arguments(int argc, char** argv) {
  arguments all;
  bool filtered = false;
  for (int i = 1; i < argc && all.complaint.empty(); ++i) {
    const std::string argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      all.help = true;
    } else if (argument == "--json") {
      all.json = true;
    } else if (argument == "--once") {
      all.once = true;
    } else if (takes_value(argument)) {
      filtered = true;
      const std::string wrong = i + 1 < argc ? take(all, argument, argv[i + 1]) : "a value must follow";
      if (!wrong.empty())
        all.complaint = argument + (i + 1 < argc ? " " + std::string(argv[i + 1]) : "") + ": " + wrong;
      ++i;
    } else if (argument.starts_with("-")) {
      all.complaint = argument + ": there is no such option";
    } else {
      all.relays.push_back(argument);
    }
  }
  if (all.complaint.empty() && all.relays.empty() && (filtered || all.json || all.once)) {
    all.complaint = "no relay is named: give one or more ws:// or wss:// URLs";
  }
  return all;
}

// samples/run cuts this text out of the source, so that --help needs no build.
const char* usage() noexcept {
  return R"(usage: demo                      shows what uvnostr does, with three relays in this process and no network
       demo RELAY... [OPTION...] reads from real relays until Ctrl-C; a second Ctrl-C ends it at once
  RELAY           ws:// or wss:// URL
  --kind N        events of this kind (may be repeated); without it, all kinds
  --author KEY    events of this author, npub or hex (may be repeated)
  --limit N       at most N stored events from each relay (default 100 without --since)
  --since TIME    not older: seconds since 1970, or an age such as 90s, 30m, 24h, 7d
  --until TIME    not newer
  --once          end when every relay has sent its stored events
  --json          print one event as JSON per line, and nothing else, on standard output
  --ca-file FILE  trust the CAs in this PEM file instead of the system's
The exit status is 0 if a relay has answered, 1 if none has, 2 for a wrong argument.
)";
}

}  // namespace demo
