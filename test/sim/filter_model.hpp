// SPDX-License-Identifier: MIT
// A filter as the seeded worlds read and match it, with code independent of the library's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/filter.hpp>

#include "sim/event_set.hpp"

namespace uvnostr::sim {

struct filter_model {
  std::vector<std::string> ids;
  std::vector<std::string> authors;
  std::vector<int> kinds;
  std::vector<std::string> topics;
  std::optional<std::int64_t> since;
  std::optional<std::int64_t> until;
  std::optional<std::uint32_t> limit;
  unsigned subscription = 0;  // the application's number, in a tag condition beside one that all events meet

  bool matches(const known_event&) const;
  filter to_filter() const;
};

bool any_matches(const std::vector<filter_model>&, const known_event&);

}  // namespace uvnostr::sim
