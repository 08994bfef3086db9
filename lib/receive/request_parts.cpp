// SPDX-License-Identifier: MIT
#include "receive/request_parts.hpp"

#include <algorithm>

namespace uvnostr {

using session::history_position;
using session::missing_stretch;

history_position position_of_part(const history_position& whole, const std::vector<std::uint32_t>& origins) {
  history_position part{.answered = whole.answered, .reached = whole.reached};
  for (std::uint32_t i = 0; i < origins.size(); ++i) {
    const std::uint32_t origin = origins[i];
    part.floors.push_back(origin < whole.floors.size() ? whole.floors[origin] : std::nullopt);
    for (missing_stretch each : whole.missing) {
      if (each.filter != origin) continue;
      each.filter = i;
      part.missing.push_back(each);
    }
  }
  return part;
}

history_position position_of_whole(const std::vector<history_position>& parts,
                                   const std::vector<const std::vector<std::uint32_t>*>& origins, std::size_t filters) {
  history_position whole{.answered = true};
  whole.floors.resize(filters);
  std::vector<bool> has_floor(filters);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const history_position& part = parts[p];
    whole.answered = whole.answered && part.answered;
    // A part for which nothing came has not reached any date.
    whole.reached = p == 0 ? part.reached : std::min(whole.reached, part.reached);
    for (std::size_t i = 0; i < part.floors.size(); ++i) {
      const std::uint32_t origin = (*origins[p])[i];
      std::optional<unix_seconds>& floor = whole.floors[origin];
      // No floor is less than any date: if one part has none, the whole has none.
      floor = has_floor[origin] ? std::min(floor, part.floors[i]) : part.floors[i];
      has_floor[origin] = true;
    }
    for (missing_stretch each : part.missing) {
      each.filter = (*origins[p])[each.filter];
      if (std::find(whole.missing.begin(), whole.missing.end(), each) == whole.missing.end())
        whole.missing.push_back(each);
    }
  }
  return whole;
}

}  // namespace uvnostr
