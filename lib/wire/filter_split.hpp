// SPDX-License-Identifier: MIT
// Filters that are longer than a relay takes, in pieces that it takes. Source: NIP-11, max_message_length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <uvnostr/filter.hpp>

namespace uvnostr::wire {

/// The filters of one request, and of which of the original filters each is a piece.
struct filter_group {
  std::vector<filter> filters;
  std::vector<std::uint32_t> origins;
  /// It has a filter that is too long and cannot be split any further. Then it has no other.
  bool is_too_long = false;
};

/// Splits the filters' lists, and shares the pieces out, so that every REQ of a group has at most `most_bytes`, also when
/// dates and a limit are added and when gift wraps are asked for separately. An event that matches a filter matches one
/// of its pieces, or several if one of its tags has several of the values. One group: everything fits.
std::vector<filter_group> split_filters(const std::vector<filter>&, std::size_t most_bytes);

}  // namespace uvnostr::wire
