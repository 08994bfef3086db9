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

std::string choose(arguments& all, action what) {
  if (all.action != action::follow) return "choose one of --fetch, --publish and --info";
  all.action = what;
  return {};
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
  } else if (option == "--publish") {
    all.text = value;
    return choose(all, action::publish);
  } else if (option == "--key-file") {
    all.key_file = value;
  } else {
    all.ca_file = value;
  }
  return {};
}

/// Takes one option without a value. Returns false if there is no such option.
bool take_alone(arguments& all, std::string_view option) {
  if (option == "--help" || option == "-h") {
    all.help = true;
  } else if (option == "--json") {
    all.format = format::json;
  } else if (option == "--text") {
    all.format = format::text;
  } else if (option == "--fetch") {
    all.complaint = choose(all, action::fetch);
  } else if (option == "--info") {
    all.complaint = choose(all, action::information);
  } else {
    return false;
  }
  return true;
}

bool takes_value(std::string_view option) noexcept {
  for (const std::string_view each :
       {"--kind", "--author", "--limit", "--since", "--until", "--ca-file", "--publish", "--key-file"}) {
    if (option == each) return true;
  }
  return false;
}

}  // namespace

arguments read_arguments(int argc, char** argv) {
  arguments all;
  bool has_options = false;
  for (int i = 1; i < argc && all.complaint.empty(); ++i) {
    const std::string argument = argv[i];
    if (!argument.starts_with("-")) {
      all.relays.push_back(argument);
      continue;
    }
    has_options = true;
    if (takes_value(argument)) {
      const bool has_value = i + 1 < argc;
      const std::string value = has_value ? argv[++i] : "";
      const std::string wrong = has_value ? take(all, argument, value) : "a value must follow";
      if (!wrong.empty()) all.complaint = argument + (has_value ? " " + value : "") + ": " + wrong;
    } else if (!take_alone(all, argument)) {
      all.complaint = argument + ": there is no such option";
    }
  }
  if (all.complaint.empty() && all.relays.empty() && has_options) {
    all.complaint = "no relay is named: give one or more ws:// or wss:// URLs";
  }
  return all;
}

// samples/run cuts this text out of the source, so that --help needs no build.
const char* usage() noexcept {
  return R"(usage: demo                      shows what uvnostr does, with three relays in this process and no network
       demo RELAY... [OPTION...] follows real relays until Ctrl-C; a second Ctrl-C ends it at once
  RELAY           ws:// or wss:// URL
Instead of following the relays:
  --fetch         print everything that the relays have stored, page by page, and end
  --publish TEXT  sign a note and publish it; TEXT may be an event as JSON, which is published as it is; with - it is
                  read from standard input
  --info          print what the relays say of themselves (NIP-11), and end
Which events:
  --kind N        of this kind (may be repeated); without it, all kinds; the kind of a note to publish
  --author KEY    of this author, npub or hex (may be repeated)
  --limit N       at most N stored events from each relay (default: 100 without --since, all with --fetch)
  --since TIME    not older: seconds since 1970, or an age such as 90s, 30m, 24h, 7d
  --until TIME    not newer
How:
  --json          JSON lines on standard output: events as they came, receipts, documents. The default, unless standard
                  output is a terminal, which shows a line for each event and below them a live table of the relays
  --text          lines for people, even if standard output is no terminal
  --key-file FILE read the secret key (nsec or hex) from this file; otherwise NOSTR_SECRET_KEY has it
  --ca-file FILE  trust the CAs in this PEM file instead of the system's
What happens to the connections is logged on standard error, unless the table shows it.
The exit status is 0 if a relay has answered, or accepted the event; 1 if none has; 2 for a wrong argument.
)";
}

}  // namespace demo
