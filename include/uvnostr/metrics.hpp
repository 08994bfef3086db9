// SPDX-License-Identifier: MIT
// The counters and histograms of pools as text that Prometheus and others read.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <uvnostr/export.hpp>
#include <uvnostr/pool.hpp>
#include <uvnostr/stats.hpp>

namespace uvnostr {

/// The Content-Type of metrics_text() over HTTP.
inline constexpr std::string_view metrics_content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";

struct metrics_options {
  /// Whether each relay has its own samples, about fifty with its URL as label. A pool has about 170 samples besides. So
  /// the number of time series is bounded by the number of relays. Removed relays disappear. Nothing that a relay sends
  /// becomes a label.
  bool relays = true;
};

/// A pool under a name of its own, for programs with several.
struct named_stats {
  std::string_view pool{};  ///< the value of the label `pool`, in UTF-8; empty: no such label
  pool_stats stats{};
};

/// Everything that pool_stats counts as OpenMetrics text, which ends with `# EOF`. Relays' URLs are shown as they are: do
/// not publish the text if they hold secrets. Source: OpenMetrics 1.0.0.
UVNOSTR_API std::string metrics_text(const pool&, metrics_options = {});
/// The same for several pools. Two texts cannot be joined, because each name may be described only once.
UVNOSTR_API std::string metrics_text(std::span<const named_stats>, metrics_options = {});

}  // namespace uvnostr
