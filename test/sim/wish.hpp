// SPDX-License-Identifier: MIT
// A filter as the simulation understands it: read and judged by other code than the library's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/filter.hpp>

#include "sim/stock.hpp"

namespace uvnostr::sim {

struct wish {
  std::vector<std::string> ids;
  std::vector<std::string> authors;
  std::vector<int> kinds;
  std::vector<std::string> topics;
  std::optional<std::int64_t> since;
  std::optional<std::int64_t> until;
  std::optional<std::uint32_t> limit;
  std::string search;  // relays here know nothing of NIP-50: the application writes its subscription's number into it

  bool matches(const stock_event&) const;
  filter to_filter() const;
};

bool any_matches(const std::vector<wish>&, const stock_event&);

/// What a client sent, as a relay reads it.
struct client_message {
  enum class verb { req, close, event, auth, other } what = verb::other;
  std::string subscription;
  std::vector<wish> wishes;
  std::string event_id;
};
client_message read_client_message(std::string_view);

}  // namespace uvnostr::sim
