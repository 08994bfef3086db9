// SPDX-License-Identifier: MIT
// The earliest and latest times at which a relay may be dialled again by the promise of reconnect_options, computed
// independently of the library. There are two counts of failures, because an uptime close to stable_after may count
// either way.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include <uvnostr/relay_options.hpp>

#include "sim/random_source.hpp"

namespace uvnostr::sim {

class backoff_model {
 public:
  explicit backoff_model(const reconnect_options& o) : options_(o) {}

  void attempt_failed() {
    ++least_;
    ++most_;
  }
  void lost_after(duration uptime) {
    const duration about = std::chrono::milliseconds(5);
    least_ = uptime + about >= options_.stable_after ? 1 : least_ + 1;
    most_ = uptime - about >= options_.stable_after ? 1 : most_ + 1;
  }
  /// The application asked for an attempt.
  void asked() {
    if (may_be_exhausted()) least_ = 0;
    if (is_exhausted()) most_ = 0;
  }
  bool is_exhausted() const {
    return !options_.enabled || (options_.max_retries != 0 && least_ > options_.max_retries);
  }
  bool may_be_exhausted() const {
    return !options_.enabled || (options_.max_retries != 0 && most_ > options_.max_retries);
  }

  void was_sent_away(bool yes) { times_ = yes ? 10 : 1; }

  duration shortest(std::optional<std::chrono::seconds> retry_after) const {
    return std::max(times_ * scaled(least_, 1.0 - options_.jitter) - std::chrono::milliseconds(20),
                    asked_for(retry_after));
  }
  duration longest(std::optional<std::chrono::seconds> retry_after) const {
    const duration most = std::max(scaled(most_, 1.0 + options_.jitter), scaled(least_, 1.0 + options_.jitter));
    const auto asked = asked_for(retry_after);
    const auto later = std::chrono::duration_cast<duration>(asked * options_.jitter);
    return std::max<duration>(times_ * std::min<duration>(most, options_.max_delay), asked + later) +
           std::chrono::milliseconds(20);
  }

 private:
  duration scaled(unsigned failures, double factor) const {
    const double grown =
        static_cast<double>(options_.initial_delay.count()) * std::pow(options_.multiplier, std::max(failures, 1U) - 1);
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(std::min(grown, static_cast<double>(options_.max_delay.count())) * factor));
  }
  static duration asked_for(std::optional<std::chrono::seconds> retry_after) {
    return retry_after ? std::min<duration>(*retry_after, std::chrono::seconds(600)) : duration{};
  }

  const reconnect_options options_;
  unsigned least_ = 0;
  unsigned most_ = 0;
  int times_ = 1;  // as long
};

}  // namespace uvnostr::sim
