// SPDX-License-Identifier: MIT
#include "pool/option_check.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <string>

#include "base/printable.hpp"
#include "dedup/seen_table.hpp"

namespace uvnostr {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours longest{24 * 365};                // so that sums of times cannot overflow
constexpr milliseconds shortest_delay{100};                    // a relay that refuses is not dialled in a tight loop
constexpr std::size_t largest_message = std::size_t{1} << 30;  // it is received into one buffer
constexpr unsigned most_redirects = 20;
constexpr std::size_t most_header_bytes = 16 * 1024;  // the request is written into one buffer

std::string text_of(milliseconds value) { return std::to_string(value.count()) + " ms"; }
std::string text_of(std::chrono::seconds value) { return std::to_string(value.count()) + " s"; }
std::string text_of(std::size_t value) { return std::to_string(value); }
std::string text_of(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

/// Remembers the first option that is outside its range.
class range_check {
 public:
  explicit range_check(std::string_view owner) noexcept : owner_(owner) {}

  /// Comparisons must be written so that a NaN fails them.
  template <class Value>
  void option(std::string_view name, const Value& value, bool good, std::string_view range) {
    if (!good && !found_) refuse(name, "is " + text_of(value) + "; it must be " + std::string(range));
  }
  void time(std::string_view name, milliseconds value) {
    option(name, value, value > milliseconds::zero() && value <= longest, "from 1 ms to 365 days");
  }
  void time_or_zero(std::string_view name, milliseconds value) {
    option(name, value, value >= milliseconds::zero() && value <= longest, "0 or from 1 ms to 365 days");
  }
  void size(std::string_view name, std::size_t value) { option(name, value, value != 0, "at least 1 byte"); }
  void refuse(std::string_view name, std::string_view why) {
    if (!found_) found_ = error(errc::option_range, std::string(owner_).append(name).append(" ").append(why));
  }

  error take() noexcept { return std::move(found_); }

 private:
  std::string_view owner_;
  error found_;
};

void check_reconnect(range_check& all, const reconnect_options& o) {
  all.option("reconnect.initial_delay", o.initial_delay,
             o.initial_delay >= shortest_delay && o.initial_delay <= longest, "from 100 ms to 365 days");
  all.option("reconnect.max_delay", o.max_delay, o.max_delay >= o.initial_delay && o.max_delay <= longest,
             "from initial_delay to 365 days");
  all.option("reconnect.multiplier", o.multiplier, o.multiplier >= 1.0 && o.multiplier <= 1000.0, "from 1 to 1000");
  all.option("reconnect.jitter", o.jitter, o.jitter >= 0.0 && o.jitter <= 1.0, "from 0 to 1");
  all.time_or_zero("reconnect.stable_after", o.stable_after);
}

// A value with a line break could inject other headers. Source: RFC 9110, 5.

bool is_text(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](unsigned char c) { return c == '\t' || (c >= ' ' && c != 0x7f); });
}

bool is_token(std::string_view name) noexcept {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || marks.find(c) != std::string_view::npos;
  });
}

void check_headers(range_check& all, const relay_options& o) {
  constexpr std::size_t line_bytes = 4;  // a colon, a space, the line's end
  std::size_t bytes = o.user_agent.size();
  if (!is_text(o.user_agent)) all.refuse("user_agent", "has a control character");
  for (std::size_t i = 0; i < o.headers.size(); ++i) {
    const http_header& header = o.headers[i];
    const auto refuse = [&](std::string_view member, const std::string& why) {
      all.refuse("headers[" + std::to_string(i) + "]." + std::string(member), why);
    };
    if (!is_token(header.name))
      refuse("name", "is \"" + base::printable(header.name) + "\"; it must be a token of RFC 9110");
    if (!is_text(header.value)) refuse("value", "has a control character");
    bytes += header.name.size() + header.value.size() + line_bytes;
  }
  if (bytes > most_header_bytes) {
    all.refuse("headers", "has " + std::to_string(bytes) + " bytes with user_agent; it must be at most 16 KiB (16384)");
  }
}

}  // namespace

error check_options(const relay_options& o, std::string_view owner, port::transport& transport) {
  range_check all(owner);
  check_reconnect(all, o.reconnect);
  all.time("connect_timeout", o.connect_timeout);
  all.time_or_zero("ping_interval", o.ping_interval);
  all.time("pong_timeout", o.pong_timeout);
  all.time("close_timeout", o.close_timeout);
  all.option("max_message_bytes", o.max_message_bytes,
             o.max_message_bytes != 0 && o.max_message_bytes <= largest_message, "from 1 byte to 1 GiB (1073741824)");
  all.size("max_publish_bytes", o.max_publish_bytes);
  all.option("max_redirects", std::size_t{o.max_redirects}, o.max_redirects <= most_redirects, "from 0 to 20");
  all.time("offence_pause", o.offence_pause);
  for (std::size_t i = 0; i < o.auth_users.size(); ++i) {
    all.time("auth_users[" + std::to_string(i) + "].timeout", o.auth_users[i].timeout());
  }
  check_headers(all, o);
  if (error found = all.take()) return found;
  const error unusable = transport.check(o);
  if (!unusable) return {};
  return {unusable.code(), std::string(owner) + unusable.subject()};
}

error check_options(const pool_options& o) {
  constexpr std::size_t most = dedup::seen_table::max_capacity;
  static_assert(most == std::size_t{1} << 24);
  range_check all("pool_options::");
  all.option("seen_entries", o.seen_entries, o.seen_entries != 0 && o.seen_entries <= most, "from 1 to 16777216");
  all.option("max_dials", o.max_dials, o.max_dials != 0, "at least 1");
  return all.take();
}

error check_options(const subscribe_options& o) {
  range_check all("subscribe_options::");
  all.time("eose_timeout", o.eose_timeout);
  all.option("resume_overlap", o.resume_overlap, o.resume_overlap.count() >= 0 && o.resume_overlap <= longest,
             "from 0 s to 365 days");
  return all.take();
}

error check_options(const fetch_options& o) {
  range_check all("fetch_options::");
  all.time("idle_timeout", o.idle_timeout);
  return all.take();
}

error check_options(const publish_options& o) {
  range_check all("publish_options::");
  all.time_or_zero("send_timeout", o.send_timeout);
  all.time("ok_timeout", o.ok_timeout);
  all.time_or_zero("retry_timeout", o.retry_timeout);
  return all.take();
}

error check_signer(const signer& who) {
  range_check all("signer::");
  all.time("timeout", who.timeout());
  return all.take();
}

}  // namespace uvnostr
