// SPDX-License-Identifier: MIT
#include "pool/option_check.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>

#include "dedup/seen_table.hpp"

namespace uvnostr {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds zero{0};
constexpr milliseconds longest = std::chrono::hours(24 * 365);  // so that sums of times cannot overflow

bool is_time(milliseconds t) noexcept { return t >= zero && t <= longest; }
bool is_positive_time(milliseconds t) noexcept { return t > zero && t <= longest; }

/// A header that could end its line early would let its owner write others. Source: RFC 9110, 5.
bool is_header(const http_header& h) noexcept {
  const auto is_name = [](unsigned char c) { return std::isalnum(c) != 0 || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos; };
  const auto is_text = [](unsigned char c) { return c == '\t' || (c >= ' ' && c != 0x7f); };
  return !h.name.empty() && std::all_of(h.name.begin(), h.name.end(), is_name) &&
         std::all_of(h.value.begin(), h.value.end(), is_text);
}

std::error_code unless(bool good) noexcept { return good ? std::error_code() : errc::option_range; }

}  // namespace

std::error_code check_options(const relay_options& o) noexcept {
  const reconnect_options& r = o.reconnect;
  return unless(is_time(r.initial_delay) && is_time(r.max_delay) && is_time(r.stable_after) && r.multiplier >= 1.0 &&
                r.multiplier <= 1000.0 && r.jitter >= 0.0 && r.jitter <= 1.0 && is_positive_time(o.connect_timeout) &&
                is_time(o.ping_interval) && is_positive_time(o.pong_timeout) && is_positive_time(o.close_timeout) &&
                o.max_message_bytes != 0 && o.max_publish_bytes != 0 && is_header({"user-agent", o.user_agent}) &&
                std::all_of(o.headers.begin(), o.headers.end(), is_header));
}

std::error_code check_options(const pool_options& o) noexcept {
  return unless(o.seen_entries != 0 && o.seen_entries <= dedup::seen_table::max_capacity && o.max_dials != 0);
}

std::error_code check_options(const subscribe_options& o) noexcept {
  return unless(is_positive_time(o.eose_timeout) && o.resume_overlap >= zero && o.resume_overlap <= longest);
}

std::error_code check_options(const publish_options& o) noexcept {
  return unless(is_time(o.send_timeout) && is_positive_time(o.ok_timeout) && is_time(o.retry_timeout));
}

}  // namespace uvnostr
