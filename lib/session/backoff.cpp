// SPDX-License-Identifier: MIT
#include "session/backoff.hpp"

#include <algorithm>

namespace uvnostr::session {

std::optional<std::chrono::milliseconds> backoff::next_delay(double chance) const noexcept {
  if (!options_.enabled) return std::nullopt;
  if (options_.max_retries != 0 && failures_ > options_.max_retries) return std::nullopt;
  const double times = sent_away_ ? patience : 1;
  const auto longest = times * static_cast<double>(options_.max_delay.count());
  auto delay = times * static_cast<double>(options_.initial_delay.count());
  for (unsigned i = 1; i < failures_ && delay < longest; ++i) delay *= std::max(1.0, options_.multiplier);
  delay = std::min(delay, longest);
  delay *= 1.0 + options_.jitter * (2.0 * chance - 1.0);
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::clamp(delay, 0.0, longest)));
}

std::chrono::milliseconds backoff::not_all_at_once(std::chrono::milliseconds wait, double chance) const noexcept {
  return wait + std::chrono::milliseconds(
                    static_cast<std::int64_t>(static_cast<double>(wait.count()) * options_.jitter * chance));
}

}  // namespace uvnostr::session
