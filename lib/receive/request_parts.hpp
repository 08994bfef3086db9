// SPDX-License-Identifier: MIT
// If a subscription's filters are longer than a relay accepts, the relay is asked in parts: several requests, each with
// some of the filters or pieces of them, a history and pages of its own. Together they look like one: one on_eose, one
// position. An event that two parts want comes twice and is delivered once.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <uvnostr/filter.hpp>

#include "session/history.hpp"

namespace uvnostr {

/// The filters of one part; `origins` says of which of the subscription's filters each of them is a piece. Without
/// filters, the part is the whole subscription.
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
