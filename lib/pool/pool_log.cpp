// SPDX-License-Identifier: MIT
#include "pool/pool_log.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/printable.hpp"

namespace uvnostr {
namespace {

constexpr std::size_t longest_value = 300;
// printable() makes no text shorter, so what lies beyond this is not shown. A character has at most four bytes.
constexpr std::size_t longest_read = longest_value + 4;

std::string shown(std::string_view text) {
  std::string line = base::printable(text.substr(0, longest_read));
  if (line.size() <= longest_value && text.size() <= longest_read) return line;
  constexpr std::string_view dots = "...";
  std::size_t end = std::min(line.size(), longest_value - dots.size());
  // Not in the middle of a character.
  while (end != 0 && end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
  return line.substr(0, end).append(dots);
}

}  // namespace

struct pool_log::kept_entry {
  struct detail {
    std::string_view key;
    std::string value;
    bool is_number;
  };
  log_level level;
  std::string_view message;
  relay_id relay;
  std::string url;
  std::vector<detail> details{};
};

pool_log::pool_log(log_level most, pool_callbacks& callbacks, deferred_calls& later) noexcept
    : base::log(callbacks.on_log ? most : log_level::none), callbacks_(callbacks), later_(later) {}

void pool_log::write(log_level level, std::string_view message, const base::log_subject& about,
                     std::initializer_list<base::log_detail> details) noexcept {
  if (stopped_ || !takes(level)) return;
  if (waiting_ >= most_waiting) {
    ++left_out_;
    return;
  }
  ++waiting_;
  auto kept = std::make_unique<kept_entry>(
      kept_entry{.level = level, .message = message, .relay = about.relay, .url = std::string(about.url)});
  for (const base::log_detail& each : details) {
    if (!each.is_number && each.text.empty()) continue;
    kept->details.push_back({.key = each.key,
                             .value = each.is_number ? std::to_string(each.number) : shown(each.text),
                             .is_number = each.is_number});
  }
  later_.add([this, kept = std::move(kept)] { give(*kept); });
}

void pool_log::give(const kept_entry& kept) noexcept {
  // Before the call, which may end the pool.
  if (--waiting_ == 0 && left_out_ != 0) {
    write(log_level::warning, "log entries were left out", {}, {{"count", std::exchange(left_out_, 0)}});
  }
  std::vector<log_field> fields;
  fields.reserve(kept.details.size());
  for (const kept_entry::detail& each : kept.details) {
    fields.push_back({.key = each.key, .value = each.value, .is_number = each.is_number});
  }
  callbacks_.on_log(
      {.level = kept.level, .message = kept.message, .relay = kept.relay, .url = kept.url, .fields = fields});
}

}  // namespace uvnostr
