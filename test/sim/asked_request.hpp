// SPDX-License-Identifier: MIT
// One REQ at one relay, and what became of it.
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

  /// Whether its answer had this event, if the relay had it when the REQ came.
  bool covers(const known_event& e) const {
    for (std::size_t i = 0; i < filters.size(); ++i) {
      if (filters[i].matches(e) && (i >= cuts.size() || !cuts[i] || e.at > *cuts[i])) return true;
    }
    return false;
  }

  /// Whether the client can tell by this answer that it was given all events like this one.
  bool shows_all_of(const known_event& e) const {
    if (std::none_of(filters.begin(), filters.end(),
                     [&](const filter_model& w) { return w.limit != 0U && w.matches(e); }))
      return false;
    return dates.empty() || (filters.size() == 1 && e.at > *std::min_element(dates.begin(), dates.end()));
  }

  std::vector<filter_model> filters;
  unsigned subscription = 0;
  port::time_point sent_at{};
  std::uint64_t sent_step = 0;
  std::uint64_t order = never;                      // when it came, among all events and REQs
  bool is_page = false;                             // of the past, beside the REQ that stays open
  std::vector<std::optional<unix_seconds>> cuts{};  // by filter: the answer left out some of this date, or older
  std::vector<unix_seconds> dates{};                // of the events before EOSE
  bool lies = false;                                // it says with EOSE that nothing was left out
  bool answered = false;                            // the core was given its EOSE, and had not withdrawn it
  bool withdrawn = false;                           // the core has sent a CLOSE
  bool closed = false;                              // the core was given its CLOSED
  bool wants_auth = false;                          // that CLOSED was for want of AUTH
  bool comes_too_soon = false;                      // that CLOSED was for asking too fast, before an answer
};

}  // namespace uvnostr::sim
