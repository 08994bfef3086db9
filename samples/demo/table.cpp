// SPDX-License-Identifier: MIT
#include "table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "text.hpp"

namespace demo {

namespace {

constexpr std::size_t url_width = 32;

/// 999, 12.3k, 4.5M, ...
std::string brief(std::uint64_t number) {
  constexpr std::array<const char*, 5> units{"", "k", "M", "G", "T"};
  auto value = static_cast<double>(number);
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f%s" : "%.1f%s", value, units[unit]);
  return text;
}

/// Text of relays is printable, and no character is wider than its bytes are many.
std::string padded(std::string_view text, std::size_t width, bool to_the_right = false) {
  std::string cell = text.size() > width ? excerpt(text, width - 3) : std::string(text);
  cell.insert(to_the_right ? 0 : cell.size(), width - std::min(width, cell.size()), ' ');
  return cell;
}

std::string row(std::string_view url, std::string_view state, const std::array<std::string, 5>& numbers,
                std::string_view last) {
  std::string line = padded(url, url_width) + ' ' + padded(state, 10);
  for (const std::string& each : numbers) line += ' ' + padded(each, 7, true);
  return line.append("  ").append(last);
}

std::array<std::string, 5> numbers_of(const uvnostr::message_counts& in, std::uint64_t bytes, std::string ping) {
  const std::uint64_t bad = in.malformed + in.malformed_event + in.wrong_id + in.wrong_signature + in.false_copy +
                            in.not_matching + in.too_big + in.binary;
  return {brief(in.delivered), brief(in.duplicate), brief(bad), brief(bytes), std::move(ping)};
}

std::string ping_of(const uvnostr::relay_stats& relay) {
  const auto time = relay.ping_time ? relay.ping_time : relay.connect_time;
  return time ? std::to_string((time->count() + 999) / 1000) + " ms" : "";
}

}  // namespace

std::vector<std::string> table(const uvnostr::pool_stats& stats, const news& last, std::size_t width,
                               std::size_t height) {
  std::vector<const uvnostr::relay_stats*> relays;
  for (const uvnostr::relay_stats& each : stats.relays) relays.push_back(&each);
  constexpr std::size_t other_lines = 3;
  const std::size_t room = std::max<std::size_t>(height, other_lines + 1) - other_lines;
  if (relays.size() > room) {
    std::stable_partition(relays.begin(), relays.end(), [](const uvnostr::relay_stats* relay) {
      return relay->state != uvnostr::relay_state::connected;
    });
    relays.resize(room);
  }

  std::vector<std::string> lines{row("relay", "state", {"new", "again", "bad", "bytes", "ping"}, "last heard")};
  for (const uvnostr::relay_stats* const each : relays) {
    const auto heard = last.find(each->relay);
    lines.push_back(row(each->url, to_string(each->state), numbers_of(each->messages, each->bytes_in, ping_of(*each)),
                        heard == last.end() ? std::string_view() : std::string_view(heard->second)));
  }
  const std::size_t hidden = stats.relays.size() - relays.size();
  lines.push_back(row("all " + std::to_string(stats.relays.size()), "", numbers_of(stats.messages, stats.bytes_in, ""),
                      hidden == 0 ? "" : std::to_string(hidden) + " relays are not shown"));
  for (std::string& each : lines) {
    if (each.size() > width) each = excerpt(each, width - std::min<std::size_t>(width, 3));
    each.erase(each.find_last_not_of(' ') + 1);
  }
  return lines;
}

screen::screen(uv_loop_t* loop) : tty_(new uv_tty_t{}) {
  if (uv_tty_init(loop, tty_, 1, 0) != 0) {
    delete tty_;
    tty_ = nullptr;
  }
}

screen::~screen() {
  if (tty_ == nullptr) return;
  uv_close(reinterpret_cast<uv_handle_t*>(tty_),
           [](uv_handle_t* closed) { delete reinterpret_cast<uv_tty_t*>(closed); });
}

void screen::print(std::string line) { lines_ += line + '\n'; }

void screen::finish() {
  std::fputs(std::exchange(lines_, {}).c_str(), stdout);
  std::fflush(stdout);
  drawn_ = 0;
}

void screen::draw(const std::vector<std::string>& table) {
  if (tty_ != nullptr) uv_tty_get_winsize(tty_, &width_, &height_);
  std::string out;
  if (drawn_ != 0) out += "\x1b[" + std::to_string(drawn_) + "A";  // up to the last table's first line
  out += "\r\x1b[J";                                               // and away with it
  out += std::exchange(lines_, {});
  out += "\x1b[?7l";  // a table's line that is too long is cut, not wrapped
  bool is_heading = true;
  for (const std::string& each : table) {
    out += std::exchange(is_heading, false) ? "\x1b[1m" + each + "\x1b[0m\n" : each + '\n';
  }
  out += "\x1b[?7h";
  drawn_ = table.size();
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
}

}  // namespace demo
