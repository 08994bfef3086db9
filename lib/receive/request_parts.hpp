// SPDX-License-Identifier: MIT
// A subscription whose filters are longer than a relay takes is asked for in parts: several requests, each with some of
// the filters or pieces of them, its own history and its own pages. Together they look like one: one on_eose, one
// position. An event that two parts want comes twice and is given once.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <uvnostr/filter.hpp>

#include "session/history.hpp"

namespace uvnostr {

/// The filters of one part, and of which of the subscription's each is a piece. Empty: all of the subscription's.
struct part_of_filters {
  std::vector<filter> filters;
  std::vector<std::uint32_t> origins;
};

/// The position of a part, from that of the whole.
session::history_position position_of_part(const session::history_position& whole,
                                           const std::vector<std::uint32_t>& origins);
/// The position of the whole, from those of its parts: what any of them misses is missing.
session::history_position position_of_whole(const std::vector<session::history_position>& parts,
                                            const std::vector<const std::vector<std::uint32_t>*>& origins,
                                            std::size_t filters);

}  // namespace uvnostr
