// SPDX-License-Identifier: MIT
// One REQ at one relay, and its fate.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "port/reactor.hpp"
#include "sim/filter_model.hpp"

namespace uvnostr::sim {

struct asked_request {
  static constexpr std::uint64_t never = ~std::uint64_t{0};

  /// Whether its answer contained this event, provided that the relay had it when the REQ came.
  bool covers(const known_event& e) const {
    for (std::size_t i = 0; i < filters.size(); ++i) {
      if (filters[i].matches(e) && (i >= cuts.size() || !cuts[i] || e.at > *cuts[i])) return true;
    }
    return false;
  }

  /// Whether this answer proves to the client that it got all events like this one: it was empty or said that it was
  /// whole (NIP-67), and no limit of ours cut it off, or it was of one filter and held older ones. The very oldest may
  /// have been published meanwhile, as far as the client can see, so it takes two of them.
  bool shows_all_of(const known_event& e) const {
    if (std::none_of(filters.begin(), filters.end(),
                     [&](const filter_model& w) { return w.limit != 0U && w.matches(e); }))
      return false;
    const bool is_full = std::any_of(filters.begin(), filters.end(),
                                     [&](const filter_model& w) { return w.limit && dates.size() >= *w.limit; });
    return dates.empty() || (says_whole && !is_full) || (filters.size() == 1 && older(e.at) >= 2);
  }

  std::size_t older(unix_seconds at) const {
    return static_cast<std::size_t>(std::count_if(dates.begin(), dates.end(), [at](unix_seconds d) { return d < at; }));
  }

  std::vector<filter_model> filters;
  unsigned subscription = 0;
  port::time_point sent_at{};
  std::uint64_t sent_step = 0;
  std::uint64_t order = never;                      // its place in the order of all events and REQs
  bool is_page = false;                             // a page of the past, not the REQ that stays open
  std::vector<std::optional<unix_seconds>> cuts{};  // by filter: the answer omitted events of this date or older
  std::vector<unix_seconds> dates{};                // of stored events before EOSE
  std::vector<unix_seconds> live_dates{};           // of live ones before EOSE
  bool says_whole = false;                          // EOSE says that nothing was omitted
  bool lies = false;                                // EOSE falsely says that nothing was omitted
  bool answered = false;                            // the core got its EOSE, and had not withdrawn it
  port::time_point answered_at{};
  bool withdrawn = false;       // the core has sent a CLOSE
  bool closed = false;          // the core was given its CLOSED
  bool wants_auth = false;      // that CLOSED was for want of AUTH
  bool comes_too_soon = false;  // that CLOSED was for asking too fast, before an answer
};

}  // namespace uvnostr::sim
