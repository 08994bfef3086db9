// SPDX-License-Identifier: MIT
#include "session/req_pace.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "wire/relay_message.hpp"

namespace uvnostr::session {

namespace {

using std::chrono::milliseconds;

// Relays that limit the rate commonly take about ten a second, and forget a burst within one.
constexpr milliseconds first_interval{110};
constexpr milliseconds longest_interval{10'000};
constexpr milliseconds shortest_interval{10};
constexpr milliseconds burst_time{2'000};
constexpr milliseconds breather{1'000};
constexpr std::size_t largest_window = 1024;
constexpr std::size_t proof = 100;  // after this many answers at one pace, it may be a little faster

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) noexcept {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view w) { return text.find(w) != std::string_view::npos; });
}

}  // namespace

req_pace::complaint req_pace::read(std::string_view words) {
  constexpr std::size_t longest = 256;
  std::string text(words.substr(0, longest));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (has_any(text, {"too many", "maximum", "max ", "max_", "limit", "exceed"}) &&
      has_any(text, {"subscription", "concurrent", "subs ", "reqs"}))
    return complaint::number;
  if (wire::reason_prefix(text) == "rate-limited" ||
      has_any(text, {"rate limit", "rate-limit", "slow down", "too fast", "too many requests"}))
    return complaint::rate;
  return complaint::none;
}

void req_pace::on_connected() noexcept {
  window_ = interval_.count() == 0 ? first_window : few;
  next_ = {};
  in_burst_ = in_a_row_ = 0;
}

void req_pace::sent(time now) noexcept {
  if (now - burst_begun_ > burst_time) {
    burst_begun_ = now;
    in_burst_ = 0;
  }
  ++in_burst_;
  if (interval_.count() != 0) next_ = std::max(now, next_) + interval_;
}

void req_pace::answered() noexcept {
  ++in_a_row_;
  if (interval_.count() == 0) {
    if (in_a_row_ < window_) return;
    in_a_row_ = 0;
    window_ = std::min(2 * window_, largest_window);
    return;
  }
  if (in_a_row_ < proof) return;
  in_a_row_ = 0;
  const time faster = interval_ * 95 / 100;
  interval_ = std::max<time>({faster, refused_interval_ * 11 / 10, shortest_interval});
}

bool req_pace::slow_down(time now) noexcept {
  if (interval_.count() == 0 && in_burst_ < few) return false;
  window_ = few;
  next_ = std::max(next_, now + breather);
  // All refusals of one burst count as one.
  if (interval_.count() != 0 && now - slowed_down_ < burst_time) return true;
  slowed_down_ = now;
  in_a_row_ = 0;
  refused_interval_ = interval_;
  const time slower = interval_ * 5 / 4;
  interval_ = std::clamp<time>(slower, first_interval, longest_interval);
  return true;
}

void req_pace::limit_open(std::size_t most) noexcept {
  if (most != 0) most_open_ = std::min(most, most_open_.value_or(most));
}

}  // namespace uvnostr::session
